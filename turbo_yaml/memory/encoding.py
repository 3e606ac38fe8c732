"""The name of a model to what counts its tokens, where `tiktoken` is installed with its data."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import Final

_SOURCE: Final = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
"""What tiktoken fetches a vocabulary from; it keeps it in a file that is named by the hash of this."""


@cache
def encoder_for(model: str) -> Callable[[str], int] | None:
    """Return what counts the tokens of a text, or None where there is nothing to count with."""
    try:
        import tiktoken
        from tiktoken.model import encoding_name_for_model
    except ImportError:
        return None
    try:
        name = encoding_name_for_model(model.rpartition("/")[2])
    except KeyError:
        return None
    if not _has_data(name):
        return None  # tiktoken would fetch it
    encoding = tiktoken.get_encoding(name)
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def _has_data(name: str) -> bool:
    usual = str(Path(tempfile.gettempdir()) / "data-gym-cache")
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR", usual))
    # An empty variable tells tiktoken to keep nothing.
    return bool(folder) and (Path(folder) / sha1(_SOURCE.format(name).encode()).hexdigest()).is_file()

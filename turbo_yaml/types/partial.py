"""The beginning of a JSON text to the data that it holds so far; the only importer of `jiter`."""

from __future__ import annotations

import re
from typing import Any, Final

from turbo_yaml.types.declared import MISSING

_BEGINNING: Final = re.compile(r"\s*(?:<(think|thinking|reasoning)>.*?</\1>\s*)?", re.DOTALL)
_FENCE: Final = re.compile(r"```+[^\n`{\[]*\n\s*")


def partial_json(text: str) -> Any:
    """Return the object or list that a text begins with, as far as it goes; MISSING where there is none yet.

    It may stand in a fenced block. A text in it may be cut short, and so may a number; a key is there once
    its value has begun.
    """
    import jiter

    start = _BEGINNING.match(text)
    at = 0 if start is None else start.end()
    fence = _FENCE.match(text, at)
    at = at if fence is None else fence.end()
    if text[at : at + 1] not in ("{", "["):
        return MISSING
    try:
        return jiter.from_json(
            text[at:].encode("utf-8", "replace"), partial_mode="trailing-strings", allow_inf_nan=False
        )
    except ValueError:
        return MISSING

"""Texts and data to what is stored of them: each once, under its hash."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any, Final

SIZE: Final = 16
"""Bytes of a hash."""

_encode: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True, default=str).encode

_write: Final = json.JSONEncoder(separators=(",", ":"), default=str).encode


def to_stored(data: Any) -> str:
    """Return data as JSON in its own order: a prompt that it becomes a part of is to be the same again."""
    return _write(data)


def to_json(data: Any) -> str:
    """Return data as JSON that is the same for the same data."""
    return _encode(data)


def hashed(text: str | bytes) -> bytes:
    """Return the hash of a text."""
    return blake2b(text if isinstance(text, bytes) else to_bytes(text), digest_size=SIZE).digest()


def to_bytes(text: str) -> bytes:
    """Return a text as bytes; a lone half of a character, which models do write, is kept."""
    return text.encode("utf-8", "surrogatepass")


def packed(text: str) -> str | bytes:
    """Return a text as the database takes it: as it is, or as bytes where it is no proper Unicode."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return to_bytes(text)
    # SQLite ends a text at a zero for some of its functions.
    return to_bytes(text) if "\0" in text else text


def unpacked(body: str | bytes) -> str:
    """Return the text that was packed."""
    return body if isinstance(body, str) else body.decode("utf-8", "surrogatepass")

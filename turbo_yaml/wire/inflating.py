"""Compressed bytes to plain ones, a little at a time: a small bomb makes much."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

PLAIN = ("", "identity")
_ZLIB = ("gzip", "x-gzip", "deflate")
_STEP = 1 << 20  # bytes that are made at once


def inflater(encoding: str) -> Inflater | None:
    """Return what undoes a content encoding; None where nobody here can."""
    return Inflater() if encoding in _ZLIB else None


class Inflater:
    """Undoes gzip and deflate."""

    __slots__ = ("_begun", "_decoder")

    def __init__(self) -> None:
        self._decoder: Any = zlib.decompressobj(wbits=47)
        self._begun = False

    @property
    def whole(self) -> bool:
        """Whether what came so far is no beginning of more."""
        return not self._begun or bool(self._decoder.eof)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Iterate over what a chunk holds, in pieces of bounded size; `zlib.error` where it is damaged."""
        self._begun = True
        while chunk:
            piece: bytes = self._decoder.decompress(chunk, _STEP)
            chunk = self._decoder.unconsumed_tail
            if piece:
                yield piece

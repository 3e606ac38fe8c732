"""Bytes to bytes that differ a little: what a fuzz tries next."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

LONGEST: Final = 6000
"""Bytes of one input."""
_ODD: Final = (
    b"\x00",
    b"\xff",
    b"\x80",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"\x1b",
    b"\r",
    b"\t",
)
_NUMBERS: Final = (b"0", b"-1", b"1e999", b"9" * 30, b"0x10", b"2147483648", b"1.5", b"4097")


class Mutator:
    """Makes inputs from those that are known, and from the words of a language."""

    def __init__(self, random: Random, words: Sequence[bytes]) -> None:
        self._random = random
        self._words = [*words, *_NUMBERS]

    def mutated(self, data: bytes, other: bytes) -> bytes:
        """Return an input after a few changes; `other` is one that pieces are taken from."""
        changed = bytearray(data)
        for _ in range(self._random.choice((1, 1, 1, 2, 2, 3, 5, 9))):
            self._change(changed, other)
        return bytes(changed[:LONGEST])

    def _change(self, data: bytearray, other: bytes) -> None:
        draw = self._random
        start, end = self._slice(data)
        match draw.randrange(11):
            case 0 if data:
                data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
            case 1 if data:
                data[draw.randrange(len(data))] = draw.randrange(256)
            case 2:
                data[start:start] = draw.choice(_ODD) if draw.random() < 0.5 else draw.randbytes(2)
            case 3 | 4:
                data[start : end if draw.random() < 0.4 else start] = draw.choice(self._words)
            case 5:
                del data[start:end]
            case 6:
                data[end:end] = data[start:end] * draw.choice((1, 1, 2, 3, 60))
            case 7:
                first, last = self._slice(other)
                data[start:end] = other[first:last]
            case 8:
                self._move_line(data)
            case 9:
                data[start:end] = data[start:end].swapcase()
            case _:
                del data[start:]
                data += other[self._slice(other)[0] :]
        del data[LONGEST:]

    def _slice(self, data: bytes | bytearray) -> tuple[int, int]:
        start = self._random.randint(0, len(data))
        return start, min(len(data), start + self._random.choice((0, 1, 1, 2, 4, 9, 30, 120)))

    def _move_line(self, data: bytearray) -> None:
        lines = bytes(data).splitlines(keepends=True)
        if not lines:
            return
        line = lines.pop(self._random.randrange(len(lines)))
        if self._random.random() < 0.5:
            line = line[2:] if line.startswith(b"  ") and self._random.random() < 0.5 else b"  " + line
        lines.insert(self._random.randint(0, len(lines)), line)
        data[:] = b"".join(lines)

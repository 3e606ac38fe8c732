"""A named text, and offsets in it to lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

# Editors and Python's own tracebacks end a line at CR, LF and CR LF only; libyaml also at U+0085 and U+2028.
_LINE_END = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """A half-open range of characters, as offsets from the start of the text."""

    start: int
    end: int


class Position(NamedTuple):
    """A place as an editor shows it: line and column, both from 1, the column in characters."""

    line: int
    column: int


class Source:
    """A text with the name that messages show for it; lines are indexed on first use."""

    __slots__ = ("_ascii", "_starts", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._starts: list[int] | None = None
        self._ascii = text.isascii()

    def __repr__(self) -> str:
        return f"Source({self.name!r}, {len(self.text)} characters)"

    @property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        if self._starts is None:
            self._starts = [0, *(m.end() for m in _LINE_END.finditer(self.text))]
        return self._starts

    def position(self, offset: int) -> Position:
        """Return the line and column, from 1, of the character at `offset`."""
        line = bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def byte_position(self, offset: int) -> tuple[int, int]:
        """Return the line from 1 and the column from 0 in UTF-8 bytes, as Python's syntax trees count."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        if self._ascii:
            return line, offset - start
        return line, len(self.text[start:offset].encode("utf-8", "surrogatepass"))

    def byte_range(self, start: int, end: int) -> tuple[int, int, int, int]:
        """Return `byte_position` of a range: line and column of its start, line and column of its end."""
        starts = self._starts or self.starts
        line = bisect_right(starts, start)
        if self._ascii and (line == len(starts) or end < starts[line]):
            first = starts[line - 1]
            return line, start - first, line, end - first
        return *self.byte_position(start), *self.byte_position(end)

    def offset_of_byte(self, line: int, byte_column: int) -> int:
        """Return the offset of a line from 1 and a column from 0 in UTF-8 bytes: `byte_position` undone."""
        start = self.starts[line - 1]
        if self._ascii:
            return start + byte_column
        head = self.line_text(line).encode("utf-8", "surrogatepass")[:byte_column]
        return start + len(head.decode("utf-8", "replace"))

    def line_text(self, line: int) -> str:
        """Return the text of a line, from 1, without its line end."""
        starts = self.starts
        end = starts[line] if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r\n")

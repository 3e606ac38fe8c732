"""One line of block YAML to its parts: indentation, key and value."""

from __future__ import annotations

import re
from typing import NamedTuple

# Deterministic on purpose: a line may be a megabyte long, so nothing here may look back over it.
_LEAD = re.compile(r"[ \t]*(?:[-?](?:[ \t]+|(?=[\r\n]|\Z)))*")
_KEY = re.compile(
    r"""(?: "(?:[^"\\\r\n]|\\.)*"[ \t]*
          | '(?:[^'\r\n]|'')*'[ \t]*
          | (?:[^\s\-?:,\[\]{}#&*!|>'"%@`]|[-?:](?=\S)) (?:[^:#\r\n]|:(?=\S)|(?<=\S)\#)*
        ) :(?=\s|\Z)""",
    re.VERBOSE,
)
_REST = re.compile(r"[^\r\n]*")
_COMMENT = re.compile(r"(?<=\s)#")


class Line(NamedTuple):
    """Offsets of the parts of a line; `colon` is -1 where there is no key."""

    start: int
    first: int
    """Where the first character that is not white space stands; equal to `end` on a blank line."""
    lead: int
    """Where what follows the indentation and the `- ` marks begins."""
    colon: int
    value: int
    """Where the value begins; equal to `lead` where there is no key."""
    end: int
    """Where the line ends, without white space at its end."""


def line_at(text: str, offset: int) -> Line:
    """Return the parts of the line that holds the character at `offset`."""
    start = line_start(text, offset)
    stop = line_stop(text, start)
    lead = _LEAD.match(text, start, stop)
    assert lead is not None
    end = start + len(text[start:stop].rstrip())
    first = min(start + len(text[start:stop]) - len(text[start:stop].lstrip(" \t")), end)
    begin = min(lead.end(), end) if first == end else lead.end()
    end = max(end, begin)
    key = _KEY.match(text, begin, stop)
    if key is None:
        return Line(start, first, begin, -1, begin, end)
    value = key.end()
    while value < end and text[value] in " \t":
        value += 1
    return Line(start, first, begin, key.end() - 1, min(value, end), end)


def line_start(text: str, offset: int) -> int:
    """Return where the line of the character at `offset` starts."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def line_stop(text: str, offset: int) -> int:
    """Return where the line of the character at `offset` stops, before its line end."""
    match = _REST.match(text, offset)
    assert match is not None
    return match.end()


def next_line(text: str, offset: int) -> int:
    """Return where the line after the one that holds `offset` starts; the length of the text at its end."""
    stop = line_stop(text, offset)
    return stop + 2 if text.startswith("\r\n", stop) else min(stop + 1, len(text))


def indentation(text: str, start: int) -> int | None:
    """Return the number of spaces that a line starts with, or None for a line with nothing else."""
    stop = start
    while text.startswith(" ", stop):
        stop += 1
    return None if stop == len(text) or text[stop] in "\r\n" else stop - start


def before_comment(text: str, start: int, end: int) -> int:
    """Return where a plain value from `start` ends: before ` #`, else at `end`."""
    match = _COMMENT.search(text, start, end)
    return end if match is None else start + len(text[start : match.start()].rstrip())


def item_end(text: str, line: Line) -> int:
    """Return where the item that begins on a line ends: before the next line that is not indented deeper."""
    column = line.lead - line.start
    # What stands beside a `-` belongs to the item from the item's own column on; what is below a key, deeper.
    least = (
        column if "-" in text[line.start : line.lead] or "?" in text[line.start : line.lead] else column + 1
    )
    end, at = line.end, next_line(text, line.end)
    while at < len(text):
        here = indentation(text, at)
        if here is not None:
            if here < least:
                break
            end = line_stop(text, at)
        at = next_line(text, at)
    return end

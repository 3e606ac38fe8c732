"""What stands between two pieces to its comments and empty lines."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.records import Record

_COMMENT: Final = re.compile(r"(?:(?<=\s)|^)#[^\n]*")


class Remark(Record):
    """A comment, or with no text an empty line; and the column that it was written in."""

    text: str
    column: int


class Gap(Record):
    """What stands behind the piece before, on its line, with the spaces before it; and the lines then."""

    behind: str
    remarks: tuple[Remark, ...]

    @property
    def comments(self) -> bool:
        """Whether there is a comment in it."""
        return bool(self.behind or any(remark.text for remark in self.remarks))


def read_gap(text: str, start: int, end: int) -> Gap:
    """Return what stands between two offsets; what is neither comment nor white space is punctuation."""
    if text[start:end].isspace() and text.count("\n", start, end) < 2:
        return Gap("", ())
    first, *lines = text[start:end].split("\n")
    behind = _COMMENT.search(first) if start else None
    remarks = [] if start else [*_remarks(first, 0, whole=bool(lines))]
    for number, line in enumerate(lines):
        remarks += _remarks(line, 0, whole=number < len(lines) - 1)
    if behind is None:
        return Gap("", tuple(remarks))
    spaces = first[: behind.start()]
    width = len(spaces) - len(spaces.rstrip(" \t"))
    return Gap(" " * max(width, 1) + behind[0].rstrip(), tuple(remarks))


def _remarks(line: str, column: int, *, whole: bool) -> list[Remark]:
    found = _COMMENT.search(line)
    if found is not None:
        return [Remark(found[0].rstrip(), found.start())]
    return [Remark("", column)] if whole and not line.strip() else []

"""Characters to what may be shown of them: nothing here can move a cursor, hide or turn text round."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

TAB_WIDTH = 4
# Categories whose characters draw nothing, move the cursor or change the direction of what follows.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_PLAIN = re.compile(r"[\x20-\x7e]*")
# C0 but tab and line feed, DEL, C1, direction marks and overrides, halves of surrogate pairs.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Cell(NamedTuple):
    """One character as shown, and the columns it takes."""

    text: str
    width: int


def cells(text: str) -> list[Cell]:
    """Return what a terminal would draw for each character; tabs count from the start of the text."""
    if _PLAIN.fullmatch(text):
        return [Cell(char, 1) for char in text]
    drawn = []
    column = 0
    for char in text:
        cell = _tab(column) if char == "\t" else _cell(char)
        drawn.append(cell)
        column += cell.width
    return drawn


def one_line(text: str) -> str:
    """Return text with every character that is not seen as itself written as an escape."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(char if " " <= char <= "~" else _cell(char).text for char in text)


def printable(text: str) -> str:
    """Return text that is safe on a terminal: line feeds, tabs and emoji stay, controls become escapes."""
    return _UNSAFE.sub(lambda found: _escape(found.group()), text)


def _tab(column: int) -> Cell:
    width = TAB_WIDTH - column % TAB_WIDTH
    return Cell(" " * width, width)


def _cell(char: str) -> Cell:
    if " " <= char <= "~":
        return Cell(char, 1)
    category = unicodedata.category(char)
    if category in _UNSEEN:
        escaped = _escape(char)
        return Cell(escaped, len(escaped))
    if category in ("Mn", "Me"):
        return Cell(char, 0)
    return Cell(char, 2 if unicodedata.east_asian_width(char) in "WF" else 1)


def _escape(char: str) -> str:
    code = ord(char)
    if char in "\t\n\r":
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

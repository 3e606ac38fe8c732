"""Text to text with colour, where colour is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["error", "warning", "note", "help", "gutter", "strong", "good", "bad"]
Paint: TypeAlias = Callable[[Style, str], str]

_CODES: dict[Style, str] = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;34",
    "help": "1;36",
    "gutter": "34",
    "strong": "1",
    "good": "32",
    "bad": "31",
}


def painter(color: bool) -> Paint:
    """Return the function that colours text, or the one that leaves it as it is."""
    return _paint if color else _plain


def _paint(style: Style, text: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else text


def _plain(style: Style, text: str) -> str:
    return text

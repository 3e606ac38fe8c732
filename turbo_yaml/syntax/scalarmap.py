"""A decoded scalar's characters to their places in the file, for every style; checked against the scalar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from turbo_yaml.syntax.lines import next_line
from turbo_yaml.syntax.scalars import slot_text
from turbo_yaml.syntax.tree import Scalar

_PROPERTIES: Final = re.compile(r"(?:[!&]\S*|\s+|#[^\r\n]*)*")
_LINE: Final = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_SIMPLE_ESCAPES: Final = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028",
    "P": "\u2029",
}  # fmt: skip
# One piece of a plain or quoted scalar: a line end with the white space around it, an escape, or characters
# that stand for themselves. Each alternative begins with what no other begins with, but for white space.
_FOLD: Final = r"[ \t]*(?:\r\n|\r|\n)[ \t\r\n]*"
_PIECES: Final = {
    "": rf"(?P<fold>{_FOLD})|(?P<same>[ \t]+|[^ \t\r\n]+)",
    "'": rf"(?P<fold>{_FOLD})|(?P<escape>'')|(?P<same>[ \t]+|[^' \t\r\n]+)",
    '"': rf"(?P<fold>{_FOLD})|(?P<same>[ \t]+|[^\\ \t\r\n]+)"
    r"|(?P<escape>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|(?:\r\n|\r|\n)[ \t\r\n]*|[^xuU\r\n]))",
}


def offset_map(text: str, scalar: Scalar) -> Sequence[int] | None:
    """Return the offset in `text` of each character of `slot_text(scalar)`, and of the place after the last.

    None where the scalar cannot be followed with certainty: then its own span is the best place there is.
    """
    if scalar.style == "broken":
        return None
    wanted = slot_text(scalar)
    start = content_start(text, scalar)
    if scalar.style in ("|", ">"):
        return _block(text, start, wanted)
    if scalar.style:
        start, end = start + 1, scalar.end - 1
    else:
        end = scalar.end
    if text[start:end] == wanted:
        return range(start, end + 1)
    return _flow(text, start, end, scalar.style, wanted)


def content_start(text: str, scalar: Scalar) -> int:
    """Return where a scalar begins, past its tag and anchor."""
    if not text.startswith(("!", "&"), scalar.start):
        return scalar.start
    match = _PROPERTIES.match(text, scalar.start, scalar.end)
    assert match is not None
    return match.end()


def _flow(text: str, start: int, end: int, style: str, wanted: str) -> list[int] | None:
    """Follow a plain or quoted scalar piece by piece."""
    decoded: list[str] = []
    places: list[int] = []
    at = start
    for match in re.compile(_PIECES[style]).finditer(text, start, end):
        if match.start() != at:
            return None
        at = match.end()
        if match.lastgroup == "same":
            decoded.append(match.group())
            places += range(match.start(), at)
            continue
        piece = match.group()
        breaks = [place.start() for place in _BREAK.finditer(text, match.start(), at)]
        if match.lastgroup == "escape" and not breaks:
            decoded.append(_unescaped(piece))
            places.append(match.start())
            continue
        # One line end is a space, or nothing after a backslash; each further one is kept.
        if match.lastgroup == "fold" and len(breaks) == 1:
            decoded.append(" ")
            places.append(breaks[0])
        else:
            decoded.append("\n" * (len(breaks) - 1))
            places += breaks[1:]
    if at != end or "".join(decoded) != wanted:
        return None
    places.append(end)
    return places


def _unescaped(piece: str) -> str:
    """Return the character of `''` or of an escape in double quotes; nothing for what is no character."""
    if piece == "''":
        return "'"
    simple = _SIMPLE_ESCAPES.get(piece[1])
    if simple is not None:
        return simple
    try:
        return chr(int(piece[2:], 16))
    except (ValueError, OverflowError):
        return ""


def _block(text: str, start: int, wanted: str) -> list[int] | None:
    """Follow a block scalar line by line: each line of the file must be the next part of the text."""
    size = len(wanted)
    leading = size - len(wanted.lstrip("\n"))
    first = next_line(text, start)
    if not wanted:
        return [first]
    places: list[int] = []
    done = 0
    indent = -1
    ends: list[int] = []  # of the lines that have no character in the text yet
    for line in _LINE.finditer(text, first):
        begin, stop = line.span(1)
        if indent < 0 and len(ends) == leading:
            indent = _spaces(text, begin) - _spaces(wanted, leading)
        if indent < 0 or stop - begin <= indent:
            if stop == len(text) or text[begin:stop].strip(" "):
                break
            ends.append(stop)
            continue
        content = text[begin + indent : stop]
        done = _join(places, ends, wanted, done)
        if done < 0 or text[begin : begin + indent].strip(" ") or not wanted.startswith(content, done):
            break
        places += range(begin + indent, stop)
        done += len(content)
        ends = [stop]
        if done == size:
            break
    kept = size - done
    if done < 0 or kept > len(ends) or wanted.count("\n", done) != kept:
        return None
    places += ends[:kept]
    places.append(places[-1] + 1 if places else first)
    return places


def _spaces(text: str, at: int) -> int:
    """Return how many spaces stand from `at` on."""
    stop = at
    while text.startswith(" ", stop):
        stop += 1
    return stop - at


def _join(places: list[int], ends: list[int], wanted: str, done: int) -> int:
    """Place the line ends before a line; return how far the text is done, or -1 where the two differ."""
    kept = 0
    while kept < len(ends) and wanted.startswith("\n", done + kept):
        kept += 1
    if kept == len(ends):
        places += ends
    elif kept and kept == len(ends) - 1:
        places += ends[1:]
    elif len(ends) == 1 and wanted.startswith(" ", done):
        places += ends
        kept = 1
    else:
        return -1
    return done + kept

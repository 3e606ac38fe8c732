"""Characters that a text may not hold, and tabs where YAML wants spaces."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.lines import line_stop
from turbo_yaml.syntax.scalarmap import content_start
from turbo_yaml.syntax.tree import Mapping, Node, Scalar, children

MOST_REPORTED: Final = 20
# The characters of YAML but for U+0085, U+2028 and U+2029, which end a line in YAML 1.1 and not in 1.2, and
# for the byte order mark, which the C parser skips at the start of any line.
_REFUSED = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_BLOCK_HEAD: Final = re.compile(r"[|>][-+]?([0-9]?)[-+]?[ ]*(?:#[^\r\n]*)?[ \r\n]*")
_PLAIN_BYTES: Final = bytes([9, 10, 13, *range(0x20, 0x7F), *range(0x80, 0x100)])
_NAMES: Final = {
    "\x00": "a NUL",
    "\x1b": "an escape character",
    "\x7f": "a delete character",
    "\x85": "a next-line character",
    "\u2028": "a line separator",
    "\u2029": "a paragraph separator",
    "\ufeff": "a byte order mark",
}


def clean(source: Source) -> tuple[str, list[Diagnostic]]:
    """Return the text with every refused character replaced, at the same offsets, and the first findings."""
    text = source.text
    if text.isascii():
        if not text.encode("ascii").translate(None, _PLAIN_BYTES):
            return text, []
    elif text[0] == "\ufeff":
        # A line end is as long as the mark, and keeps the columns of the line that it stood on.
        text = "\n" + text[1:]
    refused = re.compile(_REFUSED)
    found = [
        _finding(source, match)
        for match, _ in zip(refused.finditer(text), range(MOST_REPORTED), strict=False)
    ]
    return (refused.sub("\ufffd", text) if found else text), found


def _finding(source: Source, match: re.Match[str]) -> Diagnostic:
    character = match.group()
    code = f"U+{ord(character):04X}"
    name = _NAMES.get(character)
    if name is None:
        name = "a lone surrogate" if "\ud800" <= character <= "\udfff" else "a control character"
    visible = not "\ud800" <= character <= "\udfff"
    escape = f"\\x{ord(character):02x}" if ord(character) < 0x100 else f"\\u{ord(character):04x}"
    return Diagnostic(
        "yaml-character",
        f"{name} ({code}) stands here",
        source,
        Span(*match.span()),
        f'remove it, or write it as `{escape}` in a text in `"` quotes' if visible else "remove it",
    )


def stray_tabs(source: Source, text: str, root: Node | None) -> list[Diagnostic]:
    """Return a finding for each tab that is neither in a comment nor inside a quoted or block text."""
    scalars = sorted(_scalars(root), key=lambda scalar: scalar.start)
    starts = [scalar.start for scalar in scalars]
    found: list[Diagnostic] = []
    at = text.find("\t")
    while at >= 0 and len(found) < MOST_REPORTED:
        index = bisect_right(starts, at) - 1
        before = scalars[index] if index >= 0 else None
        if before is not None and at < before.end:
            after, fits = _in_scalar(text, before, at)
        else:
            after, fits = _between(text, at, 0 if before is None else before.end)
        if not fits:
            found.append(_tab_finding(source, text, at))
        at = text.find("\t", after)
    return found


def _in_scalar(text: str, scalar: Scalar, at: int) -> tuple[int, bool]:
    """Tell where to look on, and whether a tab inside a scalar may stand there."""
    start = content_start(text, scalar)
    if at < start or not scalar.style:
        return line_stop(text, at), False
    if scalar.style not in ("|", ">"):
        return scalar.end, True
    header = line_stop(text, start)
    if at < header:
        return header, "#" in text[start:at]
    head = _BLOCK_HEAD.match(text, start)
    assert head is not None
    # The text begins at its first line that is not blank; before it a tab would count as indentation.
    return scalar.end, at > head.end() or head.group(1) != ""


def _between(text: str, at: int, scalar_end: int) -> tuple[int, bool]:
    """Tell where to look on, and whether a tab between scalars may stand there: in a comment."""
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at), scalar_end - 1) + 1
    return line_stop(text, at), "#" in text[start:at]


def _tab_finding(source: Source, text: str, at: int) -> Diagnostic:
    end = at
    while text.startswith("\t", end):
        end += 1
    return Diagnostic(
        "yaml-tab",
        "a tab stands here; YAML wants a space",
        source,
        Span(at, end),
        "replace the tab with a space, or put the text that holds it in quotes",
    )


def _scalars(root: Node | None) -> list[Scalar]:
    found: list[Scalar] = []
    waiting: list[Node] = [] if root is None else [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            found.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting += children(node)
            if isinstance(node, Mapping):
                found += [entry.key for entry in node.entries.values()]
    return found

"""A page of Markdown to text for a terminal: the little of Markdown that the pages of rules use."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import Final

from turbo_yaml.diagnostics.paint import Paint, painter

WIDTH: Final = 80
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_STRESSED: Final = re.compile(r"\*{1,2}([^*\s](?:[^*]*[^*\s])?)\*{1,2}")
_CODE: Final = re.compile(r"`[^`]+`")
_FENCE: Final = "```"
_ITEM: Final = re.compile(r"(?:[-*] |\d+\. )")


def to_terminal(page: str, *, color: bool) -> str:
    """Return a page as text: code indented, paragraphs of 80 columns, no marks of Markdown but backticks."""
    paint = painter(color)
    lines: list[str] = []
    for number, part in enumerate(page.split(_FENCE)):
        lines += _code(part, paint) if number % 2 else _words(part, paint)
    return "\n".join(lines).strip("\n") + "\n"


def _code(part: str, paint: Paint) -> list[str]:
    """Return the lines of a block, whose first line is the name of a language."""
    return [paint("note", f"    {line}".rstrip()) for line in part.splitlines()[1:]]


def _words(part: str, paint: Paint) -> list[str]:
    lines: list[str] = []
    for paragraph in part.strip("\n").split("\n\n"):
        lines.append("")
        if paragraph.startswith("#"):
            lines.append(paint("strong", paragraph.lstrip("# ")))
        elif paragraph.startswith("|"):
            lines += paragraph.splitlines()
        else:
            lines += [_painted(line, paint) for line in _filled(_STRESSED.sub(r"\1", _unlinked(paragraph)))]
    return [*lines, ""]


def _unlinked(text: str) -> str:
    return _LINK.sub(r"\1", text)


def _filled(paragraph: str) -> list[str]:
    """Return the lines of a paragraph or of the items of a list, none longer than 80 columns."""
    if not _ITEM.match(paragraph):
        return wrap(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)
    items = re.split(r"\n(?=[-*] |\d+\. )", paragraph)
    return [
        line
        for item in items
        for line in wrap(item, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    ]


def _painted(line: str, paint: Paint) -> str:
    return _CODE.sub(lambda found: paint("help", found[0]), line)

"""Text from flows to Markdown in which it is text: no heading, link, HTML or cell of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from turbo_yaml.diagnostics.visible import one_line

_MARKS = re.compile(r"([\\`*_\[\]<>|#~$&])")


def prose(text: str) -> str:
    """Return text as words on one line; what means something to Markdown is escaped."""
    return _MARKS.sub(r"\\\1", one_line(" ".join(text.split())))


def told(message: str) -> str:
    """Return a message of ours, in which names are code."""
    parts = enumerate(message.split("`"))
    return "".join(code(part) if at % 2 else _MARKS.sub(r"\\\1", one_line(part)) for at, part in parts)


def code(text: str) -> str:
    """Return text as code on one line, in as many backticks as it needs."""
    shown = one_line(" ".join(text.split())) or " "
    fence = "`"
    while fence in shown:
        fence += "`"
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield the lines of a table. The cells are Markdown."""
    heads = [*heads]
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"
    yield ""


def _cell(text: str) -> str:
    r"""Return a cell in which no bar ends it: one is written as `\|`, in code too."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)

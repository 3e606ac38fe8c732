"""A graph to the text of a Mermaid flowchart, in which no label can be anything but text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from turbo_yaml.drawing.graph import Arrow, Graph, Kind

_BRACKETS: Final[dict[Kind, tuple[str, str]]] = {
    "start": ("([", "])"),
    "end": ("([", "])"),
    "note": ("[", "]"),
    "turn": ("[[", "]]"),
    "ask": ("[/", "/]"),
    "choice": ("{", "}"),
    "loop": ("{{", "}}"),
    "fork": ("[", "]"),
    "other": ("(", ")"),
    "fail": ("[", "]"),
}
_UNSAFE: Final = re.compile(r"[^\w .,:!?'()+=*/→…-]")
"""All that means something to Mermaid, to HTML or to Markdown, is written as the number of its character."""


def to_mermaid(graph: Graph) -> str:
    """Return a graph as Mermaid text."""
    return "\n".join(["flowchart TD", *_groups(graph), *_arrows(graph.arrows, "  ")]) + "\n"


def label(lines: Iterable[str]) -> str:
    """Return lines as the text of a label."""
    return "<br/>".join(_UNSAFE.sub(lambda found: f"#{ord(found[0])};", line) for line in lines)


def _groups(graph: Graph) -> Iterator[str]:
    for group in graph.groups:
        yield f'  subgraph {group.name}["{label([group.title])}"]'
        for box in group.boxes:
            opening, closing = _BRACKETS[box.kind]
            yield f'    {box.name}{opening}"{label(box.lines)}"{closing}'
        yield from _arrows(group.arrows, "    ")
        yield "  end"


def _arrows(arrows: Iterable[Arrow], margin: str) -> Iterator[str]:
    for arrow in arrows:
        line = "-.->" if arrow.aside else "-->"
        told = f'|"{label([arrow.label])}"|' if arrow.label else ""
        yield f"{margin}{arrow.start} {line}{told} {arrow.end}"

"""A graph to the text of Graphviz's DOT language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.drawing.graph import Arrow, Graph, Kind

_SHAPES: Final[dict[Kind, str]] = {
    "start": "oval",
    "end": "oval",
    "note": "box",
    "turn": "box3d",
    "ask": "parallelogram",
    "choice": "diamond",
    "loop": "hexagon",
    "fork": "box",
    "other": "component",
    "fail": "octagon",
}


def to_dot(graph: Graph) -> str:
    """Return a graph as DOT text."""
    head = ["digraph flow {", '  node [fontname="sans-serif", fontsize=11];', "  edge [fontsize=10];"]
    return "\n".join([*head, *_groups(graph), *_arrows(graph.arrows, "  "), "}"]) + "\n"


def _text(lines: Iterable[str]) -> str:
    """Return lines as a quoted text: a backslash is doubled, so that none of them means anything."""
    escaped = (one_line(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def _groups(graph: Graph) -> Iterator[str]:
    for group in graph.groups:
        yield f"  subgraph cluster_{group.name} {{"
        yield f"    label={_text([group.title])};"
        for box in group.boxes:
            yield f"    {box.name} [shape={_SHAPES[box.kind]}, label={_text(box.lines)}];"
        yield from _arrows(group.arrows, "    ")
        yield "  }"


def _arrows(arrows: Iterable[Arrow], margin: str) -> Iterator[str]:
    for arrow in arrows:
        more = [f"label={_text([arrow.label])}"] if arrow.label else []
        more += ["style=dashed", "constraint=false"] if arrow.aside else []
        more += ["constraint=false"] if arrow.back else []
        marks = f" [{', '.join(more)}]" if more else ""
        yield f"{margin}{arrow.start} -> {arrow.end}{marks};"

"""`graph`: a flow to a picture of what can happen in it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from turbo_yaml.cli.options import common, flow_argument
from turbo_yaml.cli.terminal import put, tell
from turbo_yaml.compiler.edge import graph
from turbo_yaml.drawing.graph import Graph
from turbo_yaml.errors import UsageError


@click.command("graph", short_help="Draw what can happen in a flow.")
@flow_argument
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(),
    help="Write FILE: .svg is a picture, .mmd Mermaid, .dot Graphviz.",
)
@common
def command(flow: str, output: str | None) -> None:
    """Draw what can happen in a FLOW, and in the flows that it leads to: as Mermaid text, or to a FILE.

    A picture is drawn here: no browser, no network and no other program is needed. Nothing is run.
    """
    form = ".mmd" if output is None else Path(output).suffix.lower()
    if form not in FORMS:
        raise UsageError(
            f"`{output}` does not say what to draw",
            hint="end it with " + ", ".join(f"`{end}`" for end in FORMS),
        )
    drawn = FORMS[form](graph(flow))
    if output is None:
        put(sys.stdout, drawn)
        return
    Path(output).write_text(drawn, encoding="utf-8")
    tell(f"wrote {output}")


def _mermaid(drawn: Graph) -> str:
    from turbo_yaml.drawing.mermaid import to_mermaid

    return to_mermaid(drawn)


def _dot(drawn: Graph) -> str:
    from turbo_yaml.drawing.dot import to_dot

    return to_dot(drawn)


def _svg(drawn: Graph) -> str:
    from turbo_yaml.drawing.svg import to_svg

    return to_svg(drawn)


FORMS: Final[dict[str, Callable[[Graph], str]]] = {
    ".svg": _svg,
    ".mmd": _mermaid,
    ".mermaid": _mermaid,
    ".dot": _dot,
    ".gv": _dot,
}

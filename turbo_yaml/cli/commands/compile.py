"""`compile`: a flow to the Python that it becomes, to be read."""

from __future__ import annotations

import sys

import click

from turbo_yaml.cli.options import common, flow_argument
from turbo_yaml.cli.terminal import put, wants_color, write
from turbo_yaml.compiler.edge import compile_python


@click.command("compile", short_help="Print a flow as the Python it becomes.")
@flow_argument
@common
def command(flow: str) -> int:
    """Print the Python that a flow becomes, each step under a comment with its file and line.

    Exit codes: 0 printed, 2 the flow has errors.
    """
    python, found = compile_python(flow)
    if found:
        from turbo_yaml.diagnostics.render import render

        put(sys.stderr, render(found, color=wants_color(sys.stderr)))
    if python is None:
        return 2
    write(sys.stdout, python.rstrip("\n") + "\n")
    return 0

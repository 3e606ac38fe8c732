"""`docs`: a flow to its reference."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from turbo_yaml.cli.commands.audit import project_layers
from turbo_yaml.cli.options import common, flow_argument
from turbo_yaml.cli.terminal import put
from turbo_yaml.compiler.edge import reference


@click.command("docs", short_help="Print a flow's reference in Markdown.")
@flow_argument
@common
def command(flow: str) -> None:
    """Print how a FLOW is used, in Markdown: its inputs, output, calls, tools, flows, settings and needs.

    It is made of what the flow declares and what `audit` finds. Nothing is run.
    """
    put(sys.stdout, reference(flow, layers=project_layers(Path(flow).parent)))

"""`init`: a small flow and a settings file to start from."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from turbo_yaml.cli.options import common
from turbo_yaml.cli.terminal import tell, write
from turbo_yaml.errors import UsageError

FLOW = """\
turbo: 1
description: Greets somebody, in the tone that was asked for.

inputs:
  name: string
  tone?: {enum: [warm, dry], default: warm}

steps:
  - system: You are a {{ tone }} host. Answer in one sentence.
  - user: Please say hello to {{ name }}.
  - generate
"""

SETTINGS = """\
# Settings of every flow in this folder and below. `turbo-yaml settings list` tells what can be set,
# `turbo-yaml settings explain FLOW` what is set, and where.

# `echo` repeats what it is told: no key, no network. Then, for example, `openai/gpt-4o-mini`,
# with the key in the environment variable OPENAI_API_KEY.
model: echo
"""


@click.command("init", short_help="Write a small flow and a turbo.yaml to start from.")
@click.argument("target", default=".", metavar="[FOLDER|FILE]")
@common
def command(target: str) -> None:
    """Write a small flow (flow.yaml, or the FILE named) and a turbo.yaml beside it.

    Nothing is overwritten: a flow that is there already is an error, a turbo.yaml that is there stays.
    """
    path = Path(target)
    flow = path if path.suffix in (".yaml", ".yml") and not path.is_dir() else path / "flow.yaml"
    flow.parent.mkdir(parents=True, exist_ok=True)
    if not _write(flow, FLOW):
        raise UsageError(f"`{flow}` is there already", hint="name another file: `turbo-yaml init other.yaml`")
    tell(f"wrote {flow}")
    settings = flow.parent / "turbo.yaml"
    tell(
        f"wrote {settings}"
        if _write(settings, SETTINGS)
        else f"{settings} is there already and stays as it is"
    )
    tell("next:")
    write(sys.stdout, f"turbo-yaml run {shlex.quote(str(flow))} -p name Ada\n")


def _write(path: Path, text: str) -> bool:
    """Create a file; return False where there is one already."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True

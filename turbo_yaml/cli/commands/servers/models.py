"""`models`: what the servers of the settings offer."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click

from turbo_yaml.cli.options import common, completed
from turbo_yaml.cli.overrides import InOrder, gather_layers, setting_flags
from turbo_yaml.cli.terminal import put, tell, write
from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.errors import ModelError, UsageError
from turbo_yaml.models.offers import configured, offers, server_of
from turbo_yaml.settings.layers import Settings


@click.command("models", cls=InOrder, short_help="List the models that servers offer.")
@click.argument("provider", required=False, shell_complete=completed("complete_provider"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@setting_flags
@common
@click.pass_context
def command(ctx: click.Context, /, provider: str | None, as_json: bool, profiles: Any, **flags: Any) -> None:
    """List the models that servers offer, as they are named with -m: those of PROVIDER, or of all.

    All are the providers that the settings define or name, and those that a key is there for. Each is asked
    at its address, under /models.
    """
    layers = gather_layers(ctx.meta[InOrder.KEY], Path())
    settings = Settings.built_in().with_layers(layers).with_profiles(profiles).values
    names = configured(settings) if provider is None else [provider]
    names = [name for name in names if name not in ("echo", "script")]
    if not names:
        raise UsageError(
            "no server is configured",
            hint="keep a key with `turbo-yaml keys set PROVIDER`, or name one: `turbo-yaml models ollama`",
        )
    found = asyncio.run(offers(server_of(name, settings) for name in names))
    problems = [(name, offer) for name, offer in found.items() if isinstance(offer, ModelError)]
    if len(problems) == len(found) == 1:
        raise problems[0][1]
    _print({name: offer for name, offer in found.items() if isinstance(offer, list)}, as_json)
    for _, problem in problems:
        tell(f"error[{problem.kind}]: {one_line(problem.message)}")
    if len(problems) == len(found):
        raise click.exceptions.Exit(ModelError.exit_code)


def _print(found: dict[str, list[str]], as_json: bool) -> None:
    rows = [(provider, name) for provider, names in found.items() for name in names]
    if as_json:
        data = [
            {"model": f"{provider}/{name}", "provider": provider, "name": name} for provider, name in rows
        ]
        put(sys.stdout, json.dumps(data, indent=2) + "\n")
        return
    for provider, name in rows:
        write(sys.stdout, f"{provider}/{name}\n")

"""`settings`: what can be set, and for a flow what is set and by whom."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from turbo_yaml.cli.options import common, flow_argument
from turbo_yaml.cli.overrides import InOrder, gather_layers, setting_flags
from turbo_yaml.cli.terminal import write
from turbo_yaml.compiler.edge import load
from turbo_yaml.settings.keys import FILE
from turbo_yaml.settings.kinds import Key, Record
from turbo_yaml.settings.layers import Settings
from turbo_yaml.settings.patch import MISSING


@click.group("settings", short_help="Show settings, and which file or flag set them.")
def command() -> None:
    """Show what can be set, and for a flow what is set and by whom."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def list_(as_json: bool) -> None:
    """List every setting with its default and what it does."""
    rows = list(_rows(FILE, ""))
    if as_json:
        data = [
            {"key": name, "doc": key.doc, **({} if key.default is MISSING else {"default": key.default})}
            for name, key in rows
        ]
        write(sys.stdout, json.dumps(data, indent=2) + "\n")
        return
    width = max(len(name) for name, _ in rows)
    for name, key in rows:
        default = "" if key.default is MISSING else f" (default: {json.dumps(key.default)})"
        write(sys.stdout, f"{name:{width}}  {key.doc}{default}\n")


@command.command("explain", cls=InOrder)
@flow_argument
@click.argument("key", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@setting_flags
@common
@click.pass_context
def explain_(
    ctx: click.Context, /, flow: str, key: str | None, as_json: bool, profiles: Any, **flags: Any
) -> None:
    """Tell of each setting of a FLOW which layers touched it, where, and which one won.

    KEY is a setting, or a map such as `limits` for all in it. The flags count as they would in `run`.
    """
    from turbo_yaml.settings.explain import explain, explained_data, explained_text

    layers = gather_layers(ctx.meta[InOrder.KEY], Path(flow).parent)
    info = load(flow, layers=layers, profiles=profiles).info
    own = [info.layer] if info is not None and info.layer is not None else []
    accounts = explain(Settings.built_in().with_layers([*layers, *own]).with_profiles(profiles), key)
    if as_json:
        write(sys.stdout, json.dumps(explained_data(accounts), indent=2, ensure_ascii=False) + "\n")
    else:
        write(sys.stdout, explained_text(accounts).rstrip("\n") + "\n")


def _rows(record: Record, prefix: str) -> Iterator[tuple[str, Key]]:
    for name, key in record.keys.items():
        yield prefix + name, key
        if isinstance(key.kind, Record):
            yield from _rows(key.kind, f"{prefix}{name}.")

"""`settings`: what can be set, and for a flow what is set and by whom."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from turbo_yaml.cli.options import common, flow_argument
from turbo_yaml.cli.overrides import InOrder, gather_layers, setting_flags
from turbo_yaml.cli.terminal import tell, write
from turbo_yaml.compiler.edge import load
from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.errors import FlowInvalid, UsageError
from turbo_yaml.settings.grants import Modest
from turbo_yaml.settings.keys import FILE, LayerKind
from turbo_yaml.settings.kinds import Key, Record
from turbo_yaml.settings.layers import Settings
from turbo_yaml.settings.patch import MISSING, Merge
from turbo_yaml.settings.sources import (
    PROJECT_FILE,
    find_project_file,
    own_project_file,
    read_file,
)
from turbo_yaml.settings.trust import Trust


@click.group("settings", short_help="Show settings, and which file or flag set them.")
def command() -> None:
    """Show what can be set, and for a flow what is set and by whom; trust a folder's settings."""


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


@command.command("trust")
@click.argument("folder", default=".", metavar="[FOLDER]")
@click.option("--remove", is_flag=True, help="Trust it no more.")
@common
def trust_(folder: str, remove: bool) -> None:
    """Let what the turbo.yaml around FOLDER grants to flows count: read it before.

    Hosts and commands, servers and the keys for them, prices, patterns of what is not recorded, variables of
    the environment and higher bounds count only there. When the file grants something else it is asked again.
    """
    project = own_project_file(Path(folder))
    if project is None:
        there = find_project_file(Path(folder))
        what = f"there is no `{PROJECT_FILE}` in" if there is None else "another user owns the file of"
        raise UsageError(f"{what} `{folder}`", hint="name a folder of your own that has one")
    if remove:
        known = Trust(os.environ).forget(project)
        tell(f"`{project}` {'is trusted no more' if known else 'was not trusted by its name'}")
        return
    layer, problems = read_file(project, LayerKind.PROJECT_FILE)
    if layer is None or any(problem.severity == "error" for problem in problems):
        raise FlowInvalid(problems)
    assert isinstance(layer.patch, Merge)
    grants = Modest(layer.patch).grants
    if grants:
        Trust(os.environ).remember(project, layer.patch)
    tell(f"`{project}` is trusted with this:" if grants else f"`{project}` has nothing that needs trust")
    for name, value in grants.items():
        write(sys.stdout, one_line(f"{name}: {json.dumps(value)}") + "\n")


def _rows(record: Record, prefix: str) -> Iterator[tuple[str, Key]]:
    for name, key in record.keys.items():
        yield prefix + name, key
        if isinstance(key.kind, Record):
            yield from _rows(key.kind, f"{prefix}{name}.")

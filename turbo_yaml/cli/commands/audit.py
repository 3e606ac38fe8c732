"""`audit`: a flow to what it can do, for whoever has to allow it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from turbo_yaml.cli.options import common, flow_argument
from turbo_yaml.cli.terminal import put, wants_color
from turbo_yaml.compiler.edge import audit
from turbo_yaml.diagnostics.paint import Paint, painter
from turbo_yaml.diagnostics.visible import cells, one_line
from turbo_yaml.errors import FlowInvalid
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.sources import own_project_file, read_file

NOBODY = "whoever runs the flow decides"
_PLACE = ("file", "line", "column")
_WIDEST = 60


@click.command("audit", short_help="Tell what a flow can do: models, hosts, files, secrets, calls.")
@flow_argument
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def command(flow: str, as_json: bool) -> None:
    """Tell what a FLOW can do, with the flows and files that it uses, and how many calls it makes at worst.

    Each model, host, tool, secret, file and variable is told with its place. The settings of the project's
    turbo.yaml count; what is given on the command line later does not. Nothing is run.
    """
    found = audit(flow, layers=project_layers(Path(flow).parent))
    if as_json:
        put(sys.stdout, json.dumps(found, indent=2) + "\n")
    else:
        put(sys.stdout, _drawn(found, painter(wants_color(sys.stdout))))


def project_layers(folder: Path) -> list[Any]:
    """Return the settings of the project around a folder; `FlowInvalid` where they have errors."""
    project = own_project_file(folder)
    if project is None:
        return []
    layer, problems = read_file(project, LayerKind.PROJECT_FILE)
    if any(problem.severity == "error" for problem in problems):
        raise FlowInvalid(problems)
    return [] if layer is None else [layer]


def _drawn(found: Mapping[str, Any], paint: Paint) -> str:
    title = found["flow"] if found["description"] is None else f"{found['flow']}: {found['description']}"
    lines = [paint("strong", one_line(" ".join(title.split())))]
    lines += [_row("inputs", found["inputs"]), _row("flows", found["flows"]), _row("memory", found["memory"])]
    lines.append(f"calls: {_calls(found['calls'])}")
    sections = {
        "models": [(_model(each), each) for each in found["models"]],
        "hosts": [(f"{each['host']}{_why(each)}", each) for each in found["hosts"]],
        "tools": [(_tool(each), each) for each in found["tools"]],
        "secrets": [(f"{each['name']}{_why(each)}", each) for each in found["secrets"]],
        "files": [(f"{each['path']} ({each['kind']})", each) for each in found["files"]],
        "environment": [(each["name"], each) for each in found["environment"]],
        "questions": [(" ".join(each["asks"].split()), each) for each in found["questions"]],
    }
    for name, entries in sections.items():
        lines += ["", paint("strong", name), *_entries(entries, NOBODY if name == "models" else "none")]
    return "\n".join(lines) + "\n"


def _row(name: str, words: Iterable[str]) -> str:
    return f"{name}: {one_line(', '.join(words)) or 'none'}"


def _entries(entries: list[tuple[str, Mapping[str, Any]]], nothing: str) -> list[str]:
    """Return a line for each entry, its place behind it."""
    if not entries:
        return [f"  {nothing}"]
    shown = [one_line(words) for words, _ in entries]
    widths = [sum(cell.width for cell in cells(words)) for words in shown]
    widest = min(max(widths), _WIDEST)
    return [
        f"  {words}{' ' * (widest - width)}  {_place(each)}".rstrip()
        for words, width, (_, each) in zip(shown, widths, entries, strict=True)
    ]


def _place(entry: Mapping[str, Any]) -> str:
    return one_line(":".join(str(entry[key]) for key in _PLACE if key in entry))


def _model(entry: Mapping[str, Any]) -> str:
    kind = next(key for key in ("model", "provider", "profile") if key in entry)
    words = str(entry[kind]) if kind == "model" else f"{kind} {entry[kind]}"
    return f"{words} (in the profile {entry['in_profile']})" if "in_profile" in entry else words


def _why(entry: Mapping[str, Any]) -> str:
    """Return for whom a host or a secret is."""
    if entry["kind"] == "model":
        return f" (for models of {entry['provider']})"
    return f" (for the tool {entry['tool']})" if entry["kind"] == "tool" else f" ({entry['kind']})"


_GIVEN = {"function": "given by the host", "caller": "whatever the caller gives, else all of the host's"}
"""Kinds of tools of which the flow says nothing more."""


def _tool(entry: Mapping[str, Any]) -> str:
    words = _GIVEN.get(entry["kind"]) or f"{entry['kind']} {entry[entry['kind']]}"
    approved = "" if entry["kind"] == "caller" else f", approve: {entry['approve']}"
    return f"{entry['name']} ({words}{approved})"


def _calls(calls: Mapping[str, Any]) -> str:
    if "unlimited" in calls:
        return f"no limit: {calls['unlimited']} ({_place(calls)})"
    turns, most = calls["turns"], calls["calls"]
    if not most:
        return "none"
    again = f", {most} model calls with all that is tried again" if most != turns else ""
    return f"at most {turns} {'turn' if turns == 1 else 'turns'}{again}"

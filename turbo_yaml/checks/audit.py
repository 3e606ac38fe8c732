"""A flow to what it can do: which models and files, which of the environment, how many calls at worst."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from turbo_yaml.analysis.calls import Endless, Program, worst_case_calls
from turbo_yaml.analysis.cycles import FlowGraph
from turbo_yaml.diagnostics.formats import place_data
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.settings.patch import EMPTY, Extend, FromEnv, Patch, Place, Set, inside, variables
from turbo_yaml.source import Source, Span
from turbo_yaml.template import Text

_WHO = {"model": "model", "fallback": "model", "provider": "provider", "profile": "profile"}
"""The settings that say who is asked, and what each of them names."""


def audit(file: n.FlowFile, program: Program, settings: Patch = EMPTY) -> dict[str, Any]:
    """Return what the main flow of a file can do, its other flows and files included, as JSON data.

    `models`: what flows and the `settings` around them name, each with its place; where there is none,
    whoever runs the flow decides. `calls` is a number, or what keeps it from being known.
    """
    graph = FlowGraph(file, program.links_of)
    reached = _reached(file, graph)
    files = list({id(home): home for _, home in reached}.values())
    return {
        "flow": file.main.name,
        "description": file.main.description,
        "inputs": [given.name for given in file.main.inputs],
        "flows": [flow.name for flow, _ in reached],
        "models": [
            *_unlike(entry for flow, home in reached for entry in _models(flow, home)),
            *_named(settings),
        ],
        "questions": [place for flow, home in reached for place in _questions(flow, home)],
        "files": [
            *_unlike(entry for home in files for entry in _named_files(home)),
            *_unlike(entry for flow, home in reached for entry in _attachments(flow, home, "file")),
        ],
        "hosts": [
            *_unlike(entry for flow, home in reached for entry in _attachments(flow, home, "host")),
            *_unlike(entry for home in files for entry in _hosts_of_tools(home)),
        ],
        "environment": [
            *_unlike(entry for flow, home in reached for entry in _variables(flow, home)),
            *_unlike(_from_environment(settings)),
        ],
        "secrets": [entry for home in files for entry in _secrets_of_tools(home)],
        "memory": sorted({str((flow.memory or {}).get("kind", "local")) for flow, _ in reached}),
        "tools": [entry for home in files for entry in _tools(home)],
        "calls": _calls(file, program),
    }


def _reached(file: n.FlowFile, graph: FlowGraph) -> list[tuple[n.Flow, n.FlowFile]]:
    """Return the flows that the main flow can come to, itself the first."""
    found = {id(file.main): (file.main, file)}
    waiting = [file.main]
    while waiting:
        for arc in graph.arcs.get(id(waiting.pop()), ()):
            if id(arc.link.flow) not in found:
                found[id(arc.link.flow)] = (arc.link.flow, arc.link.file)
                waiting.append(arc.link.flow)
    return [*found.values()]


def _unlike(entries: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for entry in entries:
        if repr(entry) not in seen:
            seen.add(repr(entry))
            yield entry


def _at(source: Source, span: Span) -> dict[str, Any]:
    where = place_data(source, span)
    return {name: where[name] for name in ("file", "line", "column")}


# Models and what they cost -----------------------------------------------------------------------------


def _models(flow: n.Flow, file: n.FlowFile) -> Iterator[dict[str, Any]]:
    """Yield the models, providers and profiles that a flow names."""
    profiles = file.profiles.items() if flow is file.main else ()
    for profile, patch in (("", flow.settings), *profiles):
        under = {"in_profile": profile} if profile else {}
        yield from ({**entry, **under} for entry in _named(patch))
    for step in steps(flow.steps):
        for entry in step.settings if isinstance(step, n.Turn) else ():
            if entry.name in _WHO:
                at = _at(file.source, entry.span)
                yield from ({_WHO[entry.name]: each, **at} for each in _each(_value(entry.value)))


def _named(patch: Patch) -> Iterator[dict[str, Any]]:
    for name, kind in _WHO.items():
        found = inside(patch, name)
        if isinstance(found, Set | Extend):
            at = _where(found.trail[-1] if found.trail else None)
            listed = found.value if isinstance(found, Set) else [*found.before, *found.after]
            yield from ({kind: _shown(each), **at} for each in _each(listed))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _where(place: Place | None) -> dict[str, Any]:
    return {} if place is None else {"file": place.name, "line": place.line, "column": place.column}


def _shown(value: Any) -> Any:
    return f"!env {value.variable}" if isinstance(value, FromEnv) else value


def _value(value: n.Value) -> Any:
    if isinstance(value, n.Constant):
        return value.data
    return value.plain if isinstance(value, Text) else "a template"


def _calls(file: n.FlowFile, program: Program) -> Any:
    found = worst_case_calls(file.main, file, program)
    if isinstance(found, Endless):
        return {"unlimited": found.message, **_at(found.source, found.span)}
    return {"turns": found.turns, "calls": found.calls}


# Files, hosts, the environment -------------------------------------------------------------------------


def _named_files(file: n.FlowFile) -> Iterator[dict[str, Any]]:
    for kind, entries in (("flow", file.uses), ("data", file.data)):
        for entry in entries:
            yield {"path": entry.path, "kind": kind, **_at(file.source, entry.span)}


def _attachments(flow: n.Flow, file: n.FlowFile, what: str) -> Iterator[dict[str, Any]]:
    """Yield the images, sounds and files of messages: those that are files, or the hosts of the others."""
    for step in steps(flow.steps):
        for part in step.content if isinstance(step, n.Say) and isinstance(step.content, tuple) else ():
            if part.kind == "text":
                continue
            address = part.value.plain
            where = {"kind": part.kind, **_at(file.source, part.value.span)}
            host = urlsplit(address.partition("{{")[0]).hostname if "://" in address else None
            if part.value.tree is not None and host is None and what == "host":
                yield {"host": "any: it is worked out in the run", **where}
            elif host is not None and what == "host":
                yield {"host": host, **where}
            elif part.value.tree is None and "://" not in address and what == "file":
                yield {"path": address, **where}


def _variables(flow: n.Flow, file: n.FlowFile) -> Iterator[dict[str, Any]]:
    """Yield the environment variables that settings read with `!env`."""
    patches = [flow.settings, *(file.profiles.values() if flow is file.main else ())]
    for patch in patches:
        yield from _from_environment(patch)


def _from_environment(patch: Patch) -> Iterator[dict[str, Any]]:
    for found in variables(patch):
        yield {"name": found.variable, **_where(found.place)}


def _questions(flow: n.Flow, file: n.FlowFile) -> Iterator[dict[str, Any]]:
    for step in steps(flow.steps):
        if isinstance(step, n.Ask):
            yield {"asks": step.question.plain, **_at(file.source, step.head)}


# Tools -------------------------------------------------------------------------------------------------


def _tools(file: n.FlowFile) -> Iterator[dict[str, Any]]:
    """Yield the tools that a file declares: who does what they do, and whether a person approves it."""
    for tool in file.tools.values():
        what: dict[str, Any] = {"kind": tool.kind}
        if tool.flow is not None:
            what["flow"] = tool.flow.name
        if tool.http is not None:
            what["http"] = tool.http
        if tool.mcp is not None:
            what["mcp"] = " ".join(tool.mcp["command"]) if "command" in tool.mcp else tool.mcp["url"]
        if tool.secret is not None:
            what["secret"] = tool.secret
        yield {"name": tool.name, **what, "approve": tool.approve, **_at(file.source, tool.span)}


def _hosts_of_tools(file: n.FlowFile) -> Iterator[dict[str, Any]]:
    for tool in file.tools.values():
        address = (tool.mcp or {}).get("url") if tool.http is None else tool.http.split()[-1]
        if address is not None:
            host = urlsplit(address.partition("{")[0]).hostname or "any: it is worked out in the run"
            yield {"host": host, "kind": "tool", "tool": tool.name, **_at(file.source, tool.span)}


def _secrets_of_tools(file: n.FlowFile) -> Iterator[dict[str, Any]]:
    for tool in file.tools.values():
        if tool.secret is not None and tool.secret_span is not None:
            where = _at(file.source, tool.secret_span)
            yield {"name": tool.secret, "kind": "tool", "tool": tool.name, **where}

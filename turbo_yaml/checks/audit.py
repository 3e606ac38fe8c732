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
from turbo_yaml.settings.patch import Extend, FromEnv, Merge, Patch, Set, inside
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Mapping
from turbo_yaml.template import Text

_WHO = ("model", "provider", "profile")


def audit(file: n.FlowFile, program: Program) -> dict[str, Any]:
    """Return what the main flow of a file can do, its other flows and files included, as JSON data.

    `models`: what flows name, each with its place; where there is none, whoever runs the flow decides.
    `calls` is a number, or what keeps it from being known.
    """
    graph = FlowGraph(file, program.links_of)
    reached = _reached(file, graph)
    files = list({id(home): home for _, home in reached}.values())
    return {
        "flow": file.main.name,
        "description": file.main.description,
        "inputs": [given.name for given in file.main.inputs],
        "flows": [flow.name for flow, _ in reached],
        "models": [*_unlike(entry for flow, home in reached for entry in _models(flow, home))],
        "questions": [place for flow, home in reached for place in _questions(flow, home)],
        "files": [
            *_unlike(entry for home in files for entry in _named_files(home)),
            *_unlike(entry for flow, home in reached for entry in _attachments(flow, home, "file")),
        ],
        "hosts": [*_unlike(entry for flow, home in reached for entry in _attachments(flow, home, "host"))],
        "environment": [*_unlike(entry for flow, home in reached for entry in _variables(flow, home))],
        "memory": sorted({str((flow.memory or {}).get("kind", "local")) for flow, _ in reached}),
        "tools": [name for home in files for name in _tools(home)],
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
        for name in _WHO:
            found = inside(patch, name)
            if isinstance(found, Set):
                place = found.trail[-1] if found.trail else None
                where = (
                    {} if place is None else {"file": place.name, "line": place.line, "column": place.column}
                )
                under = {"in_profile": profile} if profile else {}
                yield {name: _shown(found.value), **under, **where}
    for step in steps(flow.steps):
        for entry in step.settings if isinstance(step, n.Turn) else ():
            if entry.name in _WHO:
                yield {entry.name: _value(entry.value), **_at(file.source, entry.span)}


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
        for found in _values(patch):
            if isinstance(found, FromEnv):
                place = found.place
                where = (
                    {} if place is None else {"file": place.name, "line": place.line, "column": place.column}
                )
                yield {"name": found.variable, **where}


def _values(patch: Patch) -> Iterator[Any]:
    match patch:
        case Set(value):
            yield from value if isinstance(value, list) else (value,)
        case Extend(before, after):
            yield from (*before, *after)
        case Merge(keys):
            for inner in keys.values():
                yield from _values(inner)


def _questions(flow: n.Flow, file: n.FlowFile) -> Iterator[dict[str, Any]]:
    for step in steps(flow.steps):
        if isinstance(step, n.Ask):
            yield {"asks": step.question.plain, **_at(file.source, step.head)}


def _tools(file: n.FlowFile) -> Iterator[str]:
    if isinstance(file.tools, Mapping):
        yield from file.tools.entries

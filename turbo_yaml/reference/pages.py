"""A flow file, and what the audit knows of it, to its page in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from shlex import quote
from typing import Any, TypeGuard

from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.flow import nodes as n
from turbo_yaml.reference.markdown import code, prose, table, told
from turbo_yaml.reference.types import bounds, type_words
from turbo_yaml.settings.patch import FromEnv, Merge, Patch, Set
from turbo_yaml.template import Text
from turbo_yaml.types import MISSING, Input


def page(file: n.FlowFile, audited: Mapping[str, Any]) -> str:
    """Return the page of a flow: what it takes and gives, its tools and flows, what it asks and costs."""
    flow = file.main
    lines = [f"# {prose(flow.name)}", ""]
    if flow.description:
        lines += [prose(flow.description), ""]
    if flow.steps:
        lines += ["```console", f"$ {_command(file)}", "```", "", *_signature(flow, "##")]
        lines += _calls(audited)
    lines += [*_tools(file), *_flows(file), *_settings(file), *_needs(audited), *_tests(file)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _command(file: n.FlowFile) -> str:
    """Return how the flow is run with what it requires."""
    wanted = [given.name for given in file.main.inputs if given.required]
    words = ["turbo-yaml run", quote(one_line(file.source.name)), *(f"-p {name} …" for name in wanted)]
    return " ".join(words)


def _signature(flow: n.Flow, heading: str) -> Iterator[str]:
    yield f"{heading} Inputs"
    yield ""
    if flow.inputs:
        yield from table(("input", "type", "default", "what it is"), map(_input, flow.inputs))
    else:
        yield "None."
        yield ""
    yield f"{heading} Output"
    yield ""
    yield f"{code(type_words(flow.output))}" if flow.output is not None else "Not declared."
    yield ""


def _input(given: Input) -> tuple[str, ...]:
    limits = bounds(given.schema)
    told = prose(given.description or "") + (f" ({prose(limits)})" if limits else "")
    return code(given.name), code(type_words(given.schema)), _or_required(given), told.strip()


def _or_required(given: Input) -> str:
    if given.required:
        return "required"
    return "`null`" if given.default is MISSING else code(_data(given.default))


def _data(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _calls(audited: Mapping[str, Any]) -> Iterator[str]:
    calls = audited["calls"]
    yield "## Calls"
    yield ""
    if "unlimited" in calls:
        yield f"No limit is known: {told(calls['unlimited'])}."
    elif not calls["calls"]:
        yield "It asks no model."
    else:
        again = f", {calls['calls']} model calls with all that is tried again"
        yield f"At most {_number(calls['turns'], 'turn')}{again if calls['calls'] != calls['turns'] else ''}."
    yield ""


def _number(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _tools(file: n.FlowFile) -> Iterator[str]:
    if not file.tools:
        return
    yield "## Tools"
    yield ""
    rows = (
        (
            code(tool.name),
            _bound(tool),
            code(type_words(tool.parameters)) if tool.parameters is not None else "",
            code(type_words(tool.returns)) if tool.returns is not None else "",
            tool.approve if tool.kind != "caller" else "",
            prose(tool.description or ""),
        )
        for tool in file.tools.values()
    )
    yield from table(("tool", "is", "takes", "returns", "approve", "what it does"), rows)


def _bound(tool: n.Tool) -> str:
    match tool.kind:
        case "flow" if tool.flow is not None:
            return f"the flow {code(tool.flow.name)}"
        case "http" if tool.http is not None:
            return f"a request, {code(tool.http)}"
        case "mcp":
            return "an MCP server's"
        case "caller":
            return "given by the caller"
    return "given by the host"


def _flows(file: n.FlowFile) -> Iterator[str]:
    for name, flow in file.flows.items():
        yield f"## The flow {code(name)}"
        yield ""
        if flow.description:
            yield prose(flow.description)
            yield ""
        yield from _signature(flow, "###")


def _settings(file: n.FlowFile) -> Iterator[str]:
    rows = [("", name, value) for name, value in _set(file.main.settings)]
    rows += [
        (profile, name, value) for profile, patch in file.profiles.items() for name, value in _set(patch)
    ]
    if not rows:
        return
    yield "## Settings"
    yield ""
    if file.profiles:
        yield from table(
            ("setting", "value", "in the profile"),
            ((code(name), code(value), code(profile) if profile else "") for profile, name, value in rows),
        )
    else:
        yield from table(("setting", "value"), ((code(name), code(value)) for _, name, value in rows))


def _set(patch: Patch, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield what a patch sets, by the path of each key."""
    if isinstance(patch, Merge):
        for key, inner in patch.keys.items():
            yield from _set(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(patch, Set):
        value = patch.value
        yield path, f"!env {value.variable}" if isinstance(value, FromEnv) else _data(value)


def _needs(audited: Mapping[str, Any]) -> Iterator[str]:
    """Yield what must be there for the flow to run, as far as it names it."""
    sections: tuple[tuple[str, Iterable[str]], ...] = (
        (
            "models",
            (str(each[key]) for each in audited["models"] for key in ("model", "provider") if key in each),
        ),
        ("hosts", (each["host"] for each in audited["hosts"])),
        ("secrets", (each["name"] for each in audited["secrets"])),
        ("files", (each["path"] for each in audited["files"])),
        ("variables of the environment", (each["name"] for each in audited["environment"])),
    )
    told = [(name, [*dict.fromkeys(words)]) for name, words in sections]
    if any(words for _, words in told):
        yield "## What it needs"
        yield ""
        yield from (f"- {name}: {', '.join(map(code, words))}" for name, words in told if words)
        yield ""


def _said(value: n.Value) -> TypeGuard[Text | n.Constant]:
    return isinstance(value, Text | n.Constant)


def _tests(file: n.FlowFile) -> Iterator[str]:
    values = (test.name for test in file.tests)
    names = [value.plain if isinstance(value, Text) else str(value.data) for value in values if _said(value)]
    if names:
        yield "## What its tests say"
        yield ""
        yield from (f"- {prose(name)}" for name in names)
        yield ""

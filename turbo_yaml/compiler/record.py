"""What the generator made, with what its flows take and give, to a unit."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType
from typing import Any

from turbo_yaml.analysis.tools import tool_of, tool_refs
from turbo_yaml.codegen.function import exported_name
from turbo_yaml.codegen.identifiers import Identifiers
from turbo_yaml.codegen.module import Generated
from turbo_yaml.compiler.stages import Analysed
from turbo_yaml.compiler.units import FlowRecord, Unit
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.settings.patch import to_data

_OF_A_TOOL = (
    "name",
    "kind",
    "description",
    "parameters",
    "returns",
    "approve",
    "timeout",
    "http",
    "mcp",
    "headers",
    "secret",
    "allow",
)


def record(
    analysed: Analysed, generated: Generated, codes: tuple[CodeType, ...], seen: dict[str, str]
) -> Unit:
    """Return the unit of a file. `seen`: the other files that were read, by path, with the content's hash."""
    file = analysed.parsed.file
    assert file is not None
    names = generated.names
    flows = (file.main, *file.flows.values())
    return Unit(
        codes=codes,
        main=file.main.name,
        flows={flow.name: _flow(flow, analysed, generated) for flow in flows},
        profiles={name: to_data(patch) for name, patch in file.profiles.items()},
        tools={tool.name: _tool(tool, analysed, generated) for tool in file.tools.values()},
        uses={names.file(alias): path for alias, path in generated.uses.items()},
        data={names.variable(entry.name): entry.path for entry in file.data},
        seen=seen,
    )


def _tool(tool: n.Tool, analysed: Analysed, generated: Generated) -> dict[str, Any]:
    """Return what the file declares of a tool, as JSON data."""
    file = analysed.parsed.file
    assert file is not None
    data = {name: getattr(tool, name) for name in _OF_A_TOOL if getattr(tool, name)}
    data["line"] = analysed.parsed.source.position(tool.span.start).line
    data["used"] = any(
        tool_of(ref, file) is tool
        for flow in (file.main, *file.flows.values())
        for step in steps(flow.steps)
        for ref in tool_refs(step)
    )
    if tool.flow is not None:
        link = analysed.links[id(tool.flow)]
        names = generated.names
        home = None if link.alias is None else names.file(link.alias)
        data["flow"] = [home, names.flow(link.flow.name) if home is None else exported_name(link)]
    return data


def _flow(flow: n.Flow, analysed: Analysed, generated: Generated) -> FlowRecord:
    names = generated.names
    return FlowRecord(
        name=flow.name,
        function=names.flow(flow.name),
        parameters={given.name: names.variable(given.name) for given in flow.inputs},
        inputs=flow.inputs,
        settings=to_data(flow.settings),
        output=flow.output,
        memory=_memory(flow.memory, analysed, names),
        description=flow.description,
        steps=tuple(step.id for step in steps(flow.steps) if isinstance(step, n.Turn) and step.id),
        empty=not flow.steps,
    )


def _memory(
    memory: Mapping[str, Any] | None, analysed: Analysed, names: Identifiers
) -> Mapping[str, Any] | None:
    """Return what a flow says of its chat as data; `flow` is two Python names: its file (or None), itself."""
    if memory is None or "flow" not in memory:
        return memory
    link = analysed.links[id(memory["flow"])]
    if link.alias is None:
        return {**memory, "flow": [None, names.flow(link.flow.name)]}
    return {**memory, "flow": [names.file(link.alias), exported_name(link)]}

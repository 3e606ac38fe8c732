"""The names of tools to the tools they mean, with the arguments of steps held against the declaration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from turbo_yaml.analysis.links import FlowStep, Links
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.types import Input

_CHOICES = ("auto", "none", "required")


def tool_of(ref: n.ToolRef, file: n.FlowFile) -> n.Tool | None:
    """Return the declaration that a name means, if there is one."""
    name, dot, _ = ref.name.partition(".")
    tool = file.tools.get(name)
    return None if tool is None or (dot and tool.kind != "mcp" and not tool.broken) else tool


def tool_refs(step: n.Step) -> tuple[n.ToolRef, ...]:
    """Return the names of tools in a step."""
    if isinstance(step, n.Turn | n.Include | n.Call | n.Handoff):
        return step.tools
    return (step.tool,) if type(step) is n.UseTool else ()


def takes_tools(flow: n.Flow, file: n.FlowFile) -> bool:
    """Tell whether a flow lets the model call tools of whoever calls it."""
    found = (tool_of(ref, file) for step in steps(flow.steps) for ref in tool_refs(step))
    return any(tool is not None and tool.kind == "caller" for tool in found)


def parameters_of(tool: n.Tool, links: Links) -> tuple[Input, ...] | None:
    """Return the parameters of a tool; None where what is bound says them."""
    if tool.flow is not None:
        link = links.get(id(tool.flow))
        return None if link is None else link.flow.inputs
    schema = tool.parameters
    if schema is None or schema.get("additionalProperties") is not False:
        return None
    required = schema.get("required", ())
    return tuple(
        Input(name, part, required=name in required and not _has_default(part))
        for name, part in schema.get("properties", {}).items()
    )


def _has_default(schema: object) -> bool:
    return isinstance(schema, Mapping) and "default" in schema


def result_of(tool: n.Tool | None, links: Links) -> Mapping[str, Any] | None:
    """Return the schema of what a tool gives back, if it is declared."""
    if tool is None:
        return None
    if tool.flow is not None:
        link = links.get(id(tool.flow))
        return None if link is None else link.flow.output
    return tool.returns


def link_tools(file: n.FlowFile, links: Links) -> list[Diagnostic]:
    """Return which steps name tools that are not there, or give one what it does not take."""
    found: list[Diagnostic] = []
    for flow in (file.main, *file.flows.values()):
        for step in steps(flow.steps):
            for ref in tool_refs(step):
                found += _unknown(ref, file)
            if isinstance(step, n.UseTool):
                found += _argument_problems(step, file, links)
            elif isinstance(step, n.Include | n.Call | n.Handoff):
                found += _lending_problems(step, file, links)
            elif isinstance(step, n.Turn) and step.tools:
                found += _unknown_choice(step, file)
    return found


def _unknown_choice(step: n.Turn, file: n.FlowFile) -> Iterator[Diagnostic]:
    """Yield a `tool_choice` that is none of the tools of its turn."""
    tools = [tool_of(ref, file) for ref in step.tools]
    if any(tool is None or tool.kind in ("mcp", "caller") for tool in tools):
        return
    names = [tool.name for tool in tools if tool is not None]
    for entry in step.settings:
        value = entry.value.data if isinstance(entry.value, n.Constant) else None
        if entry.name == "tool_choice" and isinstance(value, str) and value not in (*_CHOICES, *names):
            message = f"`tool_choice` names `{value}`, which is no tool of this turn"
            yield Diagnostic(
                "unknown-tool", message, file.source, entry.value.span, help=did_you_mean(value, names)
            )


def _unknown(ref: n.ToolRef, file: n.FlowFile) -> Iterator[Diagnostic]:
    if tool_of(ref, file) is not None:
        return
    name, _, inner = ref.name.partition(".")
    if name in file.tools:
        message, help_ = f"the tool `{name}` has no tools of its own", f"write `{name}`"
    else:
        message = f"there is no tool `{name}` here"
        inner = f"declare it: `tools: {{{name}: {{description: …}}}}`"
        help_ = did_you_mean(name, file.tools) or inner
    yield Diagnostic("unknown-tool", message, file.source, ref.span, help=help_)


def _lending_problems(step: FlowStep, file: n.FlowFile, links: Links) -> Iterator[Diagnostic]:
    """Yield a step that gives tools to a flow which takes none, or none to one which takes some."""
    link = links.get(id(step.flow))
    if link is None:
        return
    name, takes = step.flow.name, takes_tools(link.flow, link.file)
    if step.tools and not takes:
        message, help_ = f"`{name}` takes no tools", "they are for flows with a tool that is `{from: caller}`"
        yield Diagnostic("unknown-argument", message, file.source, step.tools[0].span, help=help_)
    elif takes and not step.tools:
        message, help_ = f"`{name}` needs tools", f"add them: `tools: [{next(iter(file.tools), 'name')}]`"
        yield Diagnostic("missing-argument", message, file.source, step.flow.span, help=help_)


def _argument_problems(step: n.UseTool, file: n.FlowFile, links: Links) -> Iterator[Diagnostic]:
    tool = tool_of(step.tool, file)
    if tool is not None and tool.kind == "caller":
        message = f"`{tool.name}` stands for all tools that the caller gives"
        help_ = f"let the model choose: `generate: {{tools: [{tool.name}]}}`"
        yield Diagnostic("unknown-tool", message, file.source, step.tool.span, help=help_)
    parameters = None if tool is None else parameters_of(tool, links)
    if tool is None or parameters is None:
        return
    known = {given.name: given for given in parameters}
    for argument in step.arguments:
        if argument.name not in known:
            message = f"the tool `{tool.name}` takes no `{argument.name}`"
            help_ = did_you_mean(argument.name, known) or f"`{tool.name}` takes nothing"
            yield Diagnostic("unknown-argument", message, file.source, argument.span, help=help_)
    given_names = {argument.name for argument in step.arguments}
    for name, wanted in known.items():
        if wanted.required and name not in given_names:
            message = f"the tool `{tool.name}` needs `{name}`"
            help_ = f"add it: `with: {{{name}: …}}`"
            yield Diagnostic("missing-argument", message, file.source, step.tool.span, help=help_)

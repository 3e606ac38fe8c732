"""Text of a user or a model in the path of an HTTP tool that a step calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from turbo_yaml.analysis.inference.lattice import holds_free_text
from turbo_yaml.analysis.inference.schemas import type_before_defaults
from turbo_yaml.analysis.tools import tool_of
from turbo_yaml.checks.origins import way_of
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.endpoint import read_endpoint

RULE = Rule(
    "untrusted-tool-address", "warning", "Text of a user or a model becomes part of the address of a tool."
)
_BOUNDS: Final = ("pattern", "format")
"""Words of JSON Schema with which an author says which texts there can be."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the arguments of steps that put free text of others into the path of an HTTP tool."""
    if not subject.clean:
        return  # who wrote what may be what was lost
    for _, step in subject.steps():
        if not isinstance(step, n.UseTool):
            continue
        tool = tool_of(step.tool, subject.file)
        names = () if tool is None else _in_the_path(tool)
        for argument in step.arguments:
            if tool is None or argument.name not in names:
                continue
            way = way_of(subject.typed.of_value(argument.value).origin, subject)
            if way:
                message = f"what a user or a model wrote becomes part of the address of `{tool.name}` here"
                help_ = (
                    f"say in `with` of the tool which texts `{argument.name}` takes: an `enum`, a `pattern`; "
                    "or vouch for it: `trusted: true` on the input, `| trusted`"
                )
                sink = Related(
                    f"`{{{argument.name}}}` is in the path of this tool", subject.source, tool.span
                )
                yield RULE.at(subject.source, argument.value.span, message, help_, *way, sink)


def _in_the_path(tool: n.Tool) -> tuple[str, ...]:
    """Return the arguments of a tool that are parts of its path and may be any text."""
    endpoint = None if tool.http is None else read_endpoint(tool.http)
    if endpoint is None or isinstance(endpoint, str):
        return ()
    declared = (tool.parameters or {}).get("properties", {})
    return tuple(name for name in endpoint.placeholders if _is_any_text(declared.get(name, {})))


def _is_any_text(schema: Any) -> bool:
    if isinstance(schema, dict) and any(word in schema for word in _BOUNDS):
        return False
    return holds_free_text(type_before_defaults(schema))

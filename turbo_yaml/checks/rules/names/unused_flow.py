"""A local flow that nothing in its file uses."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.syntax import Mapping, Node, Scalar
from turbo_yaml.syntax.tree import children

RULE = Rule("unused-flow", "warning", "No step names a local flow.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the local flows that no step names. A file without steps of its own is there for other files."""
    if not subject.clean or not subject.file.main.steps:
        return
    used = {id(link.flow) for link in subject.links.values()}
    named = {*_flows_of_tools(subject.file.tools)}
    for name, flow in subject.file.flows.items():
        if id(flow) not in used and name not in named:
            message = f"nothing uses the flow `{name}`"
            yield RULE.at(
                subject.source, subject.name_of(flow), message, "remove it, or `include` or `call` it"
            )


def _flows_of_tools(tools: Node | None) -> Iterator[str]:
    """Yield the flows that are declared as tools."""
    for tool in children(tools) if isinstance(tools, Mapping) else ():
        flow = tool.get("flow") if isinstance(tool, Mapping) else None
        if isinstance(flow, Scalar):
            yield flow.text

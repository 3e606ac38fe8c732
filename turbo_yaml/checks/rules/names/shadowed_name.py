"""A name that hides or overwrites another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import nodes

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.source import Span

RULE = Rule("shadowed-name", "warning", "A loop or a text uses a name that the flow has already.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield loop variables that overwrite what was set before, and names of a text that hide the flow's."""
    if not subject.clean:
        return
    for flow in subject.flows:
        yield from _loops(subject, flow)
    known = {name for flow in subject.flows for name in _taken(subject, flow)}
    for where, node in subject.typed.shadows.values():
        if not isinstance(node, nodes.Name) or node.name not in known:
            continue
        span = where.span_of(node)
        message = f"this text has a `{node.name}` of its own, and the flow's `{node.name}` stays as it is"
        help_ = f"another name; a `set` step changes the flow's `{node.name}`"
        yield RULE.at(where.source, span, message, help_)


def _loops(subject: Subject, flow: n.Flow) -> Iterator[Diagnostic]:
    taken = _taken(subject, flow)
    for step in steps(flow.steps):
        if not isinstance(step, n.For):
            continue
        for target in step.targets:
            if target.name in taken:
                what, span = taken[target.name]
                message = f"this loop overwrites `{target.name}`, which is {what}"
                related = Related("it is here", subject.source, span)
                yield RULE.at(subject.source, target.span, message, "another name for the item", related)


def _taken(subject: Subject, flow: n.Flow) -> Mapping[str, tuple[str, Span]]:
    """Return the names that a loop should leave alone, with what they are and where."""
    taken = {given.name: ("an input", given.span) for given in flow.inputs}
    taken |= {entry.name: ("a data file", entry.span) for entry in subject.file.data}
    for step in steps(flow.steps):
        for target in _set_by(step):
            taken.setdefault(target.name, ("set by another step", target.span))
    return taken


def _set_by(step: n.Step) -> Iterator[n.Target | n.Named]:
    match step:
        case n.Assign():
            yield from step.entries
        case n.Turn() | n.Ask() | n.Include() | n.Call() | n.UseTool() | n.For():
            if step.as_ is not None:
                yield step.as_
        case _:
            pass

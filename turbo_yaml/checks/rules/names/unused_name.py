"""A variable that is set and never read."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, nearest
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps

RULE = Rule("unused-name", "warning", "A variable is set and never read.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the first place where a name is set that no step of the flow reads."""
    if not subject.clean:
        return
    for flow in subject.flows:
        read = subject.facts.read_in.get(id(flow), set())
        absent = [absence.name for absence in subject.typed.absences.values() if not absence.is_field]
        told: set[str] = set()
        for step in steps(flow.steps):
            for target in _targets(step):
                name = target.name
                if name in read or name in told or name.startswith("_"):
                    continue
                if nearest(name, absent) is not None:
                    continue  # it is what was meant there
                told.add(name)
                message = f"`{name}` is set here and never read"
                yield RULE.at(subject.source, target.span, message, "remove it, or use it in a later step")


def _targets(step: n.Step) -> Iterator[n.Target | n.Named]:
    """Yield the names that a step sets, but for those that a loop must have."""
    match step:
        case n.Assign():
            yield from step.entries
        case n.Turn():
            yield from (target for target in (step.as_, step.message_as) if target is not None)
        case n.Ask() | n.Include() | n.Call() | n.UseTool() | n.For():
            if step.as_ is not None:
                yield step.as_
        case n.Parallel():
            yield from (branch.target for branch in step.branches)
        case _:
            pass

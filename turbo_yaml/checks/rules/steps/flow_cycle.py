"""Flows that may go on in one another again and again."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.rules.steps.endless_cycle import chain, places
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n

RULE = Rule("flow-cycle", "warning", "Flows call or include one another in a circle.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the circles of flows that some path leaves. Handing over in a circle is a way to work."""
    if not subject.links:
        return
    for circle in subject.graph.circles(sure=False):
        handed_on = all(isinstance(arc.step, n.Handoff) for arc in circle)
        if handed_on or all(arc.sure for arc in circle) or circle[0].file is not subject.file:
            continue
        message = f"{chain(circle)} is a circle, and nothing says how often it goes round"
        help_ = "a loop says how often: `while` with its `limit`, or `for`"
        first = circle[0]
        yield RULE.at(first.file.source, first.place, message, help_, *places(circle))

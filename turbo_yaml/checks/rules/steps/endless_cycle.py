"""Flows that go on in one another for ever."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.cycles import Arc
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps

RULE = Rule("endless-cycle", "error", "Flows go on in one another, and no path ends.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the circles of flows in which every step is taken on every path."""
    if not subject.links:
        return
    for circle in subject.graph.circles(sure=True):
        if _is_talk(circle) or circle[0].file is not subject.file:
            continue
        message = f"{chain(circle)} goes on for ever: every path leads on"
        help_ = "end it on some path: `when` on this step, or a `stop` before it"
        first = circle[0]
        yield RULE.at(first.file.source, first.place, message, help_, *places(circle))


def _is_talk(circle: list[Arc]) -> bool:
    """Tell whether a circle is a talk with the caller, who ends it: hand-overs with a question between."""
    asks = any(isinstance(step, n.Ask) for arc in circle for step in steps(arc.flow.steps))
    return asks and all(isinstance(arc.step, n.Handoff) for arc in circle)


def chain(circle: list[Arc]) -> str:
    """Return the flows of a circle, one after another."""
    return " → ".join(f"`{name}`" for name in (circle[0].flow.name, *(arc.link.flow.name for arc in circle)))


def places(circle: list[Arc]) -> list[Related]:
    """Return the steps of a circle after the first."""
    return [
        Related(f"`{arc.flow.name}` goes on in `{arc.link.flow.name}`", arc.file.source, arc.place)
        for arc in circle[1:]
    ]

"""A step that no path leads to."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("unreachable-step", "warning", "No path leads to a step.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the first step of each list that comes after one which never goes on."""
    for found in subject.typed.flows.values():
        for step in found.unreachable.values():
            message = "this step is never reached: the steps before it end the flow, or leave the loop"
            yield RULE.at(subject.source, step.head, message, "remove it, or put it before them")

"""A `system` message that a later one replaces."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import bodies, steps

RULE = Rule("replaced-system", "warning", "A `system` message is replaced before a model has seen it.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the `system` messages that another one follows before any turn, in one list of steps."""
    for flow in subject.flows:
        yield from _body(subject, flow.steps)
        for step in steps(flow.steps):
            for body in bodies(step):
                yield from _body(subject, body)


def _body(subject: Subject, body: n.Body) -> Iterator[Diagnostic]:
    last: n.Say | None = None
    for step in body:
        if isinstance(step, n.Say) and step.role == "system" and step.label is None and step.when is None:
            if last is not None:
                message = "this `system` message is replaced before any model has seen it"
                help_ = "make one message of both, or give one of them a `label`"
                there = Related("this one takes its place", subject.source, step.head)
                yield RULE.at(subject.source, last.head, message, help_, there)
            last = step
        elif any(not isinstance(inner, _SILENT) for inner in steps((step,))):
            last = None


_SILENT = (n.Say, n.Example, n.Messages, n.Assign, n.Remember, n.Log, n.Assert, n.Sleep)
"""Steps that show no model what was said so far."""

"""An input that its flow never reads."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("unused-input", "warning", "A flow never reads one of its inputs.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the inputs that no step of their flow reads."""
    if not subject.clean:
        return
    for flow in subject.flows:
        read = subject.facts.read_in.get(id(flow), set())
        for given in flow.inputs:
            if flow.steps and given.name not in read and not given.name.startswith("_"):
                message = f"`{flow.name}` never reads its input `{given.name}`"
                yield RULE.at(subject.source, given.span, message, "remove it, or use it in a step")

"""A template that gives what its key does not take."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.inference.lattice import Type, is_never
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Text

RULE = Rule("wrong-slot-value", "error", "A template gives what its key does not take.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the templates under `choices`, `limit` and such whose value can never be what is wanted there."""
    for _, step in subject.steps():
        for key, value, wanted in _slots(step):
            type_ = subject.typed.of_value(value)._replace(unset=None)
            if type_.any or is_never(type_) or _suits(type_, wanted):
                continue
            message = f"`{key}` takes {wanted}, and this is {described(type_)}"
            yield RULE.at(subject.source, value.span, message)


def _slots(step: n.Step) -> Iterator[tuple[str, n.Value, str]]:
    match step:
        case n.Turn() | n.Ask() if isinstance(step.choices, Text):
            yield "choices", step.choices, "a list"
        case n.Messages():
            yield "messages", step.value, "a list"
        case n.While():
            yield "limit", step.limit, "a whole number"
        case n.For() if step.at_once is not None:
            yield "at_once", step.at_once, "a whole number"
        case n.Forget() if step.last is not None:
            yield "last", step.last, "a whole number"
        case n.Sleep() if isinstance(step.duration, Text):
            yield "sleep", step.duration, "a duration"


def _suits(type_: Type, wanted: str) -> bool:
    if wanted == "a list":
        return type_.list is not None
    if wanted == "a duration":
        return type_.text is not None or type_.number is not None
    return type_.number is not None

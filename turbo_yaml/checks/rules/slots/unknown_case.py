"""A case that no value of a `match` can have."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.rules.slots.missing_case import labels_there_can_be
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.flow import nodes as n

RULE = Rule("unknown-case", "error", "A `match` has a case that its value can never be.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the cases whose label is none of those that the value can have."""
    for _, step in subject.steps():
        if not isinstance(step, n.Match):
            continue
        labels = labels_there_can_be(subject.typed.of_value(step.subject))
        for case in step.cases if labels is not None else ():
            if labels is not None and case.label not in labels:
                message = f"the value is never `{case.label}`"
                yield RULE.at(
                    subject.source, case.label_span, message, did_you_mean(case.label, sorted(labels))
                )

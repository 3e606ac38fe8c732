"""A `match` that has no case for a label that there can be."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.inference.lattice import Type, is_never
from turbo_yaml.analysis.inference.words import some_of
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import nearest
from turbo_yaml.flow import nodes as n

RULE = Rule("missing-case", "error", "A `match` has no case for a label that its value can have.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the matches without `else` whose value can be a label that has no case."""
    for _, step in subject.steps():
        if not isinstance(step, n.Match) or step.orelse is not None:
            continue
        labels = labels_there_can_be(subject.typed.of_value(step.subject))
        if labels is None:
            continue
        cases = [case.label for case in step.cases]
        misspelt = {nearest(case, sorted(labels)) for case in cases if case not in labels}
        missing = labels - set(cases) - misspelt
        if len(missing) > len([case for case in cases if case not in labels]):
            message = f"there is no case for {some_of(missing)}"
            written = subject.source.text[step.head.start : step.head.end]
            help_ = "add it, or an `else`" if "match" in written else "add it to `among`"
            yield RULE.at(subject.source, step.head, message, help_)


def labels_there_can_be(type_: Type) -> frozenset[str] | None:
    """Return the labels that a value can stand for; None where they are not all known."""
    if type_.any or type_.number is not None or type_.list is not None or type_.map is not None:
        return None
    found: frozenset[str] = frozenset()
    if type_.text is not None:
        if type_.text.labels is None or not type_.text.chosen:
            return None
        found |= type_.text.labels
    if type_.boolean is not None:
        found |= {"true", "false"}
    if type_.null:
        found |= {"null"}
    return None if is_never(type_) else found

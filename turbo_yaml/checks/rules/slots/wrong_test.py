"""A test that gives a flow what it does not take."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, nearest
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping, Node, Sequence
from turbo_yaml.syntax.scalars import data_of
from turbo_yaml.types import Input
from turbo_yaml.types.filling import fill
from turbo_yaml.types.validation import goes_beyond, problems

RULE = Rule("wrong-test", "error", "A test gives a flow what it does not take.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what tests give to inputs that do not take it, and the inputs that they leave out."""
    tests = subject.file.tests
    inputs = {given.name: given for given in subject.file.main.inputs}
    for test in tests.items if isinstance(tests, Sequence) and subject.declared else ():
        if not isinstance(test, Mapping):
            continue
        given = test.entries.get("with")
        values = given.value if given is not None and isinstance(given.value, Mapping) else None
        for name, entry in values.entries.items() if values is not None else ():
            if name not in inputs:
                help_ = did_you_mean(name, inputs)
                yield RULE.at(subject.source, entry.key.span, f"the flow takes no input `{name}`", help_)
                continue
            why = _misfit(entry.value, inputs[name], subject.source)
            if why is not None:
                yield RULE.at(subject.source, entry.value.span, f"the input `{name}` cannot be this: {why}")
        known = {} if values is None else values.entries
        misspelt = {nearest(name, inputs) for name in known if name not in inputs}
        there = {*known, *misspelt}
        missing = [name for name, wanted in inputs.items() if wanted.required and name not in there]
        if missing:
            span = given.key.span if given is not None else next(iter(test.entries.values())).key.span
            names = ", ".join(f"`{name}`" for name in missing)
            yield RULE.at(subject.source, span, f"the test does not give {names}", "add it under `with`")


def _misfit(node: Node, wanted: Input, source: Source) -> str | None:
    data, doubts = data_of(node, source)
    if doubts or goes_beyond(wanted.schema) or (data is None and not wanted.required):
        return None
    found = problems(wanted.schema, fill(wanted.schema, data))
    return found[0].message if found else None

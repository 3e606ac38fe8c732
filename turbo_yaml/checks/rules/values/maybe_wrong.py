"""A value that may be of a kind that its place does not take."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.fitting import misfit, wrong_constant
from turbo_yaml.analysis.inference.lattice import NULL, Type, join
from turbo_yaml.analysis.inference.schemas import type_before_defaults
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.rules.values.changing_kind import changes
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Text
from turbo_yaml.types import Input

RULE = Rule("maybe-wrong", "warning", "A value may be of a kind that its place does not take.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what flows give and are given, where it fits on some paths and not on others."""
    if not subject.declared:
        return
    changing = {name for name, _ in changes(subject)}
    yield from _given_back(subject, changing)
    for _, step in subject.steps():
        if not isinstance(step, n.Include | n.Call | n.Handoff):
            continue
        link = subject.links.get(id(step.flow))
        inputs = {given.name: given for given in link.flow.inputs} if link is not None else {}
        for argument in step.arguments:
            passed = subject.typed.passed.get(id(argument))
            if (
                link is None
                or passed is None
                or argument.name not in inputs
                or changing & _reads(argument.value)
            ):
                continue
            why = _doubt(passed.type, _type_of(inputs[argument.name]))
            if why is not None and wrong_constant(argument.value, inputs[argument.name].schema) is None:
                message = f"the input `{argument.name}` of `{link.flow.name}` may not take this: {why}"
                yield RULE.at(subject.source, argument.value.span, message)


def _given_back(subject: Subject, changing: set[str]) -> Iterator[Diagnostic]:
    for flow in subject.flows:
        wanted = None if flow.output is None else type_before_defaults(flow.output)
        if flow.output is None or wanted is None:
            continue
        for given, type_ in subject.typed.flows[id(flow)].returns.values():
            why = None if wrong_constant(given.value, flow.output) else _doubt(type_, wanted)
            if why is not None and not changing & _reads(given.value):
                message = f"this may not be the `output` of `{flow.name}`: {why}"
                yield RULE.at(subject.source, given.value.span, message)


def _reads(value: n.Value) -> set[str]:
    """Return the names that a value is made of."""
    match value:
        case n.ListValue():
            return set().union(*map(_reads, value.items))
        case n.MapValue():
            return set().union(*(_reads(entry.value) for entry in value.entries))
        case Text() if value.tree is not None:
            return {node.name for node in value.tree.find_all(nodes.Name)}
    return set()


def _type_of(given: Input) -> Type:
    wanted = type_before_defaults(given.schema)
    return wanted if given.required else join(wanted, NULL)


def _doubt(given: Type, wanted: Type) -> str | None:
    """Return why a value may not fit; None where it always does, or never, which is an error of its own."""
    return None if misfit(given, wanted) is not None else misfit(given, wanted, doubts=True)

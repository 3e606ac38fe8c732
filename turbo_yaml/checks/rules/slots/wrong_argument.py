"""A flow that is given what its input can never be."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.inference.fitting import misfit, wrong_constant
from turbo_yaml.analysis.inference.lattice import NULL, join
from turbo_yaml.analysis.inference.schemas import type_before_defaults
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.types import Input

RULE = Rule("wrong-argument", "error", "A flow is given what its input can never be.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the arguments that no value of the input's type can be."""
    for _, step in subject.steps() if subject.declared else ():
        if not isinstance(step, n.Include | n.Call | n.Handoff):
            continue
        link = subject.links.get(id(step.flow))
        inputs = {given.name: given for given in link.flow.inputs} if link is not None else {}
        for argument in step.arguments:
            wanted = inputs.get(argument.name)
            why = None if wanted is None else _why_not(subject, argument, wanted)
            if why is not None and link is not None:
                message = f"the input `{argument.name}` of `{link.flow.name}` cannot be this: {why}"
                yield RULE.at(subject.source, argument.value.span, message)


def _why_not(subject: Subject, argument: n.Named, wanted: Input) -> str | None:
    value = argument.value
    if isinstance(value, n.Constant) and value.data is None and not wanted.required:
        return None
    why = wrong_constant(value, wanted.schema)
    if why is not None:
        return why
    passed = subject.typed.passed.get(id(argument))
    type_ = type_before_defaults(wanted.schema)
    return None if passed is None else misfit(passed.type, type_ if wanted.required else join(type_, NULL))

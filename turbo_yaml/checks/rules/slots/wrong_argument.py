"""A flow or a tool that is given what it can never take."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.inference.fitting import misfit, wrong_constant
from turbo_yaml.analysis.inference.lattice import NULL, join
from turbo_yaml.analysis.inference.schemas import type_before_defaults
from turbo_yaml.analysis.tools import parameters_of, tool_of
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.types import Input

RULE = Rule("wrong-argument", "error", "A flow or a tool is given what it can never take.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the arguments that no value of the input's type can be."""
    for argument, wanted, called in given_arguments(subject) if subject.declared else ():
        why = _why_not(subject, argument, wanted)
        if why is not None:
            yield RULE.at(subject.source, argument.value.span, f"{called} cannot be this: {why}")


def given_arguments(subject: Subject) -> Iterator[tuple[n.Named, Input, str]]:
    """Yield what steps give to flows and tools, the input it is given to, and what that is called."""
    for _, step in subject.steps():
        if isinstance(step, n.Include | n.Call | n.Handoff):
            link = subject.links.get(id(step.flow))
            what, name = "input", "" if link is None else link.flow.name
            inputs = None if link is None else link.flow.inputs
        elif isinstance(step, n.UseTool):
            tool = tool_of(step.tool, subject.file)
            what, name = "parameter", step.tool.name
            inputs = None if tool is None else parameters_of(tool, subject.links)
        else:
            continue
        known = {given.name: given for given in inputs or ()}
        for argument in step.arguments:
            if argument.name in known:
                yield argument, known[argument.name], f"the {what} `{argument.name}` of `{name}`"


def _why_not(subject: Subject, argument: n.Named, wanted: Input) -> str | None:
    value = argument.value
    if isinstance(value, n.Constant) and value.data is None and not wanted.required:
        return None
    why = wrong_constant(value, wanted.schema)
    if why is not None:
        return why
    type_ = type_before_defaults(wanted.schema)
    given = subject.typed.of_value(value)
    return misfit(given, type_ if wanted.required else join(type_, NULL))

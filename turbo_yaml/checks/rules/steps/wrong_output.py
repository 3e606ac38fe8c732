"""What a flow gives, that is not its `output`."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.inference.fitting import misfit, wrong_constant
from turbo_yaml.analysis.inference.lattice import is_never
from turbo_yaml.analysis.inference.schemas import type_before_defaults
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n

RULE = Rule("wrong-output", "error", "What a flow gives can never be of its declared `output`.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what is returned, or is the outcome at an end, that no value of the `output` type can be."""
    for flow in subject.flows:
        if flow.output is not None:
            yield from _flow(subject, flow, flow.output)


def _flow(subject: Subject, flow: n.Flow, output: n.Schema) -> Iterator[Diagnostic]:
    wanted = type_before_defaults(output)
    found = subject.typed.flows[id(flow)]
    for step, type_ in found.returns.values():
        why = wrong_constant(step.value, output) or misfit(type_, wanted)
        if why is not None:
            message = f"this is not the `output` of `{flow.name}`: {why}"
            yield RULE.at(subject.source, step.value.span, message)
    for ending in found.endings.values():
        outcome = ending.outcome._replace(null=False)
        why = None if is_never(outcome) else misfit(outcome, wanted)
        if why is not None:
            message = f"`{flow.name}` ends here with what is not its `output`: {why}"
            yield RULE.at(subject.source, ending.span, message, "`return` what the `output` says")

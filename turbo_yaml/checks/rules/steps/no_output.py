"""A flow that ends with nothing, though it declares an `output`."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.inference.lattice import NULL, is_never
from turbo_yaml.analysis.inference.schemas import type_before_defaults
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("no-output", "error", "A flow that declares an `output` can end without giving anything.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the steps at which a flow ends with nothing that could be its `output`."""
    for flow in subject.flows:
        if flow.output is None:
            continue
        wanted = type_before_defaults(flow.output)
        if wanted.any or wanted.null:
            continue
        for ending in subject.typed.flows[id(flow)].endings.values():
            outcome = ending.outcome
            if outcome.null and not outcome.any and is_never(outcome._replace(null=NULL.any)):
                message = f"`{flow.name}` can end here with nothing, and it declares an `output`"
                yield RULE.at(subject.source, ending.span, message, "`return` a value on every path")

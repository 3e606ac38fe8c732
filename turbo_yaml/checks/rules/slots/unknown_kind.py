"""A kind of failure that nothing fails with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, nearest
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.vocabulary import FAILURE_KINDS
from turbo_yaml.source import Source, Span

RULE = Rule("unknown-kind", "warning", "A kind of failure is waited for that is not called so.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the kinds in `retry`, in cases and in comparisons that are nearly those of a failure."""
    known = {*FAILURE_KINDS, *(step.kind for _, step in subject.steps() if isinstance(step, n.Raise))}
    for source, span, kind in _named(subject):
        meant = None if kind in known else nearest(kind, sorted(known))
        if meant is not None:
            message = f"nothing fails with the kind `{kind}`"
            yield RULE.at(source, span, message, f"did you mean `{meant}`?")


def _named(subject: Subject) -> Iterator[tuple[Source, Span, str]]:
    """Yield the kinds that a file names, each with its place."""
    text = subject.source.text
    for _, step in subject.steps():
        if isinstance(step, n.Match) and _is_kind(step.subject.node):
            yield from ((subject.source, case.label_span, case.label) for case in step.cases)
        retry = step.retry if isinstance(step, n.Turn | n.Include | n.Call) else None
        for kind in () if retry is None else retry.on:
            found = re.compile(rf"\b{re.escape(kind)}\b").search(text, text.find("retry", *step.span))
            if found is not None:
                yield subject.source, Span(*found.span()), kind
    for where, comparison in subject.typed.find(nodes.Compare):
        other = comparison.ops[0].expr
        if _is_kind(comparison.expr) and isinstance(other, nodes.Const) and isinstance(other.value, str):
            yield where.source, where.span_of(other), other.value


def _is_kind(node: nodes.Node) -> bool:
    """Tell whether a node is `error.kind`."""
    return (
        isinstance(node, nodes.Getattr)
        and node.attr == "kind"
        and isinstance(node.node, nodes.Name)
        and node.node.name == "error"
    )

"""A comparison that can only turn out one way."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import Texts, Type, is_never
from turbo_yaml.analysis.inference.tables.operators import is_number, may_be_equal
from turbo_yaml.analysis.inference.typed import Typed, Where
from turbo_yaml.analysis.inference.words import described, some_of
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.checks.wording import written
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import nearest

RULE = Rule("never-equal", "warning", "Two values that are compared can never be equal.")

_TESTS = frozenset({"eq", "equalto", "==", "ne", "!="})


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the comparisons for equality whose sides have no value in common."""
    typed = subject.typed
    for where, test in typed.find(nodes.Test):
        if test.name in _TESTS and len(test.args) == 1:
            negated = test.name in ("ne", "!=")
            yield from _equality(where, test, test.node, test.args[0], typed, negated)
    for where, node in typed.find(nodes.Compare):
        left = node.expr
        for operand in node.ops:
            if operand.op in ("eq", "ne"):
                yield from _equality(where, node, left, operand.expr, typed, operand.op == "ne")
            elif operand.op in ("in", "notin") and isinstance(operand.expr, nodes.List | nodes.Tuple):
                yield from _among(where, left, operand.expr, typed)
            left = operand.expr


def _equality(
    where: Where, node: nodes.Expr, left: nodes.Expr, right: nodes.Expr, typed: Typed, negated: bool
) -> Iterator[Diagnostic]:
    one, other = typed.of(left), typed.of(right)
    why = _why_never(where, left, one, right, other)
    if why is not None:
        outcome = "always true" if negated else "never true"
        yield RULE.at(where.source, where.span_of(node), f"this is {outcome}: {why[0]}", why[1])


def _among(
    where: Where, left: nodes.Expr, right: nodes.List | nodes.Tuple, typed: Typed
) -> Iterator[Diagnostic]:
    one = typed.of(left)
    for item in right.items:
        why = _why_never(where, left, one, item, typed.of(item))
        if why is not None:
            yield RULE.at(where.source, where.span_of(item), f"this is never the one: {why[0]}", why[1])


def _why_never(
    where: Where, left: nodes.Expr, one: Type, right: nodes.Expr, other: Type
) -> tuple[str, str | None] | None:
    """Return why two values are never equal, with the next move; None where they may be."""
    one, other = one._replace(unset=None), other._replace(unset=None)
    if may_be_equal(one, other) or _is_null(one) or _is_null(other):
        return None
    if one.text is not None and other.text is not None:
        return _why_labels(where, left, one.text, right, other.text)
    help_ = "`| int` makes a number of a text" if is_number(one) != is_number(other) else None
    shown = written(where, left) or "the left side"
    return f"{shown} is {described(one)}, and the other {described(other)}", help_


def _why_labels(
    where: Where, left: nodes.Expr, one: Texts, right: nodes.Expr, other: Texts
) -> tuple[str, str | None] | None:
    """Return why two texts are never equal, one of which is from a list of labels."""
    if not one.chosen:
        left, one, right, other = right, other, left, one
    if not one.chosen or not one.labels or not other.labels:
        return None
    near = None
    if len(other.labels) == 1:
        near = nearest(next(iter(other.labels)), sorted(one.labels))
    said = _said(where, left, one)
    if other.chosen:
        said = f"{said}, and {_said(where, right, other)}"
    return said, None if near is None else f"did you mean `{near}`?"


def _said(where: Where, node: nodes.Expr, texts: Texts) -> str:
    labels = texts.labels or frozenset()
    shown = written(where, node) or "it"
    return f"{shown} is one of {some_of(labels)}" if len(labels) > 1 else f"{shown} is {some_of(labels)} here"


def _is_null(type_: Type) -> bool:
    return type_.null and is_never(type_._replace(null=False))

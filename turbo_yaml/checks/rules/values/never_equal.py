"""A comparison that can only turn out one way."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import Type, is_never
from turbo_yaml.analysis.inference.narrowing import path_of
from turbo_yaml.analysis.inference.tables.operators import is_number, may_be_equal
from turbo_yaml.analysis.inference.typed import Typed, Where
from turbo_yaml.analysis.inference.words import described, some_of
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import nearest

RULE = Rule("never-equal", "warning", "Two values that are compared can never be equal.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the comparisons for equality whose sides have no value in common."""
    typed = subject.typed
    for where, node in typed.find(nodes.Compare):
        left = node.expr
        for operand in node.ops:
            if operand.op in ("eq", "ne"):
                yield from _equality(where, node, left, operand.expr, typed, operand.op == "ne")
            elif operand.op in ("in", "notin") and isinstance(operand.expr, nodes.List | nodes.Tuple):
                yield from _among(where, left, operand.expr, typed)
            left = operand.expr


def _equality(
    where: Where, node: nodes.Compare, left: nodes.Expr, right: nodes.Expr, typed: Typed, negated: bool
) -> Iterator[Diagnostic]:
    one, other = typed.of(left), typed.of(right)
    why = _why_never(left, one, right, other)
    if why is not None:
        outcome = "always true" if negated else "never true"
        yield RULE.at(where.source, where.span_of(node), f"this is {outcome}: {why[0]}", why[1])


def _among(
    where: Where, left: nodes.Expr, right: nodes.List | nodes.Tuple, typed: Typed
) -> Iterator[Diagnostic]:
    one = typed.of(left)
    for item in right.items:
        why = _why_never(left, one, item, typed.of(item))
        if why is not None:
            yield RULE.at(where.source, where.span_of(item), f"this is never the one: {why[0]}", why[1])


def _why_never(left: nodes.Expr, one: Type, right: nodes.Expr, other: Type) -> tuple[str, str | None] | None:
    """Return why two values are never equal, with the next move; None where they may be."""
    if may_be_equal(one, other) or _is_null(one) or _is_null(other):
        return None
    if one.text is not None and other.text is not None:
        return _why_labels(left, one, right, other)
    help_ = "`| int` makes a number of a text" if is_number(one) != is_number(other) else None
    named = path_of(left)
    shown = "the left side" if named is None else f"`{named}`"
    return f"{shown} is {described(one._replace(unset=None))}, and the other {described(other)}", help_


def _why_labels(left: nodes.Expr, one: Type, right: nodes.Expr, other: Type) -> tuple[str, str | None] | None:
    """Return why two texts are never equal, one of which is from a list of labels."""
    assert one.text is not None
    assert other.text is not None
    if not one.text.chosen:
        left, one, right, other = right, other, left, one
    if one.text is None or other.text is None or not one.text.chosen:
        return None
    labels, wanted = one.text.labels or frozenset(), other.text.labels or frozenset()
    if not labels or len(wanted) != 1:
        return None
    (label,) = wanted
    near = nearest(label, sorted(labels))
    shown = path_of(left)
    what = f"`{shown}` is" if shown else "it is"
    some = f"{what} one of {some_of(labels)}" if len(labels) > 1 else f"{what} {some_of(labels)} here"
    return some, None if near is None else f"did you mean `{near}`?"


def _is_null(type_: Type) -> bool:
    return type_.null and is_never(type_._replace(null=False))

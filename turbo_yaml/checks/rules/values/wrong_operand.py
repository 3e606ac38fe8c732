"""An operator that works with no such values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import INTEGER, Type, is_never
from turbo_yaml.analysis.inference.tables.operators import (
    COMPARISONS,
    SIGNS,
    arithmetic,
    compared,
    is_number,
)
from turbo_yaml.analysis.inference.typed import Typed
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.template.vocabulary import SOFT_FILTERS

RULE = Rule("wrong-operand", "error", "An operator works with no values of these kinds.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the operators whose values can never go together."""
    typed = subject.typed
    for kind, sign in SIGNS.items():
        for where, node in typed.find(kind):
            assert isinstance(node, nodes.BinExpr)
            for left, right in product(_ways(typed, node.left), _ways(typed, node.right)):
                if arithmetic(sign, left, right) is None and not (is_never(left) or is_never(right)):
                    message, help_ = _misfit(sign, left, right), _advice(sign, left, right)
                    yield RULE.at(where.source, where.span_of(node), message, help_)
                    break
    for where, comparison in typed.find(nodes.Compare):
        left = _there(typed.of(comparison.expr))
        for operand in comparison.ops:
            right = _there(typed.of(operand.expr))
            if compared(operand.op, left, right) is None and not (is_never(left) or is_never(right)):
                sign = COMPARISONS[operand.op]
                yield RULE.at(where.source, where.span_of(comparison), _misfit(sign, left, right))
            left = right
    yield from _cuts(typed)
    for one in (nodes.Neg, nodes.Pos):
        for where, signed in typed.find(one):
            assert isinstance(signed, nodes.UnaryExpr)
            operand_type = _there(typed.of(signed.node))
            if not (operand_type.any or is_never(operand_type) or is_number(operand_type)):
                message = f"`{signed.operator}` takes a number, not {described(operand_type)}"
                yield RULE.at(where.source, where.span_of(signed), message)


def _cuts(typed: Typed) -> Iterator[Diagnostic]:
    """Yield what stands in `[a:b]` and is no whole number."""
    for where, node in typed.find(nodes.Getitem):
        if isinstance(node.arg, nodes.Slice):
            for part in (node.arg.start, node.arg.stop, node.arg.step):
                type_ = INTEGER if part is None else _there(typed.of(part))
                if part is not None and not (type_.any or is_never(type_) or type_.null or is_number(type_)):
                    message = f"where to cut is a whole number, not {described(type_)}"
                    yield RULE.at(where.source, where.span_of(part), message)


def _ways(typed: Typed, node: nodes.Node) -> list[Type]:
    """Return what a value can be: first as a whole; what stands in for it where there is none, too."""
    whole = _there(typed.of(node))
    stands_in = (
        node.args[0] if isinstance(node, nodes.Filter) and node.name in SOFT_FILTERS and node.args else None
    )
    return [whole] if stands_in is None or not whole.any else [whole, _there(typed.of(stands_in))]


def _there(type_: Type) -> Type:
    return type_._replace(unset=None)


def _misfit(sign: str, left: Type, right: Type) -> str:
    if left.any or right.any:
        known = right if left.any else left
        return f"`{sign}` does not work with {described(known)}"
    if sign in ("in", "not in"):
        if right.text is not None:
            return f"`{sign}` looks for text in a text, not for {described(left)}"
        return f"`{sign}` looks into a list, a text or a map, not into {described(right)}"
    return f"`{sign}` does not work with {described(left)} and {described(right)}"


def _advice(sign: str, left: Type, right: Type) -> str | None:
    if sign != "+" or (left.text is None and right.text is None):
        return None
    if is_number(left) or is_number(right):
        return "`~` puts texts together; `| int` makes a number of a text"
    return "`~` puts texts together"

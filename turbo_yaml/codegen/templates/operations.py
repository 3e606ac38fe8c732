"""Operators and conditions to Python; those that could cost much, or need better words, call the run time."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from turbo_yaml.codegen.build import At, load, negated, store

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.lowering import Lowering

_ARITHMETIC: dict[type[nodes.Expr], str] = {
    nodes.Add: "add",
    nodes.Sub: "sub",
    nodes.Mul: "mul",
    nodes.Div: "divide",
    nodes.FloorDiv: "floordiv",
    nodes.Mod: "mod",
    nodes.Pow: "power",
}
_COMPARISONS: dict[str, tuple[str, type[ast.cmpop]]] = {
    "eq": ("eq", ast.Eq),
    "ne": ("ne", ast.NotEq),
    "lt": ("lt", ast.Lt),
    "lteq": ("le", ast.LtE),
    "gt": ("gt", ast.Gt),
    "gteq": ("ge", ast.GtE),
}
_NUMBERS = frozenset({"integer", "number"})
_SCALARS = frozenset({"string", "integer", "number", "boolean"})
_SMALL = 1 << 31


# Arithmetic --------------------------------------------------------------------------------------------


def _arithmetic(low: Lowering, node: nodes.BinExpr) -> ast.expr:
    left, right = low.value(node.left), low.value(node.right)
    if isinstance(node, nodes.Add | nodes.Sub) and _stays_small(low, node):
        operator = ast.Add() if isinstance(node, nodes.Add) else ast.Sub()
        return ast.BinOp(left, operator, right, **low.at(node))
    return low.support(_ARITHMETIC[type(node)], [left, right], low.at(node))


def _stays_small(low: Lowering, node: nodes.BinExpr) -> bool:
    """Tell whether a whole number meets a small constant one: Python's own operator is safe and clear."""
    sides = (node.left, node.right)
    constant = any(
        isinstance(side, nodes.Const) and abs(side.value) < _SMALL for side in sides if _is_int(side)
    )
    return constant and all(low.kind(side) == "integer" for side in sides)


def _is_int(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and type(node.value) is int


def _sign(low: Lowering, node: nodes.UnaryExpr) -> ast.expr:
    operand = low.value(node.node)
    if low.kind(node.node) in _NUMBERS:
        operator = ast.USub() if isinstance(node, nodes.Neg) else ast.UAdd()
        return ast.UnaryOp(operator, operand, **low.at(node))
    return low.support("neg" if isinstance(node, nodes.Neg) else "pos", [operand], low.at(node))


def _concat(low: Lowering, node: nodes.Concat) -> ast.expr:
    return low.support("concat", [low.value(part) for part in node.nodes], low.at(node))


# Comparisons -------------------------------------------------------------------------------------------


def _compare(low: Lowering, node: nodes.Compare) -> ast.expr:
    operands = [node.expr, *(operand.expr for operand in node.ops)]
    if len(node.ops) == 1:
        return compared(low, node.ops[0].op, operands, [low.value(item) for item in operands], low.at(node))
    links: list[ast.expr] = []
    first = low.value(operands[0])
    for index, operand in enumerate(node.ops):
        place = low.at(operand.expr)
        second, again = _kept(low, operand.expr, last=index == len(node.ops) - 1, place=place)
        pair = operands[index : index + 2]
        links.append(compared(low, operand.op, pair, [first, second], low.at(node)))
        first = again
    return ast.BoolOp(ast.And(), links, **low.at(node))


def _kept(low: Lowering, node: nodes.Expr, *, last: bool, place: At) -> tuple[ast.expr, ast.expr]:
    """Return the first and the second reading of a middle operand, which is worked out once."""
    if last or isinstance(node, nodes.Name | nodes.Const):
        return low.value(node), low.value(node)
    name = low.module.fresh("middle")
    return ast.NamedExpr(store(name, place), low.value(node), **place), load(name, place)


def compared(
    low: Lowering, operator: str, operands: list[nodes.Expr], values: list[ast.expr], place: At
) -> ast.expr:
    """Return the comparison of two values: Python's own where the kinds say that it is cheap and legal."""
    left, right = values
    if operator in ("in", "notin"):
        found = low.support("is_in", [left, right], place)
        return ast.UnaryOp(ast.Not(), found, **place) if operator == "notin" else found
    function, own = _COMPARISONS[operator]
    kinds = [low.kind(operand) for operand in operands]
    if operator in ("eq", "ne"):
        native = any(kind in _SCALARS or _is_none(item) for kind, item in zip(kinds, operands, strict=True))
    else:
        native = all(kind in _NUMBERS for kind in kinds) or kinds == ["string", "string"]
    if native:
        return ast.Compare(left, [own()], [right], **place)
    return low.support(function, [left, right], place)


def _is_none(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and node.value is None


# Logic -------------------------------------------------------------------------------------------------


def _not(low: Lowering, node: nodes.Not) -> ast.expr:
    return ast.UnaryOp(ast.Not(), low.value(node.node), **low.at(node))


def _and_or(low: Lowering, node: nodes.And | nodes.Or) -> ast.expr:
    values = [low.value(item) for item in _flat(node, type(node))]
    return ast.BoolOp(_bool_op(node), values, **low.at(node))


def _flat(node: nodes.Expr, kind: type[nodes.Expr]) -> list[nodes.Expr]:
    """Return the operands of a chain of one operator: `a and b and c`."""
    operands: list[nodes.Expr] = []
    while isinstance(node, nodes.BinExpr) and type(node) is kind:
        operands.append(node.right)
        node = node.left
    return [node, *reversed(operands)]


def _bool_op(node: nodes.And | nodes.Or) -> ast.boolop:
    return ast.And() if isinstance(node, nodes.And) else ast.Or()


def _condexpr(low: Lowering, node: nodes.CondExpr) -> ast.expr:
    place = low.at(node)
    otherwise = low.support("undefined", [], place) if node.expr2 is None else low.value(node.expr2)
    return ast.IfExp(low.value(node.test), low.value(node.expr1), otherwise, **place)


def _soft_condexpr(low: Lowering, node: nodes.CondExpr) -> ast.expr:
    place = low.at(node)
    otherwise = low.named("missing", place) if node.expr2 is None else low.soft(node.expr2)
    return ast.IfExp(low.value(node.test), low.soft(node.expr1), otherwise, **place)


def condition(low: Lowering, node: nodes.Node) -> ast.expr:
    """Return an expression of which Python takes the truth; a value that may be text is checked."""
    match node:
        case nodes.Not():
            return negated(condition(low, node.node), low.at(node))
        case nodes.And() | nodes.Or():
            operands = [condition(low, item) for item in _flat(node, type(node))]
            return ast.BoolOp(_bool_op(node), operands, **low.at(node))
        case nodes.CondExpr() if node.expr2 is not None:
            test, then = condition(low, node.test), condition(low, node.expr1)
            return ast.IfExp(test, then, condition(low, node.expr2), **low.at(node))
    if low.kind(node) in ("boolean", "integer", "number"):
        return low.value(node)
    return low.support("truth", [low.value(node)], low.at(node))


RULES: dict[type[nodes.Node], Callable[[Lowering, Any], ast.expr]] = {
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
    nodes.Neg: _sign,
    nodes.Pos: _sign,
    nodes.Concat: _concat,
    nodes.Compare: _compare,
    nodes.Not: _not,
    nodes.And: _and_or,
    nodes.Or: _and_or,
    nodes.CondExpr: _condexpr,
}
SOFT_RULES: dict[type[nodes.Node], Callable[[Lowering, Any], ast.expr]] = {nodes.CondExpr: _soft_condexpr}

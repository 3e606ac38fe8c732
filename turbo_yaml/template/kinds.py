"""What is known of an expression's value before the flow runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from jinja2 import nodes

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "any"]

_TEXT_FILTERS = frozenset({"filesizeformat", "join", "json", "pprint", "striptags", "urlencode", "wordwrap"})
_SAME = frozenset(
    {"capitalize", "center", "indent", "lower", "string", "title", "trim", "truncate", "trusted", "upper"}
)
"""Filters that give text for text, and text marked as safe for text that is so marked."""

_COUNT_FILTERS = frozenset({"count", "length", "wordcount", "int"})


def kind_of(node: nodes.Node, kind_of_name: Callable[[str], Kind]) -> Kind:
    """Return the kind that the value of `node` surely has, or `any`."""
    match node:
        case nodes.Name():
            return kind_of_name(node.name)
        case nodes.Const():
            return _kind_of_constant(node.value)
        case nodes.Compare() | nodes.Not() | nodes.Test():
            return "boolean"
        case nodes.Concat() | nodes.TemplateData():
            return "string"
        case nodes.Filter():
            return _kind_of_filter(node, kind_of_name)
        case nodes.And() | nodes.Or():
            return _common(kind_of(node.left, kind_of_name), kind_of(node.right, kind_of_name))
        case nodes.CondExpr() if node.expr2 is not None:
            return _common(kind_of(node.expr1, kind_of_name), kind_of(node.expr2, kind_of_name))
        case nodes.Add() | nodes.Sub() | nodes.Mul() | nodes.FloorDiv() | nodes.Mod():
            return _kind_of_arithmetic(node, kind_of_name)
        case nodes.Neg() | nodes.Pos():
            kind = kind_of(node.node, kind_of_name)
            return kind if kind in ("integer", "number") else "any"
    return "any"


def _kind_of_constant(value: object) -> Kind:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
    return "any"


def _kind_of_filter(node: nodes.Filter, kind_of_name: Callable[[str], Kind]) -> Kind:
    if node.name in _TEXT_FILTERS:
        return "string"
    if node.name in _COUNT_FILTERS and not node.args and not node.kwargs:
        return "integer"
    if node.name in _SAME and node.node is not None:
        kind = kind_of(node.node, kind_of_name)
        return kind if kind == "string" or node.name == "trusted" else "any"
    return "any"


def _kind_of_arithmetic(node: nodes.BinExpr, kind_of_name: Callable[[str], Kind]) -> Kind:
    kinds = {kind_of(node.left, kind_of_name), kind_of(node.right, kind_of_name)}
    if kinds == {"integer"}:
        return "integer"
    if kinds <= {"integer", "number"}:
        return "number"
    return "string" if kinds == {"string"} and isinstance(node, nodes.Add) else "any"


def _common(one: Kind, other: Kind) -> Kind:
    return one if one == other else "any"

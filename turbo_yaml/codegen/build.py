"""Python syntax-tree nodes whose positions are places in a flow file."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from turbo_yaml.source import Source, Span

_LOAD, _STORE = ast.Load(), ast.Store()
"""One of each does for all nodes, as in the trees that Python itself makes."""


_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


class At(TypedDict):
    """The position of a node: lines from 1, columns from 0 in UTF-8 bytes, as `ast` has them."""

    lineno: int
    col_offset: int
    end_lineno: int
    end_col_offset: int


def at(source: Source, span: Span) -> At:
    """Return the position of a span."""
    line, column, end_line, end_column = source.byte_range(span.start, span.end)
    return {"lineno": line, "col_offset": column, "end_lineno": end_line, "end_col_offset": end_column}


def load(name: str, place: At) -> ast.Name:
    """Return the reading of a name."""
    return ast.Name(name, _LOAD, **place)


def store(name: str, place: At) -> ast.Name:
    """Return the writing of a name."""
    return ast.Name(name, _STORE, **place)


def call(
    function: str | ast.expr,
    arguments: Iterable[ast.expr],
    place: At,
    keywords: Mapping[str, ast.expr] | None = None,
) -> ast.Call:
    """Return a call of a function by its name, or of an expression."""
    named = [ast.keyword(key, value, **place) for key, value in (keywords or {}).items()]
    callee = load(function, place) if isinstance(function, str) else function
    return ast.Call(callee, list(arguments), named, **place)


def attribute(value: ast.expr, name: str, place: At) -> ast.Attribute:
    """Return the reading of an attribute."""
    return ast.Attribute(value, name, _LOAD, **place)


def assign(name: str, value: ast.expr, place: At) -> ast.Assign:
    """Return the statement `name = value`."""
    return ast.Assign([store(name, place)], value, **place)


def constant(data: Any, place: At) -> ast.expr:
    """Return JSON-like data as an expression."""
    if isinstance(data, Mapping):
        keys: list[ast.expr | None] = [constant(key, place) for key in data]
        return ast.Dict(keys, [constant(value, place) for value in data.values()], **place)
    if isinstance(data, list):
        return ast.List([constant(item, place) for item in data], ast.Load(), **place)
    if isinstance(data, tuple):
        return ast.Tuple([constant(item, place) for item in data], ast.Load(), **place)
    if isinstance(data, int | float) and not isinstance(data, bool) and data < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-data, **place), **place)
    return ast.Constant(data, **place)


def negated(condition: ast.expr, place: At) -> ast.expr:
    """Return the opposite of a condition."""
    if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        return condition.operand
    if isinstance(condition, ast.Compare) and len(condition.ops) == 1:
        opposite = _OPPOSITES.get(type(condition.ops[0]))
        if opposite is not None:
            return ast.Compare(condition.left, [opposite()], condition.comparators, **place)
    return ast.UnaryOp(ast.Not(), condition, **place)

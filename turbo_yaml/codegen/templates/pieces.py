"""Pieces of a text to one Python expression: an f-string where a person would write one."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from jinja2 import nodes

from turbo_yaml.codegen.build import At

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.lowering import Lowering

_MOST_WEIGHT = 16
MOST_PARTS = 8
"""Values of any length in one f-string: more are joined by a function that minds the length of the whole."""


class Printed(NamedTuple):
    """A value in a text. `is_text`: it is a `str`. `grows`: its length is not bounded by its kind."""

    value: ast.expr
    place: At
    is_text: bool = True
    grows: bool = True


Piece: TypeAlias = str | Printed


def printed(low: Lowering, node: nodes.Expr) -> Piece:
    """Return what a text shows of an expression."""
    if isinstance(node, nodes.TemplateData):
        return node.data
    place = low.at(node)
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return Printed(ast.Constant(node.value, **place), place, grows=False)
    if isinstance(node, nodes.CondExpr) and node.expr2 is None:
        then = whole(low, [printed(low, node.expr1)], low.at(node.expr1))
        return Printed(ast.IfExp(low.value(node.test), then, ast.Constant("", **place), **place), place)
    kind = low.kind(node)
    value = low.value(node)
    if kind in ("string", "integer"):
        return Printed(value, place, is_text=kind == "string", grows=kind == "string")
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "text":
        return Printed(value, place)
    return Printed(low.support("text", [value], place), place, grows=kind == "any")


def whole(low: Lowering, pieces: Sequence[Piece], place: At) -> ast.expr:
    """Return the pieces as one expression whose value is a `str`."""
    short = _one_group(pieces, place) if len(pieces) <= MOST_PARTS else None
    if short is not None:
        return short
    joined = _merged(pieces)
    if not joined:
        return ast.Constant("", **place)
    if all(isinstance(piece, str) for piece in joined):
        return ast.Constant("".join(piece for piece in joined if isinstance(piece, str)), **place)
    if growing(joined) > MOST_PARTS:
        parts = [_string(group, place) for group in _groups(joined)]
        return low.support("concat", parts, place)
    return _string_of_groups(_groups(joined), place)


def _one_group(pieces: Sequence[Piece], place: At) -> ast.expr | None:
    """Return a few pieces that all fit into one f-string; None where they do not."""
    values: list[ast.expr] = []
    for piece in pieces:
        if isinstance(piece, str):
            values.append(ast.Constant(piece, **place))
        elif _fits(piece.value):
            values.append(ast.FormattedValue(piece.value, -1, None, **piece.place))
        else:
            return None
    if len(values) > 1:
        return ast.JoinedStr(values, **place)
    return _string([pieces[0]], place) if values else None


def growing(pieces: Iterable[Piece]) -> int:
    """Return how many of the pieces may be of any length."""
    return sum(isinstance(piece, Printed) and piece.grows for piece in pieces)


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "":
            merged.append(piece)
    return merged


def _groups(pieces: list[Piece]) -> list[list[Piece]]:
    """Cut the pieces where a value is too long or too deep for the inside of an f-string."""
    groups: list[list[Piece]] = []
    fits_before = False
    count = 0
    for piece in pieces:
        fits = isinstance(piece, str) or _fits(piece.value)
        count += isinstance(piece, Printed)
        if fits and fits_before and count <= MOST_PARTS:
            groups[-1].append(piece)
        else:
            groups.append([piece])
            count = int(isinstance(piece, Printed))
        fits_before = fits
    return groups


def _fits(value: ast.expr) -> bool:
    """Tell whether a value reads well between the braces of an f-string, on every version of Python."""
    return _weight(value) <= _MOST_WEIGHT


def _weight(value: ast.AST) -> int:
    """Return how many expressions a value is made of; too many for what cannot stand in an f-string."""
    match value:
        case ast.Name():
            return 1
        case ast.Constant():
            return 1 if not isinstance(value.value, str) or _is_simple(value.value) else _MOST_WEIGHT + 1
        case ast.Call():
            parts = [value.func, *value.args, *(keyword.value for keyword in value.keywords)]
            return 1 + sum([_weight(part) for part in parts])
        case ast.Attribute():
            return _weight(value.value)
        case ast.JoinedStr() | ast.Dict() | ast.NamedExpr() | ast.IfExp():
            return _MOST_WEIGHT + 1
    return 1 + sum([_weight(part) for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr)])


def _is_simple(text: str) -> bool:
    """Tell whether a text can be quoted inside an f-string without a backslash."""
    return text.isprintable() and not any(char in "'\"\\{}" for char in text)


def _string_of_groups(groups: list[list[Piece]], place: At) -> ast.expr:
    strings = [_string(group, place) for group in groups]
    joined = strings[0]
    for string in strings[1:]:
        joined = ast.BinOp(joined, ast.Add(), string, **place)
    return joined


def _string(group: list[Piece], place: At) -> ast.expr:
    """Return one group as a constant, as a value that is a text by itself, or as an f-string."""
    if len(group) == 1:
        piece = group[0]
        if isinstance(piece, str):
            return ast.Constant(piece, **place)
        if piece.is_text:
            return piece.value
    values: list[ast.expr] = []
    for piece in group:
        if isinstance(piece, str):
            values.append(ast.Constant(piece, **place))
        else:
            values.append(ast.FormattedValue(piece.value, -1, None, **piece.place))
    return ast.JoinedStr(values, **place)

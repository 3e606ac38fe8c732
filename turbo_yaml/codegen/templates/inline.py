"""Texts without loops to pieces of one expression."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jinja2 import nodes

from turbo_yaml.codegen.templates.pieces import Piece, Printed, printed, whole
from turbo_yaml.template import Text

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.lowering import Lowering

_MOST_BRANCHES = 3
_MOST_IFS = 4


def inline_pieces(low: Lowering, body: Sequence[nodes.Node]) -> list[Piece] | None:
    """Return the pieces of a text of outputs and small `if`s, or None for one that needs statements."""
    if not is_inline(low, body):
        return None
    return _pieces(low, body)


def is_inline(low: Lowering, body: Sequence[nodes.Node]) -> bool:
    """Tell whether a body is outputs and small `if`s only, so that it can be one expression."""
    ifs = 0
    for node in body:
        match node:
            case nodes.Output():
                pass
            case nodes.Include():
                if not _is_plain_include(low, node):
                    return False
            case nodes.If():
                ifs += 1
                if ifs > _MOST_IFS or not _is_small(low, node):
                    return False
            case _:
                return False
    return True


def _is_small(low: Lowering, node: nodes.If) -> bool:
    """Tell whether an `if` can be read as one Python expression: few branches, outputs only."""
    bodies = [node.body, *(branch.body for branch in node.elif_), node.else_]
    if len(bodies) > _MOST_BRANCHES:
        return False
    return all(isinstance(item, nodes.Output) for body in bodies for item in body)


def _is_plain_include(low: Lowering, node: nodes.Include) -> bool:
    included = included_text(low, node)
    return included is None or included.tree is None


def included_text(low: Lowering, node: nodes.Include) -> Text | None:
    """Return the included file's text; None where it is missing and may be."""
    return low.where.includes.get(id(node)) if isinstance(low.where, Text) else None


def _pieces(low: Lowering, body: Sequence[nodes.Node]) -> list[Piece]:
    pieces: list[Piece] = []
    for node in body:
        match node:
            case nodes.Output():
                pieces += [printed(low, part) for part in node.nodes]
            case nodes.Include():
                included = included_text(low, node)
                pieces.append("" if included is None else included.plain)
            case nodes.If():
                pieces.append(_if(low, node))
    return pieces


def _if(low: Lowering, node: nodes.If) -> Printed:
    place = low.at(node)
    otherwise = _joined(low, node.else_, node)
    for branch in reversed([node, *node.elif_]):
        where = low.at(branch.test)
        otherwise = ast.IfExp(low.value(branch.test), _joined(low, branch.body, branch), otherwise, **where)
    return Printed(otherwise, place)


def _joined(low: Lowering, body: Sequence[nodes.Node], owner: nodes.If) -> ast.expr:
    place = low.at(body[0]) if body else low.at(owner.test)
    return whole(low, _pieces(low, body), place)

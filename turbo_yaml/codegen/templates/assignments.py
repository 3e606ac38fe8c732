"""`set` and `with` of templates to Python's assignments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jinja2 import nodes

from turbo_yaml.codegen.build import At, assign, load, store

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.writer import Writer


def width_of(target: nodes.Node) -> int:
    """Return into how many a value is taken apart."""
    return len(target.items) if isinstance(target, nodes.Tuple) else 1


def target_of(out: Writer, target: nodes.Node) -> ast.expr:
    """Return what takes a value apart into names of the writer's block."""
    place = out.low.at(target)
    if isinstance(target, nodes.Tuple):
        return ast.Tuple([target_of(out, item) for item in target.items], ast.Store(), **place)
    assert isinstance(target, nodes.Name)
    return store(out.block.declare(target.name), place)


def assign_value(out: Writer, node: nodes.Assign, place: At) -> list[ast.stmt]:
    """Return the statements of `{% set x = … %}`."""
    value = out.low.value(node.node)
    target = node.target
    if isinstance(target, nodes.Name):
        kind = out.low.kind(node.node)
        stored = store(out.block.declare(target.name, kind), out.low.at(target))
        return [ast.Assign([stored], value, **place)]
    if isinstance(target, nodes.NSRef):
        return [_put(out, target, value)]
    return _taken_apart(out, target, value, out.low.at(node.node), place)


def _taken_apart(out: Writer, target: nodes.Node, value: ast.expr, where: At, place: At) -> list[ast.stmt]:
    puts: list[ast.stmt] = []
    taken = _target_with_puts(out, target, puts)
    value = out.low.support("unpack", [value, ast.Constant(width_of(target), **where)], where)
    return [ast.Assign([taken], value, **place), *puts]


def _target_with_puts(out: Writer, target: nodes.Node, puts: list[ast.stmt]) -> ast.expr:
    """Return what takes a value apart; what is for a namespace is put there after."""
    place = out.low.at(target)
    if isinstance(target, nodes.NSRef):
        name = out.root.names.give(target.attr)
        puts.append(_put(out, target, load(name, place)))
        return store(name, place)
    if isinstance(target, nodes.Tuple):
        parts = [_target_with_puts(out, item, puts) for item in target.items]
        return ast.Tuple(parts, ast.Store(), **place)
    return target_of(out, target)


def _put(out: Writer, target: nodes.NSRef, value: ast.expr) -> ast.stmt:
    place = out.low.at(target)
    where = out.low.value(nodes.Name(target.name, "load", lineno=target.lineno))
    key = ast.Constant(target.attr, **place)
    return ast.Expr(out.low.support("put", [where, key, value], place), **place)


def assign_block(out: Writer, node: nodes.AssignBlock, place: At) -> list[ast.stmt]:
    """Return the statements of `{% set x %}…{% endset %}`."""
    statements, value = out.part(node.body, place, node.filter)
    target = node.target
    if isinstance(target, nodes.NSRef):
        return [*statements, _put(out, target, value)]
    if isinstance(target, nodes.Name):
        name = out.block.declare(target.name, "string" if node.filter is None else "any")
        return [*statements, assign(name, value, place)]
    return [*statements, *_taken_apart(out, target, value, place, place)]


def with_(out: Writer, node: nodes.With) -> list[ast.stmt]:
    """Return the statements of `{% with %}`: the values are those of outside."""
    inside = out.inside()
    values = [out.low.value(value) for value in node.values]
    statements: list[ast.stmt] = []
    for target, given, value in zip(node.targets, node.values, values, strict=True):
        place = out.low.at(target)
        if isinstance(target, nodes.Name):
            stored = store(inside.block.declare(target.name, out.low.kind(given)), place)
            statements.append(ast.Assign([stored], value, **place))
        else:
            statements += _taken_apart(inside, target, value, out.low.at(given), place)
    return [*statements, *inside.body(node.body)]

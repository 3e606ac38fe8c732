"""Names, keys and literals to Python."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from turbo_yaml.codegen.templates.scopes import LoopVariable
from turbo_yaml.diagnostics import nearest
from turbo_yaml.template.vocabulary import GLOBALS
from turbo_yaml.types import Kind

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.lowering import Lowering

GLOBAL_FUNCTIONS = {"dict": "mapping", "namespace": "namespace", "now": "now", "range": "number_range"}
assert GLOBAL_FUNCTIONS.keys() == GLOBALS


def _name(low: Lowering, node: nodes.Name) -> ast.expr:
    place = low.at(node)
    variable = low.scope.find(node.name)
    if variable is not None:
        loaded = variable.load(place)
        if variable.maybe_unset:
            return low.support("known", [loaded, ast.Constant(node.name, **place)], place)
        return loaded
    if node.name in GLOBAL_FUNCTIONS:
        return low.named(GLOBAL_FUNCTIONS[node.name], place)
    arguments: list[ast.expr] = [ast.Constant(node.name, **place)]
    near = nearest(node.name, low.scope.names())
    if near is not None:
        arguments.append(ast.Constant(near, **place))
    return low.support("undefined", arguments, place)


def _soft_name(low: Lowering, node: nodes.Name) -> ast.expr:
    place = low.at(node)
    variable = low.scope.find(node.name)
    if variable is not None:
        return variable.load(place)
    if node.name in GLOBAL_FUNCTIONS:
        return low.named(GLOBAL_FUNCTIONS[node.name], place)
    return low.named("missing", place)


def kind_of_member(low: Lowering, node: nodes.Node) -> Kind | None:
    """Return the kind of `loop.index` and its like; None for what is no member of a loop of the text."""
    if type(node) is nodes.Getattr and type(node.node) is nodes.Name and node.node.name == "loop":
        variable = low.scope.find("loop")
        return variable.kind_of(node.attr) if isinstance(variable, LoopVariable) else None
    return None


def _getattr(low: Lowering, node: nodes.Getattr) -> ast.expr:
    place = low.at(node)
    if kind_of_member(low, node) is not None:
        return ast.Attribute(low.value(node.node), node.attr, ast.Load(), **place)
    return low.support("attr", [low.value(node.node), ast.Constant(node.attr, **place)], place)


def _soft_getattr(low: Lowering, node: nodes.Getattr) -> ast.expr:
    place = low.at(node)
    return low.support("get", [low.soft(node.node), ast.Constant(node.attr, **place)], place)


def _getitem(low: Lowering, node: nodes.Getitem) -> ast.expr:
    place = low.at(node)
    value = low.value(node.node)
    if isinstance(node.arg, nodes.Slice):
        return low.support("cut", [value, *_slice(low, node.arg)], place)
    return low.support("item", [value, low.value(node.arg)], place)


def _soft_getitem(low: Lowering, node: nodes.Getitem) -> ast.expr:
    if isinstance(node.arg, nodes.Slice):
        return _getitem(low, node)
    return low.support("get", [low.soft(node.node), low.value(node.arg)], low.at(node))


def _slice(low: Lowering, node: nodes.Slice) -> list[ast.expr]:
    place = low.at(node)
    parts = [node.start, node.stop] if node.step is None else [node.start, node.stop, node.step]
    return [ast.Constant(None, **place) if part is None else low.value(part) for part in parts]


def _const(low: Lowering, node: nodes.Const) -> ast.expr:
    return ast.Constant(node.value, **low.at(node))


def _template_data(low: Lowering, node: nodes.TemplateData) -> ast.expr:
    return ast.Constant(node.data, **low.at(node))


def _list(low: Lowering, node: nodes.List) -> ast.expr:
    return ast.List([low.value(item) for item in node.items], ast.Load(), **low.at(node))


def _tuple(low: Lowering, node: nodes.Tuple) -> ast.expr:
    return ast.Tuple([low.value(item) for item in node.items], ast.Load(), **low.at(node))


def _dict(low: Lowering, node: nodes.Dict) -> ast.expr:
    keys: list[ast.expr | None] = []
    values: list[ast.expr] = []
    for pair in node.items:
        keys.append(_key(low, pair.key))
        values.append(low.value(pair.value))
    return ast.Dict(keys, values, **low.at(node))


def _key(low: Lowering, node: nodes.Expr) -> ast.expr:
    """Return the key of a map; one that may be no text or number is looked at when it is known."""
    key = low.value(node)
    if low.kind(node) != "any":
        return key
    return low.support("as_key", [key], low.at(node))


RULES: dict[type[nodes.Node], Callable[[Lowering, Any], ast.expr]] = {
    nodes.Name: _name,
    nodes.Getattr: _getattr,
    nodes.Getitem: _getitem,
    nodes.Const: _const,
    nodes.TemplateData: _template_data,
    nodes.List: _list,
    nodes.Tuple: _tuple,
    nodes.Dict: _dict,
}
SOFT_RULES: dict[type[nodes.Node], Callable[[Lowering, Any], ast.expr]] = {
    nodes.Name: _soft_name,
    nodes.Getattr: _soft_getattr,
    nodes.Getitem: _soft_getitem,
}

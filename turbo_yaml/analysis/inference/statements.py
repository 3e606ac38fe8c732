"""Texts to what they print and set: Jinja's statements, in Jinja's scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any, Final

from jinja2 import nodes

from turbo_yaml.analysis.inference.expressions import Inference
from turbo_yaml.analysis.inference.lattice import (
    ANY,
    TEXT,
    Function,
    Origin,
    State,
    Type,
    either,
)
from turbo_yaml.analysis.inference.scope import End, Scope
from turbo_yaml.analysis.inference.tables.members import LOOP, items_of, part_of
from turbo_yaml.analysis.inference.typed import Use
from turbo_yaml.template import Text
from turbo_yaml.template.scoping import target_names

_LOOP: Final = Type(state=State("loop", LOOP))
_MACRO_NAMES: Final = ("caller", "varargs", "kwargs")


class Statements:
    """Walks through the statements of texts."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.printing: list[Use] = []
        """What the text at hand prints."""
        self.flow_scope = Scope()

    def text(self, text: Text, scope: Scope) -> Origin | None:
        """Note what a text prints; return who wrote some of it, if that is not the flow's author."""
        if text.tree is None:
            return None
        inference = self.inference
        around, inference.where = inference.where, text
        inference.forget_origin()
        self.printing = []
        self.flow_scope = scope
        inner = Scope(scope)
        self.statements(text.tree.body, inner)
        inner.hand_on(scope)
        inference.where = around
        origins = (inference.typed.of(use.node).origin for use in self.printing)
        return reduce(either, origins, None)

    def statements(self, body: Iterable[nodes.Node], scope: Scope) -> None:
        """Walk through statements, one after another."""
        for node in body:
            rule = _RULES.get(type(node))
            if rule is not None:
                rule(self, node, scope)
            else:
                self._others(node, scope)

    def _others(self, node: nodes.Node, scope: Scope) -> None:
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Stmt):
                self.statements([child], scope)
            elif isinstance(child, nodes.Expr):
                self.inference.infer(child, scope)

    def assign(self, target: nodes.Node, type_: Type, scope: Scope) -> None:
        """Note the value of a name, or of the names that a value is taken apart into."""
        if isinstance(target, nodes.Name):
            scope.set(target.name, type_)
            where = self.inference.where
            if where is not None and self.flow_scope.find(target.name) is not None:
                self.inference.typed.shadows[id(target)] = Use(where, target)
        elif isinstance(target, nodes.Tuple):
            for index, part in enumerate(target.items):
                self.assign(part, part_of(type_, index, len(target.items)), scope)


def _output(self: Statements, node: nodes.Output, scope: Scope) -> None:
    where = self.inference.where
    assert where is not None
    for part in node.nodes:
        if isinstance(part, nodes.TemplateData):
            continue
        self.inference.infer(part, scope)
        use = self.inference.typed.printed[id(part)] = Use(where, part)
        self.printing.append(use)


def _if(self: Statements, node: nodes.If, scope: Scope) -> None:
    inference = self.inference
    ends = []
    before = scope
    for branch in (node, *node.elif_):
        inference.infer(branch.test, before)
        then = inference.branch(branch.test, True, before)
        under = then.holds - scope.holds
        self.statements(branch.body, then)
        why = inference.place("it is set only where this holds", branch.test)
        ends.append(End(then.flattened(scope), why, under))
        before = inference.branch(branch.test, False, before)
    under = before.holds - scope.holds
    self.statements(node.else_, before)
    scope.join([*ends, End(before.flattened(scope), ends[0].why, under)])


def _for(self: Statements, node: nodes.For, scope: Scope) -> None:
    inference = self.inference
    if inference.where is not None:
        inference.typed.loops[id(node)] = Use(inference.where, node)
    item = items_of(inference.infer(node.iter, scope))
    item = item._replace(origin=inference.typed.of(node.iter).origin)
    inner = Scope(scope)
    self.assign(node.target, item, inner)
    if node.test is not None:
        inference.infer(node.test, inner)
        inner = inference.branch(node.test, True, inner)
    inner.set("loop", _LOOP)
    self.statements(node.body, inner)
    self.statements(node.else_, Scope(scope))


def _assign(self: Statements, node: nodes.Assign, scope: Scope) -> None:
    value = self.inference.infer(node.node, scope)
    if isinstance(node.target, nodes.NSRef):
        if value.origin is not None:
            scope.mark(node.target.name, value.origin)
        return
    self.assign(node.target, value, scope)


def _assign_block(self: Statements, node: nodes.AssignBlock, scope: Scope) -> None:
    self.statements(node.body, Scope(scope))
    if node.filter is not None:
        self.inference.infer(node.filter, scope)
    self.assign(node.target, TEXT, scope)


def _with(self: Statements, node: nodes.With, scope: Scope) -> None:
    inner = Scope(scope)
    for target, value in zip(node.targets, node.values, strict=True):
        self.assign(target, self.inference.infer(value, scope), inner)
    self.statements(node.body, inner)


def _filter_block(self: Statements, node: nodes.FilterBlock, scope: Scope) -> None:
    self.statements(node.body, Scope(scope))
    self.inference.infer(node.filter, scope)


def _macro(self: Statements, node: nodes.Macro, scope: Scope) -> None:
    scope.set(node.name, _function(node))
    _body_of_function(self, node, scope)


def _call_block(self: Statements, node: nodes.CallBlock, scope: Scope) -> None:
    _body_of_function(self, node, scope)
    self.inference.infer(node.call, scope)


def _body_of_function(self: Statements, node: nodes.Macro | nodes.CallBlock, scope: Scope) -> None:
    """Walk through a macro: when it is called, whatever the text sets may have any value."""
    for default in node.defaults:
        self.inference.infer(default, scope)
    inner = Scope(scope)
    for name, type_ in _set_anywhere(self).items():
        inner.set(name, type_)
    for argument in node.args:
        inner.set(argument.name, ANY)
    for name in _MACRO_NAMES:
        inner.set(name, ANY)
    self.statements(node.body, inner)


def _set_anywhere(self: Statements) -> dict[str, Type]:
    """Return what the names can hold that a text sets: a macro's that one, any other's anything."""
    where = self.inference.where
    if not isinstance(where, Text) or where.tree is None:
        return {}
    found = {macro.name: _function(macro) for macro in where.tree.find_all(nodes.Macro)}
    for node in where.tree.find_all((nodes.Assign, nodes.AssignBlock)):
        for name in target_names(node.target):  # type: ignore[attr-defined]
            found[name] = ANY
    return found


def _function(macro: nodes.Macro) -> Type:
    return Type(function=Function(macro.name, TEXT))


def _include(self: Statements, node: nodes.Include, scope: Scope) -> None:
    where = self.inference.where
    included = where.includes.get(id(node)) if isinstance(where, Text) else None
    if included is None or included.tree is None:
        return
    self.inference.where = included
    self.statements(included.tree.body, Scope(scope))
    self.inference.where = where


Rule = Callable[[Statements, Any, Scope], None]

_RULES: Final[dict[type[nodes.Node], Rule]] = {
    nodes.Output: _output,
    nodes.If: _if,
    nodes.For: _for,
    nodes.Assign: _assign,
    nodes.AssignBlock: _assign_block,
    nodes.With: _with,
    nodes.FilterBlock: _filter_block,
    nodes.Macro: _macro,
    nodes.CallBlock: _call_block,
    nodes.Include: _include,
}

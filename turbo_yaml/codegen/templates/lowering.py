"""Jinja expressions to Python expressions at the same places of the flow file."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from jinja2 import nodes

from turbo_yaml.codegen.build import At, at, call, load
from turbo_yaml.codegen.names import Scope
from turbo_yaml.codegen.templates import access, applications, operations
from turbo_yaml.codegen.templates.module import TemplateModule
from turbo_yaml.template import Expression, Text
from turbo_yaml.template.kinds import kind_of
from turbo_yaml.types import Kind

Rule: TypeAlias = Callable[["Lowering", Any], ast.expr]


class Lowering:
    """The lowering of one text or expression in one scope. Nothing is evaluated here, constants neither."""

    __slots__ = ("_placed", "module", "scope", "where")

    def __init__(self, where: Text | Expression, scope: Scope, module: TemplateModule) -> None:
        self.where = where
        self.scope = scope
        self.module = module
        self._placed: tuple[nodes.Node | None, At | None] = (None, None)

    def value(self, node: nodes.Node) -> ast.expr:
        """Return the node as an expression that has a value, or raises."""
        return _RULES[type(node)](self, node)

    def soft(self, node: nodes.Node) -> ast.expr:
        """Return the node as an expression that is `missing` where a name or a key is not there."""
        rule = _SOFT_RULES.get(type(node))
        return self.value(node) if rule is None else rule(self, node)

    def condition(self, node: nodes.Node) -> ast.expr:
        """Return the node as a condition, in which text is an error."""
        return operations.condition(self, node)

    def kind(self, node: nodes.Node) -> Kind:
        """Return what is known of the node's value."""
        if type(node) is nodes.Name:
            return self._kind_of_name(node.name)
        member = access.kind_of_member(self, node)
        if member is not None:
            return member
        return kind_of(node, self._kind_of_name)

    def _kind_of_name(self, name: str) -> Kind:
        variable = self.scope.find(name)
        return "any" if variable is None else variable.kind

    def at(self, node: nodes.Node) -> At:
        """Return the place of a node. That of the last one is kept, since most are asked for again."""
        last, place = self._placed
        if last is not node or place is None:
            place = at(self.where.source, self.where.span_of(node))
            self._placed = (node, place)
        return place

    def support(
        self,
        name: str,
        arguments: Iterable[ast.expr],
        place: At,
        keywords: Mapping[str, ast.expr] | None = None,
    ) -> ast.Call:
        """Return a call of a function of the run time."""
        self.module.used[name] = None
        if keywords is None:
            return ast.Call(load(name, place), [*arguments], [], **place)
        return call(name, arguments, place, keywords)

    def named(self, name: str, place: At) -> ast.Name:
        """Return the reading of a name of the run time."""
        self.module.used[name] = None
        return load(name, place)


_RULES: dict[type[nodes.Node], Rule] = {**access.RULES, **operations.RULES, **applications.RULES}
_SOFT_RULES: dict[type[nodes.Node], Rule] = {
    **access.SOFT_RULES,
    **operations.SOFT_RULES,
    **applications.SOFT_RULES,
}

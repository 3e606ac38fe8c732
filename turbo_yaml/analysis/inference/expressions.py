"""Expressions to what their values can be; each node's type is noted on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from jinja2 import nodes

from turbo_yaml.analysis.inference.applications import RULES
from turbo_yaml.analysis.inference.lattice import (
    ANY,
    BOOLEAN,
    INTEGER,
    MEMORY,
    MEMORY_NAME,
    NEVER,
    NUMBER,
    TEXT,
    Field,
    Function,
    Lists,
    Maps,
    Origin,
    Place,
    State,
    Type,
    either,
    holds_free_text,
    is_never,
    join,
    join_all,
    list_of,
    type_of_data,
    with_origin,
    without_null,
    without_unset,
)
from turbo_yaml.analysis.inference.narrowing import Narrowing, conditions_of, path_of
from turbo_yaml.analysis.inference.scope import Scope
from turbo_yaml.analysis.inference.tables.filters import (
    or_nothing,
)
from turbo_yaml.analysis.inference.tables.members import cut_of, item_of, member_of
from turbo_yaml.analysis.inference.tables.operators import SIGNS, arithmetic, compared
from turbo_yaml.analysis.inference.typed import Absence, Typed, Use, Where
from turbo_yaml.template.vocabulary import GLOBALS

_GLOBALS: Final[dict[str, Type]] = {
    "dict": Type(map=Maps({}, ANY)),
    "namespace": Type(state=State("namespace")),
    "now": TEXT,
    "range": list_of(INTEGER),
}
assert _GLOBALS.keys() == GLOBALS

Rule = Callable[["Inference", Any, Scope, bool], Type]


class Inference:
    """Works out types in one text after another. `where` is the one at hand."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.narrowing = Narrowing(self)
        self.where: Where | None = None
        self._origin: Any = None

    def infer(self, node: nodes.Node, scope: Scope, soft: bool = False) -> Type:
        """Return and note the type of a node. `soft`: it need not have a value."""
        typed, key = self.typed, id(node)
        around, self._origin = self._origin, None
        rule = _RULES.get(type(node))
        found = self._unknown(node, scope) if rule is None else rule(self, node, scope, soft)
        origin = found.origin or self._origin
        if origin is not None:
            found = with_origin(found, origin) if holds_free_text(found) else found._replace(origin=None)
        self._origin = either(around, found.origin)
        if key not in typed.types:
            typed.uses.setdefault(type(node), []).append(Use(self.where, node))  # type: ignore[arg-type]
            if soft:
                typed.soft.add(key)
        typed.types[key] = found
        return found if soft else without_unset(found)

    def forget_origin(self) -> None:
        """Note that what went into the value at hand is trusted."""
        self._origin = None

    def quietly(self, node: nodes.Node, scope: Scope) -> Type:
        """Return the type of a node whose text does not go into what is worked out around it."""
        around = self._origin
        found = self.infer(node, scope)
        self._origin = around
        return found

    def branch(self, test: nodes.Node, holds: bool, scope: Scope) -> Scope:
        """Return a scope in which a condition, whose types are known, turned out true or false."""
        inner = Scope(scope, conditions_of(test, scope, holds))
        self.narrowing.assume(test, holds, inner)
        return inner

    def member(self, owner: Type, name: str) -> Type | None:
        """Return what `owner.name` is, None where it is nothing."""
        return member_of(owner, name)

    def place(self, message: str, node: nodes.Node) -> Place | None:
        """Return where a node stands, with what is to be said of it."""
        where = self.where
        return None if where is None else Place(message, where.source, where.span_of(node))

    # Names and keys ------------------------------------------------------------------------------------

    def absent(self, node: nodes.Node, name: str, found: Type, is_field: bool) -> None:
        """Note that a value may not be there, which nothing around it allows for."""
        where = self.where
        assert where is not None
        assert found.unset is not None
        span = where.name_span_of(node) if is_field else where.span_of(node)
        self.typed.absences[id(node)] = Absence(name, where.source, span, found.unset.why, is_field)

    def name(self, node: nodes.Name, scope: Scope, soft: bool) -> Type:
        """Return what a name holds."""
        slot = scope.find(node.name)
        self.typed.absences.pop(id(node), None)
        if slot is None:
            gives = _GLOBALS.get(node.name)
            return ANY if gives is None else Type(function=Function(node.name, gives))
        found, version = slot
        if found.unset is not None and any(conditions <= scope.holds for conditions in found.unset.under):
            found = without_unset(found)
            scope.refine(node.name, found, version)
        if found.unset is not None and not soft:
            self.absent(node, node.name, found, False)
            scope.refine(node.name, without_unset(found), version)
        return found

    def member_at(self, node: nodes.Getattr | nodes.Getitem, name: str, scope: Scope, soft: bool) -> Type:
        """Return what a key that is written out leads to."""
        self.typed.absences.pop(id(node), None)
        owner = self.infer(node.node, scope, soft)
        path = path_of(node)
        slot = None if path is None else scope.find(path.split(".", 1)[0])
        known = None if path is None or slot is None else scope.find_path(path, slot.version)
        remembered = None if path is None else self._remembered(node, path)
        if known is not None:
            if remembered is not None:
                return with_origin(known, remembered.origin)
            return known._replace(origin=known.origin or owner.origin)
        found = member_of(owner, name)
        if found is None:
            return or_nothing(NEVER) if soft else NEVER
        if remembered is not None:
            found = remembered if found.any else with_origin(found, remembered.origin)
        if owner.unset is not None and soft:
            found = or_nothing(found)
        if found.unset is not None and not soft:
            self.absent(node, path or name, found, True)
            if path is not None and slot is not None:
                scope.refine_path(path, without_unset(found), slot.version)
        return found

    def _remembered(self, node: nodes.Node, path: str) -> Type | None:
        """Return what a key of the memory holds: who wrote it hangs on what steps remember."""
        if not path.startswith(f"{MEMORY_NAME}."):
            return None
        place = self.place(f"`{path}` is read here", node)
        return ANY if place is None else ANY._replace(origin=Origin(place, MEMORY, path.split(".")[1]))

    # Everything else -----------------------------------------------------------------------------------

    def all(self, several: Iterable[nodes.Node], scope: Scope) -> list[Type]:
        """Return the types of several nodes."""
        return [self.infer(node, scope) for node in several]

    def _unknown(self, node: nodes.Node, scope: Scope) -> Type:
        for child in node.iter_child_nodes():
            self.infer(child, scope)
        return ANY

    def arguments(self, node: nodes.Call | nodes.Filter | nodes.Test, scope: Scope) -> dict[str, Type]:
        """Return the types of arguments, those in order under their numbers."""
        given = {str(index): self.infer(argument, scope) for index, argument in enumerate(node.args)}
        for keyword in node.kwargs:
            given[str(keyword.key)] = self.infer(keyword.value, scope)
        for rest in (node.dyn_args, node.dyn_kwargs):
            if rest is not None:
                self.infer(rest, scope)
                given["*"] = ANY
        return given


def _getattr(self: Inference, node: nodes.Getattr, scope: Scope, soft: bool) -> Type:
    return self.member_at(node, node.attr, scope, soft)


def _getitem(self: Inference, node: nodes.Getitem, scope: Scope, soft: bool) -> Type:
    key = node.arg
    if isinstance(key, nodes.Slice):
        owner = self.infer(node.node, scope)
        for part in (key.start, key.stop, key.step):
            if part is not None:
                self.quietly(part, scope)
        return cut_of(owner)
    if isinstance(key, nodes.Const) and isinstance(key.value, str):
        self.infer(key, scope)
        return self.member_at(node, key.value, scope, soft)
    owner = self.infer(node.node, scope, soft)
    index = key.value if isinstance(key, nodes.Const) and type(key.value) is int else None
    found = item_of(owner, self.quietly(key, scope), index)
    return NEVER if found is None else found


def _const(self: Inference, node: nodes.Const, scope: Scope, soft: bool) -> Type:
    return type_of_data(node.value)


def _template_data(self: Inference, node: nodes.TemplateData, scope: Scope, soft: bool) -> Type:
    return TEXT


def _list(self: Inference, node: nodes.List | nodes.Tuple, scope: Scope, soft: bool) -> Type:
    parts = self.all(node.items, scope)
    return Type(
        list=Lists(
            join_all(parts) if parts else NEVER,
            tuple(parts) if len(parts) <= 16 else None,
            len(parts),
            len(parts),
        )
    )


def _dict(self: Inference, node: nodes.Dict, scope: Scope, soft: bool) -> Type:
    fields: dict[str, Field] = {}
    closed = True
    for pair in node.items:
        self.infer(pair.key, scope)
        value = self.infer(pair.value, scope)
        if isinstance(pair.key, nodes.Const) and isinstance(pair.key.value, str):
            fields[pair.key.value] = Field(value)
        else:
            closed = False
    return Type(map=Maps(fields, None if closed else ANY))


# Operators ---------------------------------------------------------------------------------------------


def _arithmetic(self: Inference, node: nodes.BinExpr, scope: Scope, soft: bool) -> Type:
    left, right = self.infer(node.left, scope), self.infer(node.right, scope)
    found = arithmetic(SIGNS[type(node)], left, right)
    return NEVER if found is None else found  # it fails, so nothing is made of it


def _sign(self: Inference, node: nodes.UnaryExpr, scope: Scope, soft: bool) -> Type:
    operand = self.infer(node.node, scope)
    return INTEGER if operand.number is not None and operand.number.whole else NUMBER


def _concat(self: Inference, node: nodes.Concat, scope: Scope, soft: bool) -> Type:
    self.all(node.nodes, scope)
    return TEXT


def _compare(self: Inference, node: nodes.Compare, scope: Scope, soft: bool) -> Type:
    left = self.infer(node.expr, scope)
    results = []
    for operand in node.ops:
        right = self.infer(operand.expr, scope)
        results.append(compared(operand.op, left, right) or BOOLEAN)
        left = right
    return results[0] if len(results) == 1 else BOOLEAN


def _not(self: Inference, node: nodes.Not, scope: Scope, soft: bool) -> Type:
    operand = self.infer(node.node, scope)
    value = None if operand.boolean is None else operand.boolean.value
    only = value is not None and is_never(operand._replace(boolean=None))
    return type_of_data(not value) if only else BOOLEAN


def _and_or(self: Inference, node: nodes.And | nodes.Or, scope: Scope, soft: bool) -> Type:
    goes_on = isinstance(node, nodes.And)
    left = self.infer(node.left, scope)
    right = self.infer(node.right, self.branch(node.left, goes_on, scope))
    if goes_on:
        return BOOLEAN if _is_boolean(left) and _is_boolean(right) else join(left, right)
    kept = without_null(left)
    return right if is_never(kept) and not kept.any else join(kept, right)


def _is_boolean(type_: Type) -> bool:
    return not type_.any and type_.boolean is not None and is_never(type_._replace(boolean=None))


def _condexpr(self: Inference, node: nodes.CondExpr, scope: Scope, soft: bool) -> Type:
    self.quietly(node.test, scope)
    found = self.infer(node.expr1, self.branch(node.test, True, scope), soft)
    if node.expr2 is None:
        return or_nothing(found) if soft else found
    return join(found, self.infer(node.expr2, self.branch(node.test, False, scope), soft))


def _name(self: Inference, node: nodes.Name, scope: Scope, soft: bool) -> Type:
    return self.name(node, scope, soft)


_RULES: Final[dict[type[nodes.Node], Rule]] = {
    nodes.Name: _name,
    nodes.Getattr: _getattr,
    nodes.Getitem: _getitem,
    nodes.Const: _const,
    nodes.TemplateData: _template_data,
    nodes.List: _list,
    nodes.Tuple: _list,
    nodes.Dict: _dict,
    **dict.fromkeys(SIGNS, _arithmetic),
    nodes.Neg: _sign,
    nodes.Pos: _sign,
    nodes.Concat: _concat,
    nodes.Compare: _compare,
    nodes.Not: _not,
    nodes.And: _and_or,
    nodes.Or: _and_or,
    nodes.CondExpr: _condexpr,
    **RULES,
}

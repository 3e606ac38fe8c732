"""Tests, filters and calls to what their values can be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import (
    ANY,
    BOOLEAN,
    INTEGER,
    NEVER,
    TEXT,
    TEXT_LIST,
    Type,
    is_never,
    join,
    list_of,
)
from turbo_yaml.analysis.inference.scope import Scope
from turbo_yaml.analysis.inference.tables.filters import (
    MAY_FIND_NOTHING,
    applied,
    mapped,
    or_nothing,
    reached,
    total_of,
)
from turbo_yaml.analysis.inference.tables.members import items_of
from turbo_yaml.template.vocabulary import FILTERS, SOFT_FILTERS, SOFT_TESTS

if TYPE_CHECKING:
    from turbo_yaml.analysis.inference.expressions import Inference

_BY_ATTRIBUTE: Final = frozenset({"groupby", "join", "map", "max", "min", "sort", "sum", "unique"})
_BY_TEST: Final = frozenset({"rejectattr", "selectattr"})

_GROUP: Final = r"\((?!\?(?!P?<[^=!]))"
"""What may begin a group of a pattern that is given back."""


def _test(self: Inference, node: nodes.Test, scope: Scope, soft: bool) -> Type:
    self.infer(node.node, scope, node.name in SOFT_TESTS)
    self.arguments(node, scope)
    return BOOLEAN


def _filter(self: Inference, node: nodes.Filter, scope: Scope, soft: bool) -> Type:
    name = node.name
    if node.node is None:
        self.arguments(node, scope)
        return TEXT
    through = name in SOFT_FILTERS or (name == "trusted" and soft)
    value = self.infer(node.node, scope, through)
    if name == "trusted":
        self.forget_origin()
        return value._replace(origin=None)
    given = by_name(name, self.arguments(node, scope))
    if name == "map":
        return _mapped(self, node, value)
    if name.startswith("regex_"):
        return _matched(node)
    if _lacks_attribute(node, value):
        return NEVER
    if name == "sum" and given.keys() == {"attribute"} and (named := named_attribute(node)) is not None:
        return ANY if value.any else total_of(reached(items_of(value), named.value) or ANY)
    found = applied(name, value, given)
    return or_nothing(found) if soft and name in MAY_FIND_NOTHING else found


def _lacks_attribute(node: nodes.Filter, value: Type) -> bool:
    """Tell whether items are chosen by something that none of them has."""
    named = named_attribute(node)
    item = items_of(value)._replace(unset=None, null=False)
    return (
        named is not None
        and not value.any
        and not is_never(item)
        and all(reached(item, part) is None for part in named.value.split(","))
    )


def named_attribute(node: nodes.Filter) -> nodes.Const | None:
    """Return the attribute that a filter such as `map(attribute='name')` is given, written out."""
    found: nodes.Node | None = None
    if node.name in _BY_TEST:
        tested = node.args[1] if len(node.args) > 1 else None
        is_soft = isinstance(tested, nodes.Const) and tested.value in ("defined", "undefined")
        found = node.args[0] if node.args and not is_soft else None
    elif node.name in _BY_ATTRIBUTE:
        keys = {str(each.key): each.value for each in node.kwargs}
        if "default" not in keys:
            found = keys.get("attribute")
            found = node.args[0] if node.name == "groupby" and node.args else found
    return found if isinstance(found, nodes.Const) and isinstance(found.value, str) else None


def _matched(node: nodes.Filter) -> Type:
    """Return what a search for a pattern gives: with one group at most, texts."""
    pattern = node.args[0] if node.args else None
    if not isinstance(pattern, nodes.Const) or len(re.findall(_GROUP, str(pattern.value))) > 1:
        return ANY
    return TEXT_LIST if node.name == "regex_findall" else TEXT._replace(null=True)


def by_name(name: str, given: dict[str, Type]) -> dict[str, Type]:
    """Return the arguments of a filter by the names of its parameters."""
    signature = FILTERS.get(name)
    parameters = () if signature is None else signature.parameters
    named = {parameters[int(key)]: type_ for key, type_ in given.items() if _numbers(key, parameters)}
    return named | {key: type_ for key, type_ in given.items() if not _numbers(key, parameters)}


def _numbers(key: str, parameters: tuple[str, ...]) -> bool:
    return key.isdigit() and int(key) < len(parameters)


def _mapped(self: Inference, node: nodes.Filter, value: Type) -> Type:
    """Return what `map` gives: a filter or an attribute of each item."""
    if value.any:
        return list_of(ANY)
    item = items_of(value)
    attribute = next((each.value for each in node.kwargs if each.key == "attribute"), None)
    if isinstance(attribute, nodes.Const) and isinstance(attribute.value, str):
        if any(each.key == "default" for each in node.kwargs):
            return mapped(value, ANY)
        return mapped(value, reached(item, attribute.value) or ANY)
    if node.args and isinstance(node.args[0], nodes.Const) and len(node.args) == 1 and not node.kwargs:
        return mapped(value, applied(str(node.args[0].value), item, {}))
    return mapped(value, ANY)


def _call(self: Inference, node: nodes.Call, scope: Scope, soft: bool) -> Type:
    callee = self.infer(node.node, scope)
    given = self.arguments(node, scope)
    if callee.any or callee.function is None:
        return TEXT if callee.state is not None and callee.state.name == "loop" else ANY
    if callee.function.name == "get" and isinstance(node.node, nodes.Getattr):
        return _looked_up(self, node, given)
    if callee.function.name == "range":
        return _range(node)
    return callee.function.gives


def _looked_up(self: Inference, node: nodes.Call, given: dict[str, Type]) -> Type:
    """Return what `map.get('key', default)` is."""
    assert isinstance(node.node, nodes.Getattr)
    owner = self.typed.of(node.node.node)
    key = node.args[0] if node.args else None
    if owner.any or owner.map is None or not isinstance(key, nodes.Const):
        return ANY
    field = owner.map.fields.get(str(key.value))
    if field is None:
        return ANY
    default = given.get("1", Type(null=True))
    return field.type if field.sure else join(field.type, default)


def _range(node: nodes.Call) -> Type:
    bounds = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
    if len(bounds) != len(node.args) or not all(type(bound) is int for bound in bounds):
        return list_of(INTEGER)
    try:
        size = len(range(*bounds))
    except (TypeError, ValueError, OverflowError):
        return list_of(INTEGER)
    return list_of(INTEGER, size, size)


RULES: Final[dict[type[nodes.Node], Callable[[Inference, Any, Scope, bool], Type]]] = {
    nodes.Test: _test,
    nodes.Filter: _filter,
    nodes.Call: _call,
}

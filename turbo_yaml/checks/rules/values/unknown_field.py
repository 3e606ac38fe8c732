"""A key or a method that a value has not."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.applications import named_attribute
from turbo_yaml.analysis.inference.lattice import Type, is_never, without_null
from turbo_yaml.analysis.inference.tables.filters import reached
from turbo_yaml.analysis.inference.tables.members import item_of, items_of, member_of, names_of
from turbo_yaml.analysis.inference.typed import Typed, Where
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.checks.wording import written
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.records import replace
from turbo_yaml.source import Span
from turbo_yaml.template.vocabulary import FILTERS

RULE = Rule("unknown-field", "error", "A key or a method that a value can never have.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield where an expression asks a value for what no value of its type has."""
    typed = subject.typed
    for where, node in typed.find(nodes.Getattr):
        span = where.name_span_of(node)
        yield from _soften(_member(where, node.node, node.attr, typed.of(node.node), span), node, typed)
    for where, item in typed.find(nodes.Getitem):
        key = item.arg
        if isinstance(key, nodes.Const) and isinstance(key.value, str):
            found = _member(where, item.node, key.value, typed.of(item.node), where.span_of(key))
            yield from _soften(found, item, typed)
        elif not isinstance(key, nodes.Slice):
            yield from _place(where, item, typed.of(item.node), typed.of(key))
    for where, filter_ in typed.find(nodes.Filter):
        if filter_.node is not None:
            yield from _attribute(where, filter_, typed.of(filter_.node))


def _soften(found: Iterator[Diagnostic], node: nodes.Node, typed: Typed) -> Iterator[Diagnostic]:
    """Yield findings as warnings where `default` or `is defined` keep them from failing."""
    for diagnostic in found:
        yield replace(diagnostic, severity="warning") if id(node) in typed.soft else diagnostic


def _member(where: Where, owner: nodes.Node, name: str, type_: Type, span: Span) -> Iterator[Diagnostic]:
    type_ = type_._replace(unset=None)
    present = without_null(type_)
    if type_.any or is_never(type_) or (not is_never(present) and member_of(present, name) is not None):
        return
    shown = described(present if not is_never(present) else type_)
    if type_.map is not None:
        shown = written(where, owner) or "this map"
    message = f"{shown} has no `{name}`"
    yield RULE.at(where.source, span, message, _advice(present, name))


def _advice(owner: Type, name: str) -> str | None:
    """Return the next move: the items of a list may have what the list has not."""
    items = None if owner.list is None else owner.list.items
    if items is not None and items.map is not None and member_of(items, name) is not None:
        return f"each item has it: `| map(attribute='{name}')`, or `[0].{name}` of the first"
    if owner.map is None and name in FILTERS:
        return f"there is a filter of this name: `| {name}`"
    return did_you_mean(name, names_of(owner))


def _place(where: Where, node: nodes.Getitem, owner: Type, key: Type) -> Iterator[Diagnostic]:
    owner = without_null(owner)._replace(unset=None)
    if owner.any or is_never(owner) or key.any or is_never(key) or item_of(owner, key, None) is not None:
        return
    items = owner.list is not None or owner.text is not None or owner.map is not None
    message = f"{described(owner)} has no " + (f"place that is {described(key)}" if items else "items")
    yield RULE.at(where.source, where.span_of(node.arg), message)


def _attribute(where: Where, node: nodes.Filter, value: Type) -> Iterator[Diagnostic]:
    """Yield the attribute of a filter such as `map(attribute='name')` that no item has."""
    named = named_attribute(node)
    if named is None or value.any:
        return
    item = items_of(value)._replace(unset=None)
    item = without_null(item)
    attribute = str(named.value)
    if item.any or is_never(item) or any(reached(item, part) is not None for part in attribute.split(",")):
        return
    first = attribute.split(".", 1)[0]
    message = f"the items have no `{attribute}`"
    yield RULE.at(where.source, where.span_of(named), message, did_you_mean(first, names_of(item)))

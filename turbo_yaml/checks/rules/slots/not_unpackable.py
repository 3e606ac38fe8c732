"""A loop with several names over items that are not that many."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import Type, is_never
from turbo_yaml.analysis.inference.tables.members import items_of
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n

RULE = Rule("not-unpackable", "error", "A loop has several names, and its items are not that many.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the loops that cannot take their items apart into the names that they have."""
    typed = subject.typed
    for _, step in subject.steps():
        if isinstance(step, n.For) and len(step.targets) > 1:
            why = _why_not(typed.of_value(step.iterable), len(step.targets), texts_do=False)
            if why is not None:
                yield RULE.at(subject.source, step.iterable.span, why[0], why[1])
    for where, loop in typed.loops.values():
        assert isinstance(loop, nodes.For)
        if isinstance(loop.target, nodes.Tuple):
            why = _why_not(typed.of(loop.iter), len(loop.target.items), texts_do=True)
            if why is not None:
                yield RULE.at(where.source, where.span_of(loop.iter), why[0], why[1])


def _why_not(type_: Type, count: int, *, texts_do: bool) -> tuple[str, str | None] | None:
    """Return why no item can be taken apart, with the next move. In texts a text of that length can be."""
    type_ = type_._replace(unset=None, null=False)
    if type_.any or is_never(type_):
        return None
    if type_.map is not None and is_never(type_._replace(map=None)):
        if texts_do and any(len(name) == count for name in type_.map.fields):
            return None
        if texts_do and type_.map.rest is not None:
            return None
        return f"this goes through the keys of a map, each of them one, for {count} names", "`| items`"
    if type_.list is None or not is_never(type_._replace(list=None)):
        return None
    item = items_of(type_)._replace(unset=None)
    if item.any or is_never(item):
        return None
    if item.list is None:
        if texts_do and (item.text is not None or item.map is not None):
            return None
        return (
            f"each item is {described(item)}, and {count} names wait for it",
            "one name takes the whole item",
        )
    parts = item.list.parts
    if parts is not None and len(parts) != count and is_never(item._replace(list=None)):
        return f"each item has {len(parts)} parts, and {count} names wait for them", None
    return None

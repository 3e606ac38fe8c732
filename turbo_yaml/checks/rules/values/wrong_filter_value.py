"""A filter on a value of a kind that it does not take."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.applications import named_attribute
from turbo_yaml.analysis.inference.lattice import ANY, Type, is_never, without_null
from turbo_yaml.analysis.inference.tables.filters import FILTERS, TAKEN, reached, taken
from turbo_yaml.analysis.inference.tables.members import items_of
from turbo_yaml.analysis.inference.tables.operators import is_number
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("wrong-filter-value", "error", "A filter does not take values of this kind.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the filters that no value before them suits."""
    typed = subject.typed
    for where, node in typed.find(nodes.Filter):
        if node.node is None or node.name not in FILTERS:
            continue
        value = typed.of(node.node)._replace(unset=None)
        only_null = is_never(without_null(value)) and not value.any
        kind = FILTERS[node.name]
        if only_null and (kind.takes in ("anything", "data") or kind.falsy or not value.null):
            continue
        if only_null or not taken(node.name, without_null(value)):
            message = f"`{node.name}` takes {TAKEN[kind.takes]}, not {described(value)}"
            yield RULE.at(where.source, where.name_span_of(node), message)
        elif (why := _wrong_items(node, value)) is not None:
            yield RULE.at(where.source, where.name_span_of(node), *why)


def _wrong_items(node: nodes.Filter, value: Type) -> tuple[str, str | None] | None:
    """Return why no item of a list suits a filter that compares items or adds them, and the next move."""
    given = {word.key for word in node.kwargs}
    if node.name == "unique" and "attribute" not in given and value.list is not None:
        items = items_of(value)
        if not items.any and is_never(items._replace(map=None, list=None)) and not is_never(items):
            message = f"`unique` compares texts and numbers, and each item here is {described(items)}"
            return message, "`unique(attribute='name')` looks at one field of each item"
    if node.name == "sum" and not node.args and given <= {"attribute"} and not value.any:
        named = named_attribute(node)
        items = items_of(value)
        if given:
            items = ANY if named is None else reached(items, named.value) or ANY
        if not items.any and not is_never(items) and not is_number(items):
            return f"`sum` adds up numbers, and each item here is {described(items)}", None
    return None

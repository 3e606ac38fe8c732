"""Values to what is known of them without running: enough for code that need not ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from turbo_yaml.analysis.facts import Facts, Known
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Expression, Text
from turbo_yaml.types import Kind

if TYPE_CHECKING:
    from jinja2 import nodes


def kind_of_value(value: n.Value, facts: Facts) -> Kind:
    """Return the kind of a value whose names have been read."""
    match value:
        case n.Constant():
            return _kind_of_data(value.data)
        case n.ListValue() | n.MapValue():
            return "any"
        case Text():
            return _kind_of_text(value, facts)


def _kind_of_data(data: object) -> Kind:
    if isinstance(data, str):
        return "string"
    if isinstance(data, bool):
        return "boolean"
    if isinstance(data, int):
        return "integer"
    return "number" if isinstance(data, float) else "any"


def kind_of_expression(expression: Expression, facts: Facts) -> Kind:
    """Return the kind of an expression whose names have been read."""
    return _kind_of_node(expression.node, facts.reads.get(id(expression), {}))


def _kind_of_text(text: Text, facts: Facts) -> Kind:
    if text.single is None:
        return "string"
    return _kind_of_node(text.single, facts.reads.get(id(text), {}))


def _kind_of_node(node: nodes.Expr, reads: Mapping[str, Known]) -> Kind:
    from turbo_yaml.template.kinds import kind_of

    def kind_of_name(name: str) -> Kind:
        known = reads.get(name)
        return "any" if known is None or known.unset else known.kind

    return kind_of(node, kind_of_name)

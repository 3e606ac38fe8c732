"""Trees to the names that they read from outside, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from turbo_yaml.source import Span
from turbo_yaml.template.text import Expression, Text

if TYPE_CHECKING:
    from jinja2 import nodes


class Read(NamedTuple):
    """One reading of a name. `soft`: it need not have a value there (`default`, `is defined`, a global)."""

    name: str
    span: Span
    soft: bool


def reads(where: Text | Expression) -> list[Read]:
    """Return the names that a text or an expression reads and does not itself set, in reading order."""
    if isinstance(where, Text):
        if where.tree is None:
            return []
        from turbo_yaml.template.scoping import Reader

        return [*_located(where, Reader(where).body(where.tree.body))]
    from turbo_yaml.template.scoping import Reader

    return [*_located(where, Reader(None).expression(where.node))]


def _located(where: Text | Expression, found: Iterable[tuple[nodes.Node, str, bool]]) -> Iterable[Read]:
    for node, name, soft in found:
        yield Read(name, where.span_of(node), soft)

"""What a text says, apart from how: two texts with the same shape are the same flow."""

from __future__ import annotations

from typing import TypeAlias

from turbo_yaml.syntax import Mapping, Node, Scalar
from turbo_yaml.syntax.scalars import read_value, slot_text

Shape: TypeAlias = object


def shape_of(node: Node | None) -> Shape:
    """Return what a tree says: texts, data, tags and their order, without places and styles."""
    match node:
        case None:
            return None
        case Scalar():
            value, problem = read_value(node)
            return ("text", slot_text(node), type(value).__name__, repr(value), problem, node.tag)
        case Mapping():
            entries = [(name, shape_of(entry.value)) for name, entry in node.entries.items()]
            return ("map", node.tag, tuple(entries))
        case _:
            return ("list", node.tag, tuple(shape_of(item) for item in node.items))

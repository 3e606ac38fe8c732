"""Trees to the names that they read from outside, each with its place."""

from __future__ import annotations

from typing import NamedTuple

from turbo_yaml.source import Span
from turbo_yaml.template.text import Expression, Text


class Read(NamedTuple):
    """One reading of a name. `soft`: it need not have a value there (`default`, `is defined`, a global)."""

    name: str
    span: Span
    soft: bool


def reads(where: Text | Expression) -> list[Read]:
    """Return the names that a text or an expression reads and does not itself set, in reading order."""
    if isinstance(where, Text) and where.tree is None:
        return []
    places = where.places
    if places is not None and places.shortcut is not None:
        return [
            Read(name, places.span(start, start + len(name)), soft)
            for name, start, soft in places.shortcut.reads
        ]
    from turbo_yaml.template.scoping import names_read

    return [Read(name, where.span_of(node), soft) for node, name, soft in names_read(where)]

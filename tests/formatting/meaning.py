"""Typed flows without the places of their parts, to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turbo_yaml.formatting.shape import shape_of
from turbo_yaml.records import Record
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.tree import Mapping as Map
from turbo_yaml.syntax.tree import Scalar, Sequence
from turbo_yaml.template import Expression, Text

PLACES = {"span", "head", "label_span", "source", "places", "trail", "place"}


def meaning(value: Any) -> Any:
    """Return what a part of a typed flow means, as data that can be compared."""
    match value:
        case Text():
            return ("text", value.plain, value.tree, value.single)
        case Expression():
            return ("expression", value.node)
        case Scalar() | Map() | Sequence():
            return shape_of(value)
        case Span() | Source():
            return None
        case Record():
            fields = [name for name in type(value).__fields__ if name not in PLACES]
            return (type(value).__name__, [(name, meaning(getattr(value, name))) for name in fields])
        case Mapping():
            return [(key, meaning(inner)) for key, inner in value.items()]
        case tuple() if hasattr(value, "_fields"):
            named = zip(value._fields, value, strict=True)
            return (
                type(value).__name__,
                [(name, meaning(inner)) for name, inner in named if name not in PLACES],
            )
        case list() | tuple():
            return [meaning(inner) for inner in value]
    return (type(value).__name__, value)

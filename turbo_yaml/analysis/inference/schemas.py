"""JSON Schema to the type of the values that fit it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.analysis.inference.lattice import (
    ANY,
    BOOLEAN,
    NULL,
    TEXT,
    Field,
    Lists,
    Maps,
    Numbers,
    Texts,
    Type,
    join_all,
    type_of_data,
)
from turbo_yaml.types.schema.shapes import resolve

_DEEPEST: Final = 12
_INVOLVED: Final = frozenset(
    {"allOf", "not", "if", "dependentSchemas", "dependentRequired", "$dynamicRef", "unevaluatedProperties"}
)
"""Keywords that say of maps and lists what is not worked out here."""
_OF_MAPS: Final = frozenset({"properties", "required", "additionalProperties"})


def type_of_schema(schema: Any) -> Type:
    """Return the type of the values that a schema allows, once defaults are filled in."""
    return _Conversion(schema, True).convert(schema, 0)


def type_before_defaults(schema: Any) -> Type:
    """Return the type of the values that a schema allows, where what has a default may be left out."""
    return _Conversion(schema, False).convert(schema, 0)


class _Conversion:
    """One schema on its way; `root` is where its `$ref` begin."""

    def __init__(self, root: Any, filled: bool) -> None:
        self.root = root
        self.filled = filled

    def convert(self, schema: Any, depth: int) -> Type:
        """Return the type of a part."""
        schema = resolve(schema, self.root)
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            return ANY
        if "const" in schema:
            return _chosen(type_of_data(schema["const"]))
        if isinstance(schema.get("enum"), list):
            return _chosen(join_all(map(type_of_data, schema["enum"])))
        declared = schema.get("type")
        if isinstance(declared, str):
            return self.of_kind(declared, schema, depth)
        if isinstance(declared, list):
            return join_all(self.of_kind(name, schema, depth) for name in declared)
        for keyword in ("anyOf", "oneOf"):
            options = schema.get(keyword)
            if isinstance(options, list) and options:
                return join_all(self.convert(option, depth + 1) for option in options)
        if self.filled and "$ref" not in schema:
            # Without `type` every other kind is allowed, too, but what reads such a value means this one.
            if not _OF_MAPS.isdisjoint(schema):
                return self.map(schema, depth, loose=True)
            if "items" in schema:
                return self.list(schema, depth)
        return ANY

    def of_kind(self, name: str, schema: Mapping[str, Any], depth: int) -> Type:
        """Return what a schema allows of one JSON type."""
        match name:
            case "string":
                return TEXT
            case "integer" | "number":
                return Type(number=Numbers(name == "integer", _most(schema)))
            case "boolean":
                return BOOLEAN
            case "null":
                return NULL
            case "array":
                return self.list(schema, depth)
            case "object":
                return self.map(schema, depth)
        return ANY

    def list(self, schema: Mapping[str, Any], depth: int) -> Type:
        if "prefixItems" in schema or not _INVOLVED.isdisjoint(schema):
            return Type(list=Lists(ANY))
        items = self.convert(schema.get("items", True), depth + 1)
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        bounds = least if type(least) is int else 0, most if type(most) is int else None
        return Type(list=Lists(items, None, *bounds))

    def map(self, schema: Mapping[str, Any], depth: int, *, loose: bool = False) -> Type:
        """Return what a schema says of maps; where it is `loose`, not that a field may be missing."""
        if not _INVOLVED.isdisjoint(schema):
            return Type(map=Maps({}, ANY))
        rest = self.rest(schema, depth)
        required = schema.get("required", ())
        fields = {
            name: Field(self.convert(part, depth + 1), loose or self.is_sure(name, part, required))
            for name, part in schema.get("properties", {}).items()
        }
        for name in required:
            fields.setdefault(name, Field(rest or ANY))
        left_open = "additionalProperties" not in schema and "patternProperties" not in schema
        return Type(map=Maps(fields, rest, left_open))

    def is_sure(self, name: str, part: Any, required: Any) -> bool:
        """Tell whether a field is there in every value."""
        has_default = isinstance(part, Mapping) and "default" in part
        return has_default if self.filled and has_default else name in required and not has_default

    def rest(self, schema: Mapping[str, Any], depth: int) -> Type | None:
        if "patternProperties" in schema:
            return ANY
        others = schema.get("additionalProperties", True)
        return None if others is False else self.convert(others, depth + 1)


def _chosen(type_: Type) -> Type:
    """Return the type of labels that were listed."""
    if type_.text is None or type_.text.labels is None:
        return type_
    return type_._replace(text=Texts(type_.text.labels, True))


def _most(schema: Mapping[str, Any]) -> float | None:
    bounds = [schema[name] for name in ("maximum", "exclusiveMaximum") if _is_number(schema.get(name))]
    return min(bounds) if bounds else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

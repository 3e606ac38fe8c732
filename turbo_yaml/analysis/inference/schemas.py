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


def type_of_schema(schema: Any) -> Type:
    """Return the type of the values that a schema allows, once defaults are filled in."""
    return _convert(schema, schema, 0)


def _convert(schema: Any, root: Any, depth: int) -> Type:
    schema = resolve(schema, root)
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return ANY
    if "const" in schema:
        return _chosen(type_of_data(schema["const"]))
    if isinstance(schema.get("enum"), list):
        return _chosen(join_all(map(type_of_data, schema["enum"])))
    declared = schema.get("type")
    if isinstance(declared, str):
        return _of_kind(declared, schema, root, depth)
    if isinstance(declared, list):
        return join_all(_of_kind(name, schema, root, depth) for name in declared)
    for keyword in ("anyOf", "oneOf"):
        options = schema.get(keyword)
        if isinstance(options, list) and options:
            return join_all(_convert(option, root, depth + 1) for option in options)
    return ANY


def _chosen(type_: Type) -> Type:
    """Return the type of labels that were listed."""
    if type_.text is None or type_.text.labels is None:
        return type_
    return type_._replace(text=Texts(type_.text.labels, True))


def _of_kind(name: str, schema: Mapping[str, Any], root: Any, depth: int) -> Type:
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
            return _list(schema, root, depth)
        case "object":
            return _map(schema, root, depth)
    return ANY


def _most(schema: Mapping[str, Any]) -> float | None:
    bounds = [schema[name] for name in ("maximum", "exclusiveMaximum") if _is_number(schema.get(name))]
    return min(bounds) if bounds else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _list(schema: Mapping[str, Any], root: Any, depth: int) -> Type:
    if "prefixItems" in schema or not _INVOLVED.isdisjoint(schema):
        return Type(list=Lists(ANY))
    items = _convert(schema.get("items", True), root, depth + 1)
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    return Type(
        list=Lists(items, None, least if type(least) is int else 0, most if type(most) is int else None)
    )


def _map(schema: Mapping[str, Any], root: Any, depth: int) -> Type:
    if not _INVOLVED.isdisjoint(schema):
        return Type(map=Maps({}, ANY))
    rest = _rest(schema, root, depth)
    required = schema.get("required", ())
    fields = {
        name: Field(_convert(part, root, depth + 1), name in required or _has_default(part))
        for name, part in schema.get("properties", {}).items()
    }
    for name in required:
        fields.setdefault(name, Field(rest or ANY))
    return Type(map=Maps(fields, rest))


def _has_default(part: Any) -> bool:
    return isinstance(part, Mapping) and "default" in part


def _rest(schema: Mapping[str, Any], root: Any, depth: int) -> Type | None:
    if "patternProperties" in schema:
        return ANY
    others = schema.get("additionalProperties", True)
    return None if others is False else _convert(others, root, depth + 1)

"""A type to the words that its readers know: the shorthand where it has one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

_BOUNDS: Final = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "like {}",
    "format": "a {}",
}
_DEEPEST: Final = 6


def type_words(schema: Any, depth: int = 0) -> str:
    """Return a JSON Schema as a type is written in a flow; what has no short form is named."""
    if not isinstance(schema, Mapping) or not schema or depth > _DEEPEST:
        return "any"
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return " or ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    for joint, word in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
        if isinstance(schema.get(joint), list):
            return word.join(dict.fromkeys(type_words(each, depth + 1) for each in schema[joint]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2] or "any"
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(type_words({**schema, "type": each}, depth + 1) for each in kind)
    return _of_kind(str(kind), schema, depth)


def bounds(schema: Any) -> str:
    """Return what a value must be beside its type, such as `at least 1, at most 5`."""
    if not isinstance(schema, Mapping):
        return ""
    return ", ".join(words.format(schema[key]) for key, words in _BOUNDS.items() if key in schema)


def _of_kind(kind: str, schema: Mapping[str, Any], depth: int) -> str:
    if kind == "array":
        return f"[{type_words(schema.get('items'), depth + 1)}]"
    fields = schema.get("properties")
    if kind == "object" and isinstance(fields, Mapping) and fields:
        required = schema.get("required", ())
        told = (
            f"{name}{'' if name in required else '?'}: {type_words(each, depth + 1)}"
            for name, each in fields.items()
        )
        return "{" + ", ".join(told) + "}"
    if kind == "object":
        return f"{{(*): {type_words(schema.get('additionalProperties'), depth + 1)}}}"
    return kind

"""A type to the schema that a model's server is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from turbo_yaml.types.schema.keywords import KEYWORDS, subschemas
from turbo_yaml.types.schema.shapes import is_object, type_names

WRAPPED: Final = "value"
"""The one key of the object around a value that is not an object itself: `{"value": …}`."""

_STRICT: Final = frozenset(
    ("type", "enum", "const", "anyOf", "$ref", "$defs", "description", "title", "properties", "items")
)
"""The keywords that servers take in strict mode; the others are left to our own validation."""
_UNSAYABLE: Final = ("patternProperties", "prefixItems", "not", "if")


def wire_schema(schema: Mapping[str, Any] | bool) -> tuple[dict[str, Any], bool]:
    """Return a schema with an object at its root, and whether the value is wrapped: `{"value": …}`.

    Servers want an object there. `read_reply` takes the value out again.
    """
    if isinstance(schema, Mapping) and is_object(schema) and "$ref" not in schema:
        return {"type": "object", **schema}, False
    inner, definitions = _moved(schema, f"/properties/{WRAPPED}")
    root = {
        "type": "object",
        "properties": {WRAPPED: inner},
        "required": [WRAPPED],
        "additionalProperties": False,
    }
    return root | definitions, True


def choice_schema(labels: Sequence[str]) -> dict[str, Any]:
    """Return the type of one of some labels."""
    return {"type": "string", "enum": list(labels)}


def _moved(schema: Any, base: str) -> tuple[Any, dict[str, Any]]:
    """Return a schema as it reads at `base` in another, and the definitions that move to that one's root."""
    if not isinstance(schema, Mapping):
        return schema, {}
    refs = [part["$ref"] for _, part in subschemas(schema) if isinstance(part, Mapping) and "$ref" in part]
    if "$defs" not in schema or not all(ref.startswith("#/$defs/") for ref in refs):
        return _rebased(schema, base), {}
    return {key: value for key, value in schema.items() if key != "$defs"}, {"$defs": schema["$defs"]}


def _rebased(schema: Any, base: str) -> Any:
    """Return a schema that says the same where it stands at `base` in another."""
    if isinstance(schema, list):
        return [_rebased(each, base) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    moved: dict[str, Any] = {}
    for key, value in schema.items():
        match KEYWORDS.get(key):
            case "ref":
                moved[key] = f"#{base}{value[1:]}"
            case "schema" | "schemas":
                moved[key] = _rebased(value, base)
            case "schema map":
                moved[key] = {name: _rebased(part, base) for name, part in value.items()}
            case _:
                moved[key] = value
    return moved


class _Unsayable(Exception):
    """The type cannot be said in strict mode."""


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a schema for strict mode: closed maps, every field required, those left out otherwise null.

    What strict mode has no word for is left out, and checked in the reply. None where the type cannot be
    said: a map with any fields, a value of any kind.
    """
    try:
        return dict(_strict(schema, schema))
    except _Unsayable:
        return None


def _strict(schema: Any, root: Any) -> Any:
    if not isinstance(schema, Mapping) or any(key in schema for key in _UNSAYABLE):
        raise _Unsayable
    if "$ref" in schema:
        _within_definitions(schema["$ref"])
        return {"$ref": schema["$ref"]}
    names = type_names(schema, root)
    if names is None and "anyOf" not in schema and "oneOf" not in schema and "allOf" not in schema:
        raise _Unsayable
    said = {key: value for key, value in schema.items() if key in _STRICT}
    if "allOf" in schema:
        if len(schema["allOf"]) > 1 or "properties" in schema:
            raise _Unsayable
        said |= _strict(schema["allOf"][0], root)
    if "oneOf" in schema:
        said["anyOf"] = schema["oneOf"]
    if "anyOf" in said:
        said["anyOf"] = [_strict(part, root) for part in said["anyOf"]]
    if names and "type" not in said and "anyOf" not in said:
        said["type"] = next(iter(names)) if len(names) == 1 else sorted(names)
    if "$defs" in said:
        said["$defs"] = {name: _strict(part, root) for name, part in said["$defs"].items()}
    if names and "array" in names and "items" not in said and "anyOf" not in said:
        raise _Unsayable
    if "items" in said:
        said["items"] = _strict(said["items"], root)
    return said | _strict_map(schema, root) if names and "object" in names and "anyOf" not in said else said


def _strict_map(schema: Mapping[str, Any], root: Any) -> dict[str, Any]:
    if schema.get("additionalProperties") is not False:
        raise _Unsayable
    required = schema.get("required", ())
    fields = {}
    for name, part in schema.get("properties", {}).items():
        said = _strict(part, root)
        fields[name] = said if name in required else _or_null(said, root)
    return {"properties": fields, "required": list(fields), "additionalProperties": False}


def _or_null(said: dict[str, Any], root: Any) -> dict[str, Any]:
    names = type_names(said, root)
    if names is not None and "null" in names:
        return said
    if (
        isinstance(said.get("type"), str)
        and "enum" not in said
        and "const" not in said
        and "anyOf" not in said
    ):
        return said | {"type": [said["type"], "null"]}
    return {"anyOf": [said, {"type": "null"}]}


def _within_definitions(ref: str) -> None:
    if ref != "#" and not ref.startswith("#/$defs/"):
        raise _Unsayable  # strict mode takes no other place for a type that is referred to

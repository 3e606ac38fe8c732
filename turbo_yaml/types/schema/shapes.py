"""A schema to what can be known of its values without seeing one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias, get_args

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "any"]
Schema: TypeAlias = Mapping[str, Any] | bool

_KINDS = frozenset(get_args(Kind)) - {"any"}


def at_pointer(root: Any, pointer: str) -> Any:
    """Return what a JSON pointer (`/$defs/person`) leads to; `KeyError` where there is nothing."""
    here = root
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, Mapping) and key in here:
            here = here[key]
        elif isinstance(here, list) and key.isascii() and key.isdigit() and int(key) < len(here):
            here = here[int(key)]
        else:
            raise KeyError(pointer)
    return here


def resolve(schema: Any, root: Any) -> Any:
    """Follow `$ref` that stands alone or first; a chain that leads nowhere ends where it does."""
    for _ in range(64):
        if not isinstance(schema, Mapping):
            return schema
        ref = schema.get("$ref")
        if type(ref) is not str or not ref.startswith("#"):
            return schema
        try:
            schema = at_pointer(root, ref[1:])
        except KeyError:
            return schema
    return True


def type_names(schema: Any, root: Any) -> frozenset[str] | None:
    """Return the JSON types that a value can have, as far as is plain; None where that is not."""
    return _type_names(schema, root, {})


def _type_names(schema: Any, root: Any, seen: dict[int, frozenset[str] | None]) -> frozenset[str] | None:
    schema = resolve(schema, root)
    if not isinstance(schema, Mapping):
        return None
    if id(schema) not in seen:
        seen[id(schema)] = None  # what leads back to itself says nothing
        seen[id(schema)] = _said_types(schema, root, seen)
    return seen[id(schema)]


def _said_types(
    schema: Mapping[str, Any], root: Any, seen: dict[int, frozenset[str] | None]
) -> frozenset[str] | None:
    declared = schema.get("type")
    if isinstance(declared, str):
        return frozenset((declared,))
    if isinstance(declared, list):
        return frozenset(declared)
    if "const" in schema:
        return frozenset((type_of(schema["const"]),))
    if isinstance(schema.get("enum"), list):
        return frozenset(map(type_of, schema["enum"]))
    for keyword in ("anyOf", "oneOf"):
        names = [_type_names(option, root, seen) for option in schema.get(keyword, ())]
        if names and None not in names:
            return frozenset().union(*(each for each in names if each is not None))
    return None


def type_of(value: Any) -> str:
    """Return the JSON type of a value: `integer` for a whole number that is not written as a fraction."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return type(value).__name__


def static_kind(schema: Any) -> Kind:
    """Return the one scalar kind that every value of the type has, or `any`."""
    names = type_names(schema, schema)
    if names is None:
        return "any"
    if set(names) == {"integer", "number"}:
        return "number"
    (name, *more) = names or {"any"}
    if more or name not in _KINDS:
        return "any"
    return name  # type: ignore[return-value]


def is_object(schema: Any) -> bool:
    """Tell whether every value of the type is a map."""
    return type_names(schema, schema) == frozenset(("object",))


def has_local_refs(schema: Any) -> bool:
    """Tell whether a `$ref` stands anywhere in the schema."""
    return any(isinstance(part.get("$ref"), str) for part in mappings_in(schema))


def mappings_in(data: Any) -> Iterator[Mapping[str, Any]]:
    """Give every map inside some data, itself included."""
    waiting = [data]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Mapping):
            yield here
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)

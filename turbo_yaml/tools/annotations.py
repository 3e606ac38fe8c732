"""Python annotations to JSON Schema, and JSON data to the values that such annotations promise."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NotRequired,
    Required,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from turbo_yaml.errors import UsageError

Read: TypeAlias = Callable[[Any], Any]

_PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
    list: {"type": "array"},
    tuple: {"type": "array"},
    dict: {"type": "object"},
    Mapping: {"type": "object"},
    Sequence: {"type": "array"},
}
_DEEPEST = 20


class Shape(NamedTuple):
    """What an annotation says: its JSON Schema, and how a value is read from data; None: it is the data."""

    schema: dict[str, Any]
    read: Read | None = None


def shape_of(annotation: Any, depth: int = 0) -> Shape:
    """Return the shape of an annotation; `UsageError` where JSON Schema has no words for it."""
    if depth > _DEEPEST:
        raise UsageError(f"`{shown(annotation)}` holds itself", hint="declare the type under `with`")
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation in _PLAIN:
        return Shape(dict(_PLAIN[annotation]))
    if origin in (Required, NotRequired):
        return shape_of(inner[0], depth + 1)
    if origin is Annotated:
        found = shape_of(inner[0], depth + 1)
        words = next((note for note in inner[1:] if isinstance(note, str)), None)
        return found if words is None else Shape({**found.schema, "description": words}, found.read)
    if origin is Literal:
        return Shape({"enum": [*inner]})
    if origin in (Union, types.UnionType):
        return _union(inner, depth)
    if origin in (list, Sequence):
        return _list(inner[0], depth)
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return _list(inner[0], depth)
    if origin in (dict, Mapping) and inner[0] is str:
        return _mapping(inner[1], depth)
    if isinstance(annotation, type):
        return _class(annotation, depth)
    raise _no_words(annotation)


def _union(options: tuple[Any, ...], depth: int) -> Shape:
    shapes = [shape_of(option, depth + 1) for option in options]
    if any(shape.read is not None for shape in shapes):
        others = [shape for option, shape in zip(options, shapes, strict=True) if option is not type(None)]
        if len(others) > 1:
            raise UsageError("a union of classes cannot be told apart in data")
        read = others[0].read
        assert read is not None
        return Shape(_any_of(shapes), lambda data: None if data is None else read(data))
    return Shape(_any_of(shapes))


def _any_of(shapes: list[Shape]) -> dict[str, Any]:
    schemas = [shape.schema for shape in shapes]
    if all(schema.keys() == {"type"} for schema in schemas):
        return {"type": [schema["type"] for schema in schemas]}
    return {"anyOf": schemas}


def _list(item: Any, depth: int) -> Shape:
    inner = shape_of(item, depth + 1)
    read = inner.read
    schema = {"type": "array", "items": inner.schema}
    return Shape(schema, None if read is None else lambda data: [read(item) for item in data])


def _mapping(value: Any, depth: int) -> Shape:
    inner = shape_of(value, depth + 1)
    read = inner.read
    schema = {"type": "object", "additionalProperties": inner.schema}
    return Shape(schema, None if read is None else lambda data: {name: read(data[name]) for name in data})


def _class(cls: type, depth: int) -> Shape:
    if issubclass(cls, Enum):
        return Shape({"enum": [member.value for member in cls]}, cls)
    if is_typeddict(cls):
        hints = hints_of(cls)
        shapes = {name: shape_of(hint, depth + 1) for name, hint in hints.items()}
        return _object(shapes, [name for name in hints if _is_required(cls, name, hints[name])], dict)
    if is_dataclass(cls):
        hints = hints_of(cls)
        own = [field for field in fields(cls) if field.init]
        shapes = {field.name: shape_of(hints[field.name], depth + 1) for field in own}
        needed = [f.name for f in own if f.default is MISSING and f.default_factory is MISSING]
        return _object(shapes, needed, lambda data: cls(**data), always=True)
    raise _no_words(cls)


def _is_required(cls: Any, name: str, hint: Any) -> bool:
    """Tell whether a key must be there. Python does not see `NotRequired` where annotations are text."""
    origin = get_origin(hint)
    return origin is Required or (origin is not NotRequired and name in cls.__required_keys__)


def _object(shapes: Mapping[str, Shape], required: list[str], make: Read, always: bool = False) -> Shape:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: shape.schema for name, shape in shapes.items()},
        "required": required,
        "additionalProperties": False,
    }
    reads = {name: shape.read for name, shape in shapes.items() if shape.read is not None}
    if not reads and not always:
        return Shape(schema)

    def read(data: Any) -> Any:
        return make({name: reads[name](value) if name in reads else value for name, value in data.items()})

    return Shape(schema, read)


def hints_of(thing: Any) -> dict[str, Any]:
    """Return the annotations of a function or a class; `UsageError` where a name in them is not known."""
    try:
        return get_type_hints(thing, include_extras=True)
    except (NameError, TypeError, AttributeError) as problem:
        raise UsageError(f"its annotations cannot be read: {problem}") from None


def shown(annotation: Any) -> str:
    """Return an annotation as it is written."""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _no_words(annotation: Any) -> UsageError:
    return UsageError(
        f"`{shown(annotation)}` has no words in JSON Schema",
        hint="annotate it with `str`, `int`, `list[…]`, `dict[str, …]`, a `TypedDict` or a dataclass",
    )

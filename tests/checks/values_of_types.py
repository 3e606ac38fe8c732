"""Whether a value is one of those that a type stands for, and the schema of some data."""

from __future__ import annotations

from typing import Any

from turbo_yaml.analysis.inference.lattice import Type


def admits(type_: Type, value: Any) -> bool:
    """Tell whether a value is of a type, as far as data goes."""
    if type_.any:
        return True
    match value:
        case None:
            return type_.null
        case bool():
            return type_.boolean is not None and type_.boolean.value in (None, value)
        case int() | float():
            number = type_.number
            if number is None or (number.most is not None and value > number.most):
                return False
            return isinstance(value, int) or not number.whole
        case str():
            return type_.text is not None and (type_.text.labels is None or value in type_.text.labels)
        case list() | tuple() | range():
            return _admits_list(type_, [*value])
        case dict():
            return _admits_map(type_, value)
    return False


def _admits_list(type_: Type, value: list[Any]) -> bool:
    list_ = type_.list
    if list_ is None or len(value) < list_.least or (list_.most is not None and len(value) > list_.most):
        return False
    if list_.parts is not None:
        if len(list_.parts) != len(value):
            return False
        if not all(map(admits, list_.parts, value)):
            return False
    return all(admits(list_.items, item) for item in value)


def _admits_map(type_: Type, value: dict[str, Any]) -> bool:
    map_ = type_.map
    if map_ is None or any(field.sure and name not in value for name, field in map_.fields.items()):
        return False
    for name, item in value.items():
        field = map_.fields.get(name)
        wanted = map_.rest if field is None else field.type
        if wanted is None or not admits(wanted, item):
            return False
    return True


def schema_of(data: Any) -> dict[str, Any]:
    """Return a JSON Schema that says as much of some data as an author would."""
    match data:
        case None:
            return {"type": "null"}
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
        case list():
            schemas = [schema_of(item) for item in data]
            if all(schema == schemas[0] for schema in schemas):
                return {"type": "array", "items": schemas[0] if schemas else {}}
            return {"type": "array"}
        case dict():
            return {
                "type": "object",
                "properties": {name: schema_of(item) for name, item in data.items()},
                "required": [*data],
                "additionalProperties": False,
            }
    raise AssertionError(data)

"""A type on a command line, `name, age int, bio: text` or JSON, to JSON Schema 2020-12."""

from __future__ import annotations

import json
from typing import Any

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.types.notation.table import NAMES
from turbo_yaml.types.schema.keywords import schema_problems
from turbo_yaml.types.schema.words import place


def parse_one_line(text: str) -> dict[str, Any]:
    """Return the schema of fields by comma or by line, or of JSON Schema; `UsageError` says what is wrong."""
    text = text.strip()
    if text.startswith("{"):
        return _json(text)
    fields = [
        part.strip() for part in (text.splitlines() if "\n" in text else text.split(",")) if part.strip()
    ]
    if not fields:
        raise UsageError("the type is empty", hint="fields are written as `name, age int`")
    read = [_field(part) for part in fields]
    schema = {
        "type": "object",
        "properties": {name: part for name, part, _ in read},
        "required": [name for name, _, optional in read if not optional],
        "additionalProperties": False,
    }
    if len(schema["properties"]) < len(read):  # type: ignore[arg-type]
        raise UsageError("the type names a field twice")
    return schema


def _field(text: str) -> tuple[str, dict[str, Any], bool]:
    """Read `name`, `age int`, `tags? [string]: what for`: a field is text unless it says something else."""
    head, _, words = (part.strip() for part in text.partition(":"))
    name, _, kind = (part.strip() for part in head.partition(" "))
    optional = name.endswith("?")
    schema = _kind(kind or "string", text)
    return name.removesuffix("?"), ({**schema, "description": words} if words else schema), optional


def _kind(kind: str, field: str) -> dict[str, Any]:
    if kind.startswith("[") and kind.endswith("]"):
        return {"type": "array", "items": _kind(kind[1:-1].strip(), field)}
    if kind not in NAMES:
        raise UsageError(
            f"`{kind}` in `{field}` is not a type",
            hint=did_you_mean(kind, NAMES) or "a description follows `:`",
        )
    return dict(NAMES[kind])


def _json(text: str) -> dict[str, Any]:
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"the type looks like JSON and is not: {problem}") from None
    for wrong in schema_problems(schema, closed=False):
        at = f" at `{place(wrong.path)}`" if wrong.path else ""
        raise UsageError(f"the type is not JSON Schema{at}: {wrong.message}", hint=wrong.help)
    return dict(schema)

"""How a reply of a form, data or one of some labels, is asked for, and taken out of what it comes in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from turbo_yaml.models.request import Request, Structured
from turbo_yaml.types.lines import KEY as LINES
from turbo_yaml.types.lines import ask_for_lines
from turbo_yaml.types.wire import WRAPPED, choice_schema, strict_schema, wire_schema


def ask_for_form(body: dict[str, Any], request: Request, structured: Structured) -> None:
    """Add to a body what asks for `choices` or `output`, in the way `structured` unless the request says."""
    schema = _schema(request)
    if schema is None:
        return
    if LINES in schema:
        _instruct(body["messages"], ask_for_lines(schema[LINES]))
        return
    structured = _way(request, structured)
    root, wrapped = wire_schema(schema)
    if structured == "schema":
        strict = strict_schema(root)
        form = {"name": "reply", "schema": root if strict is None else strict, "strict": strict is not None}
        body["response_format"] = {"type": "json_schema", "json_schema": form}
        return
    if structured == "json" and not wrapped:
        body["response_format"] = {"type": "json_object"}
    _instruct(body["messages"], _instruction(request, schema))


def is_wrapped(request: Request, structured: Structured) -> bool:
    """Tell whether the reply comes as the one field of an object: servers want an object at the root."""
    schema = _schema(request)
    if schema is None or LINES in schema:
        return False
    return _way(request, structured) == "schema" and wire_schema(schema)[1]


def unwrapped(content: str, request: Request) -> str:
    """Return what is inside the wrapping object; the content as it is where there is no such object."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return content
    if not isinstance(data, dict) or data.keys() != {WRAPPED}:
        return content
    value = data[WRAPPED]
    if request.choices and isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _schema(request: Request) -> Mapping[str, Any] | None:
    """Return the schema that the reply must fit, None where any text will do."""
    return choice_schema(request.choices) if request.choices else request.output


def _way(request: Request, structured: Structured) -> Structured:
    return request.structured if request.structured in ("schema", "json", "prompt") else structured


def _instruction(request: Request, schema: Mapping[str, Any]) -> str:
    if request.choices:
        labels = "\n".join(f"- {label}" for label in request.choices)
        return f"Answer with exactly one of these, and nothing else:\n{labels}"
    shown = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    return f"Answer with JSON only, without any other text, that fits this JSON Schema:\n{shown}"


def _instruct(messages: list[dict[str, Any]], instruction: str) -> None:
    """Add an instruction to the first message if it is the system's, else put one before all."""
    if messages and messages[0]["role"] == "system" and isinstance(messages[0]["content"], str):
        messages[0]["content"] += f"\n\n{instruction}"
    else:
        messages.insert(0, {"role": "system", "content": instruction})

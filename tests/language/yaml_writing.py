"""Data to YAML as people write it: blocks, short data on one line, and each text in a style of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def yaml_of(data: Mapping[str, Any]) -> str:
    """Return data as the text of a file."""
    return "\n".join(lines_of(data)) + "\n"


def lines_of(data: Any) -> list[str]:
    """Return data as YAML: blocks, but for short data, and each text in a style of its own."""
    if isinstance(data, Mapping) and data:
        return [line for key, value in data.items() for line in _entry(f"{_scalar(key)}:", value)]
    if isinstance(data, list) and data:
        return [line for item in data for line in _item(item)]
    raise AssertionError(data)


def _entry(head: str, value: Any) -> list[str]:
    if value is None:
        return [head]
    if isinstance(value, str) and "\n" in value:
        return [f"{head} |", *(f"  {line}".rstrip() for line in value.rstrip("\n").split("\n"))]
    if isinstance(value, Mapping | list) and value and len(json.dumps(value)) > 40:
        return [head, *(f"  {line}" for line in lines_of(value))]
    return [f"{head} {_inline(value)}"]


def _item(value: Any) -> list[str]:
    if not isinstance(value, Mapping) or not value:
        return _entry("-", value) if value is not None else ["- null"]
    first, *rest = lines_of(value)
    return [f"- {first}", *(f"  {line}" for line in rest)]


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if (
        value.isidentifier()
        and value.isascii()
        and value not in ("no", "yes", "on", "off", "true", "false", "null", "None")
    ):
        return value
    if len(value) % 2 or any(ord(letter) < 32 for letter in value):
        return json.dumps(value, ensure_ascii=len(value) % 4 == 1)
    return "'" + value.replace("'", "''") + "'"

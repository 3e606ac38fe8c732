"""Data to lines of YAML, a value to a line, as the house writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from turbo_yaml.formatting.scalars import quoted
from turbo_yaml.formatting.text import format_text


def to_block(data: Mapping[str, Any]) -> str:
    """Return data as YAML text in block style; prose of several lines as a block of lines."""
    text = "".join(f"{line}\n" for line in _lines(data))
    return format_text(text)[0] or text


def _lines(data: Any) -> list[str]:
    """Return the lines of a map or a list that is not empty."""
    made: list[str] = []
    entries = data.items() if isinstance(data, Mapping) else ((None, item) for item in data)
    for key, value in entries:
        head = "-" if key is None else f"{quoted(str(key))}:"
        if not isinstance(value, Mapping | list) or not value:
            made.append(f"{head} {_scalar(value)}")
            continue
        inner = _lines(value)
        if key is None:
            made += [f"- {inner[0]}", *(f"  {line}" for line in inner[1:])]
        else:
            made += [head, *(f"  {line}" for line in inner)]
    return made


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    # JSON that a model wrote is read more easily without a stroke before each of its quotes.
    single = '"' in value and "'" not in value and value.isprintable()
    return f"'{value}'" if single else quoted(value)

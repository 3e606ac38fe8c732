"""Values, messages and errors to what is printed on standard output."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from turbo_yaml.errors import FlowError, TurboError
from turbo_yaml.protocol import Assistant, Message, ToolResult, Usage

# What JSON may hold as it is, but a terminal or a strict reader may not get.
_UNSAFE = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"


def to_text(value: Any) -> str:
    """Return a value as it is printed, with its last line ended: text as it is, data as indented JSON."""
    text = value if isinstance(value, str) else to_json(value, indent=2)
    return text if text.endswith("\n") else text + "\n"


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Return JSON that is readable and has no character in it that a terminal could obey."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return re.sub(_UNSAFE, lambda found: f"\\u{ord(found.group()):04x}", text)


def message_data(message: Message) -> dict[str, Any]:
    """Return a message as JSON data."""
    data: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.name:
        data["name"] = message.name
    if isinstance(message, Assistant) and message.tool_calls:
        calls = message.tool_calls
        data["tool_calls"] = [{"id": c.id, "name": c.name, "arguments": c.arguments} for c in calls]
    return data | {"tool_call_id": message.tool_call_id} if isinstance(message, ToolResult) else data


def report_data(outcome: Any, messages: Iterable[Message], usage: Usage, steps: Any) -> dict[str, Any]:
    """Return what `--json` prints."""
    return {
        "result": outcome,
        "messages": [message_data(message) for message in messages],
        "usage": {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cost": usage.cost,
        },
        "steps": steps._asdict(),
    }


def error_data(error: TurboError) -> dict[str, Any]:
    """Return a failure as the event that ends `--jsonl`."""
    data: dict[str, Any] = {"event": "error", "message": error.message, "hint": error.hint}
    if isinstance(error, FlowError):
        data["kind"] = error.kind
        if error.source is not None and error.span is not None:
            from turbo_yaml.diagnostics.formats import place_data

            data |= place_data(error.source, error.span)
    return {key: value for key, value in data.items() if value is not None}

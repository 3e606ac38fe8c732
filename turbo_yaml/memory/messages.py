"""Messages to JSON text and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.protocol import Assistant, Message, System, ToolCall, ToolResult, Usage, User

_CLASSES: Final[Mapping[str, type[Message]]] = {
    "system": System,
    "user": User,
    "assistant": Assistant,
    "tool": ToolResult,
}
_SAID: Final = ("content", "name", "label", "sticky")
_REPLIED: Final = ("finish_reason", "model", "value")


def stored(message: Message) -> str:
    """Return a message as JSON text, in ASCII: halves of characters are no text for SQLite."""
    data: dict[str, Any] = {"role": message.role} | {key: getattr(message, key) for key in _SAID}
    if isinstance(message, ToolResult):
        data["tool_call_id"] = message.tool_call_id
    if isinstance(message, Assistant):
        data |= {key: getattr(message, key) for key in _REPLIED}
        data["tool_calls"] = [[call.id, call.name, call.arguments] for call in message.tool_calls]
        used = message.usage
        data["usage"] = None
        if used is not None:
            data["usage"] = [used.input_tokens, used.output_tokens, used.cost, used.reasoning_tokens]
    return json.dumps(data, default=str)


def message_of(data: Mapping[str, Any]) -> Message:
    """Return the message that was stored so."""
    fields = {key: value for key, value in data.items() if key != "role"}
    if data["role"] == "assistant":
        fields["tool_calls"] = tuple(ToolCall(*call) for call in fields.get("tool_calls") or ())
        fields["usage"] = None if fields.get("usage") is None else Usage(*fields["usage"])
    return _CLASSES[data["role"]](**fields)

"""Messages to data, and data to messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from turbo_yaml.errors import FlowError
from turbo_yaml.protocol import Assistant, Message, Part, User

PARTS = ("text", "image", "audio", "file")
_KEYS = ("role", "content", "name")


def message_data(message: Assistant) -> dict[str, Any]:
    """Return a reply as data: what `message_as` binds."""
    usage = message.usage
    return {
        "role": message.role,
        "content": message.content,
        "tool_calls": [
            {"id": call.id, "name": call.name, "arguments": call.arguments} for call in message.tool_calls
        ],
        "usage": None
        if usage is None
        else {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cost": usage.cost,
        },
        "finish_reason": message.finish_reason,
        "model": message.model,
    }


def history(value: Any) -> Iterator[Message]:
    """Return the messages of a list of `{role, content}`; `FlowError` where it is something else.

    Roles are `user` and `assistant`: what a caller gives as data must not give the model its instructions.
    Everything is checked before the first message is said.
    """
    if not isinstance(value, list | tuple):
        raise _wrong("`messages` takes a list of `{role, content}`")
    return iter([_message(item, number) for number, item in enumerate(value, 1)])


def _message(item: Any, number: int) -> Message:
    if not isinstance(item, Mapping):
        raise _wrong(f"message {number} is no map: each is `{{role, content}}`")
    role = item.get("role")
    if role == "system":
        raise _wrong(
            f"message {number} has the role `system`, which data may not have",
            "write a `system` step: instructions come from the flow itself",
        )
    if role not in ("user", "assistant"):
        raise _wrong(f"message {number} has the role `{role!s:.80}`; it is `user` or `assistant`")
    for key in item:
        if key not in _KEYS:
            raise _wrong(f"message {number} has the key `{key!s:.80}`; keys are `role`, `content`, `name`")
    name = item.get("name")
    if name is not None and not isinstance(name, str):
        raise _wrong(f"the `name` of message {number} is no text")
    content = _content(item.get("content"), number)
    return User(content, name=name) if role == "user" else Assistant(content, name=name)


def _content(content: Any, number: int) -> str | list[Part]:
    if isinstance(content, str):
        return content
    if not isinstance(content, list | tuple) or not content:
        raise _wrong(f"the `content` of message {number} is neither text nor a list of parts")
    parts: list[Part] = []
    for part in content:
        kinds = [kind for kind in PARTS if kind in part] if isinstance(part, Mapping) else []
        if len(kinds) != 1 or not isinstance(part[kinds[0]], str):
            raise _wrong(f"message {number} has a part that is none of `text`, `image`, `audio`, `file`")
        if kinds[0] != "text" and not part[kinds[0]].startswith(("data:", "https://", "http://")):
            raise _wrong(
                f"message {number} names a file, which data may not",
                "give a URL or a `data:` URL, or write a `user` step with the part",
            )
        parts.append({kinds[0]: part[kinds[0]]})  # type: ignore[misc]
    return parts


def _wrong(message: str, hint: str | None = None) -> FlowError:
    return FlowError(message, kind="type", hint=hint)

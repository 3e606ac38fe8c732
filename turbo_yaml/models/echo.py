"""The model that needs no network: it repeats what it is told, in the form that is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from turbo_yaml.errors import ModelError, UsageError
from turbo_yaml.models.request import Delta, OnDelta, Reply, Request
from turbo_yaml.protocol import Content, Message, ToolCall

_WORD = re.compile(r"\S+\s*|\s+")


class EchoModel:
    """Repeats the last user message; with `choices`, `output` or tools the least that fits them."""

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Return the echo at once; with `on_delta` word by word."""
        if request.tools and _may_call(request):
            return Reply(tool_calls=(_call(request),), finish_reason="tool_calls", model=request.model)
        text = _answer(request)
        if on_delta is not None:
            await speak(text, on_delta)
        return Reply(content=text, finish_reason="stop", model=request.model)

    async def aclose(self) -> None:
        """There is nothing to let go of."""


async def speak(text: str, on_delta: OnDelta) -> None:
    """Give a text word by word."""
    for word in _WORD.findall(text):
        await on_delta(Delta(word))


def _answer(request: Request) -> str:
    if request.choices:
        return request.choices[0]
    if request.output is not None:
        return _least(request.output)
    said = request.messages
    last = next((message for message in reversed(said) if message.role == "user"), said[-1] if said else None)
    return "" if last is None else shown_content(last)


def shown_content(message: Message) -> str:
    """Return what a message says as text; a part that is no text by its kind: `[image]`."""
    content: Content = message.content
    if isinstance(content, str):
        return content
    kinds = ("image", "audio", "file")
    return "\n".join(
        part["text"] if "text" in part else next((f"[{kind}]" for kind in kinds if kind in part), "")
        for part in content
    )


def _may_call(request: Request) -> bool:
    """Tell whether a tool is to be called: unless one was, or none may be."""
    called = bool(request.messages) and request.messages[-1].role == "tool"
    return not called and request.settings.get("tool_choice") != "none"


def _call(request: Request) -> ToolCall:
    choice = request.settings.get("tool_choice")
    tool = next((tool for tool in request.tools if tool["name"] == choice), request.tools[0])
    return ToolCall("call_1", str(tool["name"]), _least(tool.get("parameters") or {"type": "object"}))


def _least(schema: Mapping[str, Any]) -> str:
    """Return the least data that fits a schema, as JSON."""
    from turbo_yaml.types.instances import minimal_instance

    try:
        least = minimal_instance(schema)
        if "x-lines" in schema:
            from turbo_yaml.types.lines import write_lines

            return write_lines(schema["x-lines"], least)
        return json.dumps(least, ensure_ascii=False)
    except UsageError as error:
        raise ModelError(f"`echo`: {error.message}", kind="configuration", hint=error.hint) from None

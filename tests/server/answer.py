"""What the server is to say: an answer, or a way to fail, to the bytes of a response."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal["close", "end", "reset", "stall", "ping", "trickle"]


@dataclass(frozen=True)
class Answer:
    """One answer.

    `body` and `events` replace what is made of the other fields: `body` for any request, `events` for a
    stream; data in them is sent as JSON, bytes and text as they are. `cut` is the bytes of one write;
    without it an event is a write. `delay` comes before the head and `pause` between writes, in seconds.

    `fault` comes after so many writes as `after` says, -1: before the head. `close` and `reset` break the
    connection, `end` ends the response as if it were whole, `stall` says nothing more, `ping` sends comments
    and `trickle` spaces for ever.
    """

    text: str | None = "Hello there."
    reasoning: str = ""
    reasoning_key: str = "reasoning_content"
    tool_calls: Sequence[Mapping[str, Any]] = ()
    usage: Mapping[str, int] | None = field(
        default_factory=lambda: {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    )
    finish_reason: str | None = "stop"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    events: Sequence[Any] | None = None
    content_type: str | None = None
    cut: int | None = None
    delay: float = 0.0
    pause: float = 0.0
    fault: Fault | None = None
    after: int = 0

    @classmethod
    def read(cls, value: Answer | str | Mapping[str, Any]) -> Answer:
        """Return the answer that a test wrote in a short way."""
        if isinstance(value, Answer):
            return value
        return cls(text=value) if isinstance(value, str) else cls(**value)

    def is_stream(self, request: Mapping[str, Any]) -> bool:
        """Tell whether this answers with an event stream."""
        asked = request.get("stream") is True or self.events is not None
        return asked and self.body is None and self.status == 200

    def media_type(self, request: Mapping[str, Any]) -> str:
        """Return the content type of the response."""
        return self.content_type or ("text/event-stream" if self.is_stream(request) else "application/json")

    def writes(self, request: Mapping[str, Any]) -> list[bytes]:
        """Return the body, one item for each write."""
        if self.is_stream(request):
            events = self._stream(request) if self.events is None else self.events
            pieces = [_event(event) for event in events]
        else:
            pieces = [_encoded(self._completion(request) if self.body is None else self.body)]
        if self.cut is None:
            return [piece for piece in pieces if piece]
        whole = b"".join(pieces)
        return [whole[start : start + self.cut] for start in range(0, len(whole), self.cut)]

    def _completion(self, request: Mapping[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self.text}
        if self.reasoning:
            message[self.reasoning_key] = self.reasoning
        if self.tool_calls:
            message["tool_calls"] = list(self.tool_calls)
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": request.get("model", "test"),
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason}],
            "usage": self.usage,
        }

    def _stream(self, request: Mapping[str, Any]) -> list[Any]:
        events = [chunk({"role": "assistant", "content": ""}, request)]
        for word in re.findall(r"\S+\s*|\s+", self.reasoning):
            events.append(chunk({self.reasoning_key: word}, request))
        for word in re.findall(r"\S+\s*|\s+", self.text or ""):
            events.append(chunk({"content": word}, request))
        for index, call in enumerate(self.tool_calls):
            events.append(chunk({"tool_calls": [{"index": index, **call}]}, request))
        events.append(chunk({}, request, self.finish_reason))
        if self.usage is not None:
            events.append({**chunk({}, request), "choices": [], "usage": dict(self.usage)})
        return [*events, "[DONE]"]


def chunk(
    delta: Mapping[str, Any], request: Mapping[str, Any] | None = None, finish_reason: str | None = None
) -> dict[str, Any]:
    """Return one chunk of a stream."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": (request or {}).get("model", "test"),
        "choices": [{"index": 0, "delta": dict(delta), "finish_reason": finish_reason}],
    }


def _event(event: Any) -> bytes:
    if isinstance(event, bytes):
        return event
    return b"data: " + _encoded(event) + b"\n\n"


def _encoded(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()

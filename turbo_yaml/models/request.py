"""What is asked of a model and what it answers: the same for every provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

from turbo_yaml.protocol import Message, ToolCall, Usage
from turbo_yaml.records import Record, field

Structured: TypeAlias = Literal["schema", "json", "prompt"]


class Request(Record):
    """One turn asked of a model.

    `model` is the name the server knows. `settings` are those of the turn; keys that no model knows are
    ignored. `output` is a JSON Schema, `choices` a list of labels that the reply must fit. A tool is
    `{"name", "description", "parameters"}`. `structured` overrides how `output` is asked for.
    """

    model: str
    messages: Sequence[Message]
    settings: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] | None = None
    choices: Sequence[str] | None = None
    tools: Sequence[Mapping[str, Any]] = ()
    structured: Structured | None = None


class Reply(Record):
    """A whole answer. `content` is its text: with `output` the JSON as text, with `choices` the label, as the
    model wrote them and not yet validated. `cost` is in US dollars, known where the run has worked it out.
    `logprobs` are the logarithms of how likely each token was, where the server was asked for them."""

    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    finish_reason: str | None = None
    model: str | None = None
    request_id: str | None = None
    cost: float | None = None
    logprobs: tuple[float, ...] = ()


class Delta(Record):
    """A piece of an answer while it comes. `held` is one of JSON around the answer, whose text comes at once
    at the end."""

    text: str = ""
    reasoning: str = ""
    held: str = ""


OnDelta: TypeAlias = Callable[[Delta], Awaitable[None]]


class Model(Protocol):
    """Something that answers requests."""

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Return the answer, asked for exactly once; `ModelError` when there is none.

        With `on_delta` the answer is streamed and each piece awaited, so that a slow reader holds the stream
        back. What `on_delta` raises comes out as it is.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections. May be called twice."""
        ...

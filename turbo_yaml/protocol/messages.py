"""Messages: what is said in a chat, by whom."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

from turbo_yaml.records import Record

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


class Part(TypedDict):
    """One part of a message that is more than text: exactly one of the four keys but `media_type`."""

    text: NotRequired[str]
    image: NotRequired[str]
    audio: NotRequired[str]
    file: NotRequired[str]
    media_type: NotRequired[str]


Content: TypeAlias = str | list[Part]


class Message(Record):
    """Something said. `label` with `sticky`: of the messages with one label only the last is sent, at the
    top or the bottom of the chat. `forward`: the caller gets it too, as a `Result`."""

    content: Content
    role: Role = "user"
    name: str | None = None
    label: str | None = None
    sticky: Literal["top", "bottom"] | None = None
    forward: bool = False


class System(Message):
    """Instructions to the model. Sticky at the top under the label `system`: the last one wins."""

    role: Role = "system"
    label: str | None = "system"
    sticky: Literal["top", "bottom"] | None = "top"


class User(Message):
    """What the user says."""


class ExampleUser(Message):
    """What a user says in a few-shot example."""


class Usage(Record):
    """Tokens that a model call took, as its server counted them."""

    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens)


class ToolCall(Record):
    """A model's wish to call a tool. `arguments` is the JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


class Assistant(Message):
    """What the model says. A `Generate` is answered with one of these: `value` is then the reply as text,
    or the parsed data where `output` or `choices` was asked for."""

    role: Role = "assistant"
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    finish_reason: str | None = None
    model: str | None = None
    value: Any = None


class ToolResult(Message):
    """What a tool gave back to the call with the id `tool_call_id`. It follows the message that calls."""

    role: Role = "tool"
    tool_call_id: str = ""


class ExampleAssistant(Message):
    """What the model says in a few-shot example."""

    role: Role = "assistant"

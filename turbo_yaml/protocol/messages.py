"""Messages: what is said in a chat, by whom."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypeAlias, TypedDict

from turbo_yaml.records import Record, field

if TYPE_CHECKING:
    from dataclasses import InitVar

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


class Part(TypedDict):
    """One part of a message that is more than text: exactly one of the four keys but `media_type`."""

    text: NotRequired[str]
    image: NotRequired[str]
    audio: NotRequired[str]
    file: NotRequired[str]
    media_type: NotRequired[str]


Content: TypeAlias = str | list[Part]


_RENDER = "turbo_yaml.compiler.rendering", "render"
"""What renders a template, loaded when a message is first made of one."""


def _said(content: Content | None, template: str | None, variables: Mapping[str, Any] | None) -> Content:
    """Return what a message says that was given as a template, with the variables that it names."""
    if template is None:
        problem = "a message needs its `content`, or a `template` with `variables`"
        raise TypeError(problem if variables is None else "`variables` are for a `template`")
    if content is not None:
        raise TypeError("a message has `content` or a `template`, not both")
    home, name = _RENDER
    rendered: str = getattr(import_module(home), name)(template, variables or {})
    return rendered


class Message(Record):
    """Something said. `label` with `sticky`: of the messages with one label only the last is sent, at the
    top or the bottom of the chat. `forward`: the caller gets it too, as a `Result`.

    `template` with `variables`, in place of `content`, is rendered as a text of a flow is.
    """

    content: Content = field(default_factory=_said, made_of=("template", "variables"))
    role: Role = "user"
    name: str | None = None
    label: str | None = None
    sticky: Literal["top", "bottom"] | None = None
    forward: bool = False
    template: InitVar[str | None] = field(default=None, kw_only=True)
    variables: InitVar[Mapping[str, Any] | None] = field(default=None, kw_only=True)


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
    """Tokens that model calls took, as their server counted them, and in a run their cost in US dollars.

    A cost of None is not known. Of the output `reasoning_tokens` are not in the reply itself.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    reasoning_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        sent, received = self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens
        return Usage(sent, received, cost, self.reasoning_tokens + other.reasoning_tokens)


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


class BaseMessageCollection(ABC):
    """Several messages that a flow yields as one. Hosts may bring their own."""

    __slots__ = ()

    @abstractmethod
    async def get(self) -> list[Message]:
        """Return the messages, in order."""


class Example(BaseMessageCollection):
    """A pair of question and answer, for a few-shot prompt: yield it as one."""

    __slots__ = ("assistant", "user")

    def __init__(self, user: str, assistant: str) -> None:
        self.user = user
        self.assistant = assistant

    def __repr__(self) -> str:
        return f"Example(user={self.user!r}, assistant={self.assistant!r})"

    async def get(self) -> list[Message]:
        """Return what the user says and what the model answers."""
        return [ExampleUser(self.user), ExampleAssistant(self.assistant)]

"""A model whose replies are written beforehand, and what it was asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from turbo_yaml.errors import ModelError
from turbo_yaml.models.request import Model, OnDelta, Reply, Request
from turbo_yaml.models.script import ScriptModel
from turbo_yaml.protocol import Message, Usage
from turbo_yaml.records import Record, replace


class Call(Record):
    """One call of the model: what was sent, and the reply, or the error that came instead."""

    request: Request
    messages: tuple[Message, ...]
    reply: Reply | None = None
    error: ModelError | None = None


class NoReply(Exception):
    """The flow asked for a reply more than there are. No flow can catch it."""

    def __init__(self, given: int) -> None:
        replies = "reply" if given == 1 else "replies"
        super().__init__(f"the model has {given} {replies} to give, and the flow asks for one more")
        self.given = given


class Scripted:
    """A model that gives the replies of a list, one for each call, and keeps what it was asked in `calls`.

    A reply is what the model `script` takes: text, data, `{error: KIND}`, or `{content, tool_calls, usage,
    …}`. With `model`, that one answers instead, and the calls are kept all the same.
    """

    def __init__(self, replies: Iterable[Any] = (), *, model: Model | None = None) -> None:
        self.calls: list[Call] = []
        self._replies: list[Any] = [*replies]
        self._script = ScriptModel(self._replies)
        self._model = model or self._script
        self._limited = model is None
        self._asked = ""

    def __repr__(self) -> str:
        return f"Scripted({len(self._replies)} replies, {self.taken} taken)"

    @property
    def is_free(self) -> bool:
        """Whether a run may take its replies to cost nothing where nobody knows their price."""
        return self._limited

    @property
    def taken(self) -> int:
        """How many of its replies it has given."""
        return self._script.taken

    @property
    def left(self) -> int:
        """How many replies nobody has asked for."""
        return len(self._replies) - self.taken if self._limited else 0

    @property
    def asked(self) -> str:
        """The end of what was sent last, in short."""
        return self._asked if len(self._asked) <= 80 else self._asked[:79] + "…"

    def add(self, replies: Iterable[Any]) -> None:
        """Add replies at the end."""
        self._replies += replies

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Return the next reply; `NoReply` where there is none, `ModelError` where the reply is an error."""
        messages = tuple(request.messages)
        self._asked = text_of(messages[-1]).replace("\n", " ") if messages else ""
        if self._limited and not self.left:
            raise NoReply(len(self._replies))
        try:
            reply = await self._model.reply(request, on_delta)
        except ModelError as error:
            self.calls.append(Call(request, messages, error=error))
            raise
        if self._limited and reply.usage is None:
            # What is written costs nothing, so that a budget of dollars does not stop a test.
            reply = replace(reply, usage=Usage())
        self.calls.append(Call(request, messages, reply))
        return reply

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def scripted(*replies: Any) -> Scripted:
    """Return a model for `fn.using(model=…)` that gives these replies in order.

    Its `calls` tell afterwards what it was asked, and `left` how many replies nobody wanted.
    """
    return Scripted(replies)


def texts(messages: Sequence[Message]) -> list[str]:
    """Return what messages say; of a message with parts, the texts in it."""
    return [text_of(message) for message in messages]


def text_of(message: Message) -> str:
    """Return what a message says; of one with parts, the texts in it, a line each."""
    content = message.content
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if "text" in part)

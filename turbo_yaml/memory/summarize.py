"""A chat that shortens itself: what is older is sent as a summary that a flow writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Final, Self, TypeAlias

from turbo_yaml.errors import UsageError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.order import Order
from turbo_yaml.memory.window import estimated_tokens
from turbo_yaml.protocol import Message, User

Summarize: TypeAlias = Callable[[str], Awaitable[str]]
"""What writes a summary of a conversation."""

_USUAL: Final = "turbo_yaml.runtime.summaries", "usual"
"""Makes what writes summaries where nobody says: the flow `turbo:summarize`."""
_SHARE: Final = 2
"""One part in so many of `max_tokens` is left to the newest messages when a summary is written."""


class SummarizeMemory(LocalMemory):
    """Keeps everything and sends about `max_tokens` of it: where there is more, a summary of the older
    messages stands in their place, and the newest follow as they are.

    `system` and sticky messages are always sent, and tool results only together with their call. `summarize`
    is an async function from the text of a conversation to its summary.
    """

    __slots__ = ("_covered", "_kept", "_summary", "max_tokens", "summarize")

    def __init__(
        self,
        max_tokens: int,
        summarize: Summarize | None = None,
        messages: Iterable[Message] = (),
        state: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(messages, state)
        self.max_tokens = max_tokens
        self.summarize = summarize
        self._start_over()

    @classmethod
    def declared(cls, options: Mapping[str, Any]) -> SummarizeMemory:
        """Return a new memory with the keys that a flow declares: `max_tokens`, and what `flow` became."""
        given = dict(options)
        most = given.pop("max_tokens", None)
        summarize = given.pop("flow", None)
        if type(most) is not int or most < 1:
            raise UsageError("a `summarize` memory needs `max_tokens`, a whole number above zero")
        if given:
            raise UsageError(f"a `summarize` memory takes no `{next(iter(given))}`")
        return cls(most, summarize)

    def _start_over(self) -> None:
        self._summary: str | None = None
        self._covered = 0
        """So many messages at the beginning are in the summary, but for those in `_kept`."""
        self._kept: list[Message] = []

    async def forget(self, *, label: str | None = None, last: int | None = None) -> None:
        """Drop messages as `LocalMemory` does; the summary, which may tell of them, is dropped with them."""
        await super().forget(label=label, last=last)
        self._start_over()

    async def prepare_prompt(self, max_tokens: int | None = None) -> list[Message]:
        """Return the messages to send; where they are too many, a summary is written first."""
        most = self.max_tokens if max_tokens is None else min(max_tokens, self.max_tokens)
        sent = self._sent()
        if sum(map(estimated_tokens, sent)) > most and await self._shorten(most // _SHARE):
            sent = self._sent()
        return sent

    def _sent(self) -> list[Message]:
        """Return the messages in the order in which they are sent, the summary before those that are new."""
        summary = [] if self._summary is None else [User(f"What was said before, in short:\n{self._summary}")]
        order = Order()
        order.sort_in([*self._kept, *summary, *self.messages[self._covered :]])
        return order.all()

    async def _shorten(self, room: int) -> bool:
        """Write a summary of all but the newest messages, which have `room`; tell whether there was any."""
        end = self._newest(room)
        older = self.messages[self._covered : end]
        told = [message for message in older if not _stays(message)]
        if not told:
            return False
        lines = [] if self._summary is None else [f"(before: {self._summary})"]
        lines += [f"{message.name or message.role}: {_words(message)}" for message in told]
        if self.summarize is None:
            home, name = _USUAL
            self.summarize = getattr(import_module(home), name)()
        assert self.summarize is not None
        self._summary = await self.summarize("\n".join(lines))
        self._kept += [message for message in older if _stays(message)]
        self._covered = end
        return True

    def _newest(self, room: int) -> int:
        """Return where the newest messages that have room begin; calls of tools keep their results."""
        messages = self.messages
        start = len(messages)
        while start > self._covered:
            group = start - 1
            while group > self._covered and messages[group].role == "tool":
                group -= 1
            room -= sum(estimated_tokens(message) for message in messages[group:start] if not _stays(message))
            if room < 0 and start < len(messages):
                break
            start = group
        return start

    def _copy(self) -> Self:
        copy = super()._copy()
        copy.max_tokens, copy.summarize = self.max_tokens, self.summarize
        copy._summary, copy._covered, copy._kept = self._summary, self._covered, self._kept.copy()
        return copy


def _stays(message: Message) -> bool:
    """Tell whether a message is sent as it is, however old."""
    return message.sticky is not None or message.role == "system"


def _words(message: Message) -> str:
    content = message.content
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "[attachment]") for part in content)

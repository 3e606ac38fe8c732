"""A chat in this process: its messages, what it remembers, and what of it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

from turbo_yaml.errors import UsageError
from turbo_yaml.memory.order import Order
from turbo_yaml.protocol import BaseMemory, Message

_SHORT: Final = 32
"""Up to so many messages it costs less to look at all than to keep them in order."""


class LocalMemory(BaseMemory):
    """Keeps everything. Messages may be appended to `messages`: what is sent is put in order when asked for.

    Of the messages with one label only the last is sent. Sticky ones stand at the top or the bottom, in the
    order in which their labels first came.
    """

    __slots__ = ("_order", "messages", "state")

    def __init__(self, messages: Iterable[Message] = (), state: Mapping[str, Any] | None = None) -> None:
        self.messages: list[Message] = [*messages]
        self.state: dict[str, Any] = {**state} if state else {}
        self._order: Order | None = None

    @classmethod
    def declared(cls, options: Mapping[str, Any]) -> LocalMemory:
        """Return a new memory with the keys that a flow declares beside `kind: local`: there are none."""
        if options:
            raise UsageError(f"a `local` memory takes no `{next(iter(options))}`")
        return cls()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.messages)} messages)"

    async def get(self) -> list[Message]:
        """Return every message kept, oldest first."""
        return self.messages.copy()

    async def extend(self, messages: Iterable[Message]) -> None:
        """Add messages at the end."""
        self.messages.extend(messages)

    async def append(self, message: Message) -> None:
        """Add one message at the end."""
        self.messages.append(message)

    async def forget(self, *, label: str | None = None, last: int | None = None) -> None:
        """Drop the messages with a label, or the last so many, or all; a tool's result goes with its call."""
        if label is not None:
            kept = [message for message in self.messages if message.label != label]
        elif last is None:
            kept = []
        else:
            end = max(0, len(self.messages) - max(0, last))
            while 0 < end < len(self.messages) and self.messages[end].role == "tool":
                end -= 1
            kept = self.messages[:end]
        self.messages[:] = kept
        self._order = None

    async def get_state(self) -> Mapping[str, Any]:
        """Return what was remembered, by name."""
        return self.state

    async def set_state(self, state: Mapping[str, Any], *, merge: bool = False) -> None:
        """Replace what was remembered, or with `merge` add to it."""
        self.state = {**self.state, **state} if merge else {**state}

    async def prepare_prompt(self, max_tokens: int | None = None) -> list[Message]:
        """Return the messages to send; with `max_tokens` as many of the newest as are estimated to fit."""
        return self.prompt(max_tokens)

    def prompt(self, max_tokens: int | None = None) -> list[Message]:
        """Return the messages to send: `prepare_prompt` without the wait."""
        messages = self.messages
        if max_tokens is None and len(messages) <= _SHORT:
            plain = [said for said in messages if said.label is None and said.sticky is None]
            special = len(messages) - len(plain)
            if special == 0:
                return plain
            if special == 1 and messages[0].sticky == "top":
                return [messages[0], *plain]
        order = self._order
        if order is None:
            order = self._order = Order()
        order.sort_in(messages)
        return order.all() if max_tokens is None else order.newest(max_tokens)

    async def fork(self) -> Self:
        """Return a copy that goes its own way: what is said or remembered there ends with it."""
        return self._copy()

    def _copy(self) -> Self:
        copy = object.__new__(type(self))
        copy.messages = self.messages.copy()
        copy.state = self.state.copy()
        copy._order = None if self._order is None else self._order.copy()
        return copy

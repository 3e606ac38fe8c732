"""A chat in this process: its messages, what it remembers, and what of it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Self, overload

from turbo_yaml.errors import UsageError
from turbo_yaml.memory.order import Order
from turbo_yaml.protocol import BaseMemory, Message

_SHORT: Final = 64
"""Up to so many messages a copy costs no more than a view."""


class Beginning(Sequence[Message]):
    """The messages that a list had when this was made. The list may only grow."""

    __slots__ = ("_length", "_messages")

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages
        self._length = len(messages)

    @property
    def whole(self) -> list[Message]:
        """The list itself, with what was added since."""
        return self._messages

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Message]:
        return islice(self._messages, self._length)

    @overload
    def __getitem__(self, index: int) -> Message: ...

    @overload
    def __getitem__(self, index: slice) -> list[Message]: ...

    def __getitem__(self, index: int | slice) -> Message | list[Message]:
        if isinstance(index, slice):
            return self._messages[: self._length][index]
        return self._messages[range(self._length)[index]]


class LocalMemory(BaseMemory):
    """Keeps everything. Messages may be appended to `messages`: what is sent is put in order when asked for.

    Of the messages with one label only the last is sent. Sticky ones stand at the top or the bottom, in the
    order in which their labels first came.
    """

    __slots__ = ("_first", "_looked_at", "_order", "messages", "state")

    def __init__(self, messages: Iterable[Message] = (), state: Mapping[str, Any] | None = None) -> None:
        self.messages: list[Message] = [*messages]
        self.state: dict[str, Any] = {**state} if state else {}
        self._order: Order | None = None
        """Needed once messages are not sent in the order in which they came."""
        self._looked_at = 0
        self._first = 0
        """How many messages at the beginning are sticky at the top: they are there anyway."""

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
        # A new list: who was given the old one keeps it as it was.
        self.messages = kept
        self._order = None
        self._looked_at = self._first = 0

    async def get_state(self) -> Mapping[str, Any]:
        """Return what was remembered, by name."""
        return self.state

    async def set_state(self, state: Mapping[str, Any], *, merge: bool = False) -> None:
        """Replace what was remembered, or with `merge` add to it."""
        self.state = {**self.state, **state} if merge else {**state}

    async def prepare_prompt(self, max_tokens: int | None = None) -> list[Message]:
        """Return the messages to send; with `max_tokens` as many of the newest as are estimated to fit."""
        return [*self.prompt(max_tokens)]

    def prompt(self, max_tokens: int | None = None) -> Sequence[Message]:
        """Return the messages to send: `prepare_prompt` without the wait, and mostly without a copy."""
        messages = self.messages
        order = self._order
        if order is None and max_tokens is None and self._in_order(messages):
            return messages.copy() if len(messages) <= _SHORT else Beginning(messages)
        if order is None or order.seen > len(messages):
            order = self._order = Order()
        order.sort_in(messages)
        return order.all() if max_tokens is None else order.newest(max_tokens)

    def _in_order(self, messages: list[Message]) -> bool:
        """Tell whether messages are sent in the order in which they came, looking at the new ones only."""
        if self._looked_at > len(messages):
            self._looked_at = self._first = 0
        new = messages[self._looked_at :] if self._looked_at else messages
        for message in new:
            if message.label is not None or message.sticky is not None:
                first = self._first
                if message.sticky != "top" or messages[first] is not message:
                    return False
                if first and message.label in [said.label for said in messages[:first] if said.label]:
                    return False
                self._first = first + 1
        self._looked_at = len(messages)
        return True

    async def fork(self) -> Self:
        """Return a copy that goes its own way: what is said or remembered there ends with it."""
        return self._copy()

    def _copy(self) -> Self:
        copy = object.__new__(type(self))
        copy.messages = self.messages.copy()
        copy.state = self.state.copy()
        copy._order = None if self._order is None else self._order.copy()
        copy._looked_at = self._looked_at
        copy._first = self._first
        return copy

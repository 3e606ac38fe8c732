"""A chat in this process: its messages, what it remembers, and what of it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self, cast

from turbo_yaml.errors import UsageError
from turbo_yaml.memory.window import estimated_tokens, newest
from turbo_yaml.protocol import BaseMemory, Message


class LocalMemory(BaseMemory):
    """Keeps everything in lists. Messages may be appended to `messages`; what is sent is sorted in on demand.

    Of the messages with one label only the last is sent. Sticky ones stand at the top or the bottom, in the
    order in which their labels first came.
    """

    __slots__ = (
        "_bottom",
        "_holes",
        "_labels",
        "_middle",
        "_sorted",
        "_systems",
        "_top",
        "messages",
        "state",
    )

    def __init__(self, messages: Iterable[Message] = (), state: Mapping[str, Any] | None = None) -> None:
        self.messages: list[Message] = list(messages)
        self.state: dict[str, Any] = dict(state or {})
        self._start()

    @classmethod
    def declared(cls, options: Mapping[str, Any]) -> LocalMemory:
        """Return a new memory with the keys that a flow declares beside `kind: local`: there are none."""
        if options:
            raise UsageError(f"a `local` memory takes no `{next(iter(options))}`")
        return cls()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.messages)} messages)"

    def _start(self) -> None:
        self._sorted = 0
        self._top: dict[str | int, Message] = {}
        self._bottom: dict[str | int, Message] = {}
        self._middle: list[Message | None] = []
        self._labels: dict[str, int] = {}
        self._systems: list[int] = []
        self._holes = 0

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
        self._start()

    async def get_state(self) -> Mapping[str, Any]:
        """Return what was remembered, by name."""
        return self.state

    async def set_state(self, state: Mapping[str, Any], *, merge: bool = False) -> None:
        """Replace what was remembered, or with `merge` add to it."""
        self.state = {**self.state, **state} if merge else dict(state)

    async def prepare_prompt(self, max_tokens: int | None = None) -> list[Message]:
        """Return the messages to send; with `max_tokens` as many of the newest as are estimated to fit."""
        return self.prompt(max_tokens)

    def prompt(self, max_tokens: int | None = None) -> list[Message]:
        """Return the messages to send: `prepare_prompt` without the wait."""
        if self._sorted != len(self.messages):
            self._sort_in()
        if max_tokens is not None:
            sticky = sum(map(estimated_tokens, (*self._top.values(), *self._bottom.values())))
            middle = newest(self._middle, self._systems, max_tokens - sticky)
        elif self._holes:
            middle = [message for message in self._middle if message is not None]
        else:
            middle = cast(list[Message], self._middle)
        return [*self._top.values(), *middle, *self._bottom.values()]

    async def fork(self) -> Self:
        """Return a copy that goes its own way: what is said or remembered there ends with it."""
        return self._copy()

    def _copy(self) -> Self:
        copy = object.__new__(type(self))
        copy.messages = self.messages.copy()
        copy.state = self.state.copy()
        copy._sorted = self._sorted
        copy._top = self._top.copy()
        copy._bottom = self._bottom.copy()
        copy._middle = self._middle.copy()
        copy._labels = self._labels.copy()
        copy._systems = self._systems.copy()
        copy._holes = self._holes
        return copy

    def _sort_in(self) -> None:
        """Bring the order of sending up to date with the messages that came since the last time."""
        messages, middle = self.messages, self._middle
        if self._sorted > len(messages):
            self._start()
            middle = self._middle
        for position in range(self._sorted, len(messages)):
            message = messages[position]
            label = message.label
            if label is not None:
                self._take_out(label, message.sticky)
            if message.sticky is None:
                if label is not None:
                    self._labels[label] = len(middle)
                if message.role == "system":
                    self._systems.append(len(middle))
                middle.append(message)
            else:
                side = self._top if message.sticky == "top" else self._bottom
                side[position if label is None else label] = message
        self._sorted = len(messages)
        if self._holes > 32 and self._holes * 2 > len(middle):
            self._close_holes()

    def _take_out(self, label: str, sticky: str | None) -> None:
        """Take out the message with a label; a sticky one that stays on its side is overwritten."""
        position = self._labels.pop(label, None)
        if position is not None:
            self._middle[position] = None
            self._holes += 1
        if sticky != "top":
            self._top.pop(label, None)
        if sticky != "bottom":
            self._bottom.pop(label, None)

    def _close_holes(self) -> None:
        kept = [message for message in self._middle if message is not None]
        self._middle = list(kept)
        self._labels = {m.label: position for position, m in enumerate(kept) if m.label is not None}
        self._systems = [position for position, m in enumerate(kept) if m.role == "system"]
        self._holes = 0

"""The messages of a chat to the order in which they are sent, brought up to date as they come."""

from __future__ import annotations

from collections.abc import Sequence

from turbo_yaml.memory.window import estimated_tokens, newest
from turbo_yaml.protocol import Message


class Order:
    """The messages at the top, in the middle and at the bottom; None in the middle is not sent."""

    __slots__ = ("bottom", "holes", "labels", "middle", "searched", "seen", "systems", "top")

    def __init__(self) -> None:
        self.seen = 0
        """How many messages of the chat are in here."""
        self.top: dict[str | int, Message] = {}
        self.bottom: dict[str | int, Message] = {}
        self.middle: list[Message | None] = []
        self.holes = 0
        self.labels: dict[str, int] = {}
        """Where in the middle the message with a label is."""
        self.systems: list[int] = []
        self.searched = 0
        """How much of the middle was looked through for `systems`."""

    def copy(self) -> Order:
        """Return a copy that goes its own way."""
        copy = Order()
        copy.seen = self.seen
        copy.top = self.top.copy()
        copy.bottom = self.bottom.copy()
        copy.middle = self.middle.copy()
        copy.holes = self.holes
        copy.labels = self.labels.copy()
        return copy

    def sort_in(self, messages: Sequence[Message]) -> None:
        """Take in the messages of a chat that came since the last time."""
        for position, message in enumerate(messages[self.seen :], self.seen):
            if message.label is None and message.sticky is None:
                self.middle.append(message)
            else:
                self._place(message, position)
        self.seen = len(messages)
        if self.holes > 32 and self.holes * 2 > len(self.middle):
            self._close_holes()

    def _place(self, message: Message, position: int) -> None:
        """Put a message that has a label or is sticky where it belongs."""
        label = message.label
        if label is not None:
            self._take_out(label, message.sticky)
        if message.sticky is not None:
            side = self.top if message.sticky == "top" else self.bottom
            side[position if label is None else label] = message
            return
        if label is not None:
            self.labels[label] = len(self.middle)
        self.middle.append(message)

    def _take_out(self, label: str, sticky: str | None) -> None:
        """Take out the message with a label; a sticky one that stays on its side is overwritten in place."""
        position = self.labels.pop(label, None)
        if position is not None:
            self.middle[position] = None
            self.holes += 1
        if sticky != "top":
            self.top.pop(label, None)
        if sticky != "bottom":
            self.bottom.pop(label, None)

    def _close_holes(self) -> None:
        kept = [message for message in self.middle if message is not None]
        self.middle = [*kept]
        self.labels = {said.label: position for position, said in enumerate(kept) if said.label is not None}
        self.systems = []
        self.holes = self.searched = 0

    def all(self) -> list[Message]:
        """Return all messages that are sent."""
        middle = (message for message in self.middle if message is not None) if self.holes else self.middle
        return [*self.top.values(), *middle, *self.bottom.values()]

    def newest(self, max_tokens: int) -> list[Message]:
        """Return the newest messages that fit, and all that are sticky or have the role `system`."""
        sticky = sum(map(estimated_tokens, (*self.top.values(), *self.bottom.values())))
        window = newest(self.middle, self._systems(), max_tokens - sticky)
        return [*self.top.values(), *window, *self.bottom.values()]

    def _systems(self) -> list[int]:
        """Return where in the middle the messages with the role `system` are."""
        for position in range(self.searched, len(self.middle)):
            message = self.middle[position]
            if message is not None and message.role == "system":
                self.systems.append(position)
        self.searched = len(self.middle)
        return self.systems

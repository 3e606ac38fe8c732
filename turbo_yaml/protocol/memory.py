"""The memory of a chat: its messages and its state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from turbo_yaml.protocol.messages import Message


class BaseMemory(ABC):
    """What a driver needs of a memory. Hosts may bring their own."""

    __slots__ = ()

    async def setup(self, **options: Any) -> None:  # noqa: B027 (a memory that needs nothing says nothing)
        """Get ready: called once, before the first message. `options`: what its run was given for it."""

    async def release(self) -> None:  # noqa: B027 (a memory that holds nothing says nothing)
        """Let go of what one run at a time may hold: called when the run is over. What was said stays."""

    @abstractmethod
    async def get(self) -> list[Message]:
        """Return every message kept, oldest first."""

    @abstractmethod
    async def extend(self, messages: Iterable[Message]) -> None:
        """Add messages at the end."""

    async def append(self, message: Message) -> None:
        """Add one message at the end."""
        await self.extend([message])

    @abstractmethod
    async def forget(self, *, label: str | None = None, last: int | None = None) -> None:
        """Drop the messages with a label, or the last so many, or all of them."""

    @abstractmethod
    async def get_state(self) -> Mapping[str, Any]:
        """Return what was remembered, by name."""

    @abstractmethod
    async def set_state(self, state: Mapping[str, Any], *, merge: bool = False) -> None:
        """Replace what was remembered, or with `merge` add to it."""

    @abstractmethod
    async def prepare_prompt(self, max_tokens: int | None = None) -> list[Message]:
        """Return the messages to send: sticky ones in their place, and no more than `max_tokens` of them."""

    @abstractmethod
    async def fork(self) -> BaseMemory:
        """Return a copy that goes its own way: what is said or remembered there ends with it."""

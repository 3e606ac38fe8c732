"""A chat that forgets: only the newest messages that fit are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self

from turbo_yaml.errors import UsageError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import Message


class TruncatedMemory(LocalMemory):
    """Keeps everything and sends about `max_tokens` of it: the oldest messages are left out first.

    `system` and sticky messages are always sent, and tool results only together with their call.
    """

    __slots__ = ("max_tokens",)

    def __init__(
        self, max_tokens: int, messages: Iterable[Message] = (), state: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(messages, state)
        self.max_tokens = max_tokens

    @classmethod
    def declared(cls, options: Mapping[str, Any]) -> TruncatedMemory:
        """Return a new memory with the keys that a flow declares: `max_tokens`, a whole number above zero."""
        given = dict(options)
        most = given.pop("max_tokens", None)
        if type(most) is not int or most < 1:
            raise UsageError("a `truncated` memory needs `max_tokens`, a whole number above zero")
        if given:
            raise UsageError(f"a `truncated` memory takes no `{next(iter(given))}`")
        return cls(most)

    def prompt(self, max_tokens: int | None = None) -> Sequence[Message]:
        """Return the messages to send: `prepare_prompt` without the wait."""
        return super().prompt(self.max_tokens if max_tokens is None else min(max_tokens, self.max_tokens))

    def _copy(self) -> Self:
        copy = super()._copy()
        copy.max_tokens = self.max_tokens
        return copy


AT_HAND: Final = frozenset((LocalMemory, TruncatedMemory))
"""Memories that need not be waited for: `messages` may be appended to, and `prompt` says what is sent.

Exactly these classes: one that a host derives may do something else.
"""

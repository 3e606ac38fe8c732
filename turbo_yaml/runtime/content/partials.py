"""The pieces of a reply that is data to its value so far."""

from __future__ import annotations

from typing import Any, Final

from turbo_yaml.models.request import Delta
from turbo_yaml.types.declared import MISSING
from turbo_yaml.types.partial import partial_json
from turbo_yaml.types.wire import WRAPPED

_SHORT: Final = 16_384
"""Characters: up to here a reply is read anew with each piece, then whenever it has grown by an eighth."""


class Partials:
    """The value of one reply while it comes. It grows, and nothing of it is checked yet."""

    __slots__ = ("_next", "_text", "_value", "_wrapped")

    def __init__(self) -> None:
        self._text = ""
        self._value: Any = MISSING
        self._next = 0
        self._wrapped = False

    def add(self, delta: Delta) -> Any:
        """Return the value with this piece; MISSING where that is the same as before, or is none yet."""
        if delta.held:
            self._wrapped = True
        elif self._wrapped:
            return MISSING  # the whole reply, once more
        self._text += delta.held or delta.text
        length = len(self._text)
        if length < self._next:
            return MISSING
        self._next = length + (0 if length < _SHORT else length // 8)
        value = partial_json(self._text)
        if self._wrapped:
            value = value.get(WRAPPED, MISSING) if isinstance(value, dict) else MISSING
        if value is MISSING or (value == self._value and type(value) is type(self._value)):
            return MISSING
        self._value = value
        return value

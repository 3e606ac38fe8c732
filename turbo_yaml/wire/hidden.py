"""A secret that can be sent and not shown."""

from __future__ import annotations

from typing import Final

from turbo_yaml.wire.wording import masked

PLACE: Final = "{secret}"
"""What stands for the secret in a header."""

_MASK: Final = "***"
_SHORT: Final = 6  # characters: what is shorter is found in texts that have nothing to do with it


class Hidden:
    """A secret, or none. Printing it, in an error or in the locals of a traceback, shows stars."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return _MASK if self._text else "''"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret cannot be copied or written to a file")

    def plain(self) -> str:
        """Return the secret, for the one place that sends it."""
        return self._text

    def into(self, text: str) -> str:
        """Return a header's text with the secret in its place."""
        return text.replace(PLACE, self._text)

    def out_of(self, text: str) -> str:
        """Return a text for an error, without the secret and what looks like one."""
        return masked(text, self._text)

    def out_of_bytes(self, data: bytes) -> bytes:
        """Return data without the secret: a server may send back the headers it got."""
        return data if len(self._text) < _SHORT else data.replace(self._text.encode(), _MASK.encode())

"""What a server says, in one piece or in many, without the secret that was sent to it."""

from __future__ import annotations

from typing import Final

_MASK: Final = "***"
_SHORTEST: Final = 8
_LONG: Final = 20
"""Characters from which a key without a digit is one: shorter, it is `not-needed`, `lm-studio` or such."""


def is_worth_hiding(secret: str) -> bool:
    """Tell whether a key is one: local servers are given words that stand in texts by themselves."""
    return len(secret) >= _LONG or (
        len(secret) >= _SHORTEST and any(character.isdigit() for character in secret)
    )


class Veil:
    """Puts `***` in place of a secret. None, or what is not worth hiding: shows texts as they are."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str | None) -> None:
        self._secret = secret if secret is not None and is_worth_hiding(secret) else ""

    def __bool__(self) -> bool:
        return bool(self._secret)

    def __repr__(self) -> str:
        return "Veil()"

    def over(self, text: str) -> str:
        """Return a whole text without the secret."""
        return text.replace(self._secret, _MASK) if self._secret else text

    def pieces(self) -> Pieces:
        """Return what takes one text in pieces."""
        return Pieces(self._secret)


class Pieces:
    """One text as it comes. What may be the beginning of the secret is held back until more is known."""

    __slots__ = ("_held", "_secret")

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._held = ""

    def add(self, piece: str) -> str:
        """Return what can be shown now that a piece has come."""
        text = (self._held + piece).replace(self._secret, _MASK)
        at = max(len(text) - len(self._secret) + 1, 0)
        while at < len(text) and not self._secret.startswith(text[at:]):
            at += 1
        self._held = text[at:]
        return text[:at]

    def rest(self) -> str:
        """Return what was held back to the end."""
        held, self._held = self._held, ""
        return held

"""What a server or a failed connection said, to a few words that can be shown."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 400  # characters
_MASK = "***"
_KEY_LIKE = re.compile(r"\b(sk|pk|gsk|xai|hf|r8|key|nvapi|csk|fw|tgp|pplx|ghp|AIza)[-_]?[A-Za-z0-9_\-*]{12,}")
_BEARER = re.compile(r"\b(bearer\s+)[^\s\"',;]{4,}", re.IGNORECASE)
_USER_INFO = re.compile(r"//[^/@\s]*@")


def shown(text: str, secret: str | None) -> str:
    """Return text as it may stand in an error: one line, shortened, without the secret that was sent."""
    return one_line(masked(text, secret))  # in this order: half a key that is cut off would show


def one_line(text: str) -> str:
    """Return text as one line without control characters, shortened."""
    text = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text[: 4 * LONGEST])
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def masked(text: str, secret: str | None) -> str:
    """Return text without the secret that was sent, nor what looks like one."""
    if secret is not None and len(secret) >= 4:
        text = text.replace(secret, _MASK)
    return _BEARER.sub(rf"\1{_MASK}", _KEY_LIKE.sub(_MASK, text))


def shown_address(address: str) -> str:
    """Return an address without the parts that may hold a secret."""
    return _USER_INFO.sub("//", address.partition("?")[0])


def reason(error: BaseException) -> str:
    """Return why a connection failed, in a few words: from the operating system's error beneath, if any."""
    text = ""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            break
        if isinstance(seen, ConnectionRefusedError):
            return "connection refused"
        if isinstance(seen, ConnectionResetError | BrokenPipeError):
            return "connection reset"
        if type(seen).__name__ == "gaierror":
            return "there is no such host"
        text = str(seen) or text
        seen = seen.__cause__ or seen.__context__
    return text or type(error).__name__

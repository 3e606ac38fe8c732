"""A fault to the error that the user sees: one line, the next move, and never a key."""

from __future__ import annotations

import re
import unicodedata

from turbo_yaml.errors import ModelError
from turbo_yaml.models.faults import KINDS, SERVER, Fault
from turbo_yaml.models.providers import Provider

_LONGEST = 400
_MASK = "***"
_KEY_LIKE = re.compile(r"\b(sk|pk|gsk|xai|hf|r8|key|nvapi|csk|fw|tgp|pplx|ghp|AIza)[-_]?[A-Za-z0-9_\-*]{12,}")
_BEARER = re.compile(r"\b(bearer\s+)[^\s\"',;]{4,}", re.IGNORECASE)
_USER_INFO = re.compile(r"//[^/@\s]*@")


def model_error(fault: Fault, provider: Provider, model: str, api_key: str | None) -> ModelError:
    """Return the error to raise for a fault of a call to a provider."""
    name = f"`{provider.name}`"
    message = fault.message
    if message.startswith(SERVER):
        message = name + message[len(SERVER) :]
    hint = KINDS[fault.kind].hint if fault.hint is None else fault.hint
    for place, value in (
        ("{key}", _key_hint(provider)),
        ("{model}", model),
        ("{provider}", provider.name),
        ("{url}", shown_address(provider.base_url)),
    ):
        hint = hint.replace(place, value)
    return ModelError(
        _shown(message, api_key),
        kind=fault.kind,
        retryable=fault.retryable,
        retry_after=fault.retry_after,
        status=fault.status,
        hint=_shown(hint, api_key) or None,
    )


def _key_hint(provider: Provider) -> str:
    if provider.api_key_env is not None:
        return (
            f"set the environment variable `{provider.api_key_env}` to a key that `{provider.name}` accepts"
        )
    return f"the server wants a key: name its environment variable in `providers.{provider.name}.api_key_env`"


def shown_address(address: str) -> str:
    """Return an address without the parts that may hold a secret."""
    return _USER_INFO.sub("//", address.partition("?")[0])


def _shown(text: str, api_key: str | None) -> str:
    return one_line(masked(text, api_key))  # in this order: half a key that is cut off would show


def one_line(text: str) -> str:
    """Return text as one line without control characters, shortened."""
    text = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text[: 4 * _LONGEST])
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def masked(text: str, api_key: str | None) -> str:
    """Return text without the key that was sent, nor what looks like one."""
    if api_key is not None and len(api_key) >= 4:
        text = text.replace(api_key, _MASK)
    return _BEARER.sub(rf"\1{_MASK}", _KEY_LIKE.sub(_MASK, text))

"""What is to be stored, without the secrets in it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from turbo_yaml.errors import UsageError
from turbo_yaml.settings.keychain import Keychain
from turbo_yaml.settings.secrets import MASK, is_secret_name, without_secrets

_SHORTEST: Final = 8
"""Shorter values of variables are no secrets worth the name, and words of their own."""
_SHORTEST_GIVEN: Final = 4
"""An input that was given under a secret's name is one even where it is short."""


def known_secrets() -> tuple[str, ...]:
    """Return what the environment holds in variables whose names say that it is secret, and the keys kept."""
    kept: list[str] = []
    with suppress(UsageError):  # such keys are not used, either
        kept = Keychain().values()
    return (*(value for name, value in os.environ.items() if is_secret_name(name)), *kept)


def without_known(secrets: Iterable[str], texts: Iterable[str]) -> bool:
    """Tell whether none of the secrets that are worth the name stands in any of the texts."""
    long = [secret for secret in secrets if len(secret) >= _SHORTEST]
    return not any(secret in text for text in texts for secret in long)


class Privacy:
    """Masks what must not be stored: keys by their form, given values, and what fits the given patterns.

    A text is always masked in the same way: what is compared later is the masked text.
    """

    def __init__(
        self, patterns: Iterable[str] = (), secrets: Iterable[str] = (), given: Iterable[str] = ()
    ) -> None:
        found = {secret for secret in secrets if len(secret) >= _SHORTEST}
        found |= {secret for secret in given if len(secret) >= _SHORTEST_GIVEN}
        self._secrets = sorted(found, key=len, reverse=True)
        try:
            self._patterns = [re.compile(pattern) for pattern in patterns]
        except re.error as problem:
            raise UsageError(
                f"`redact` holds `{problem.pattern!s:.80}`, which is no pattern: {problem}"
            ) from None

    @classmethod
    def of(cls, patterns: Iterable[str], secrets: Iterable[str], inputs: Mapping[str, Any]) -> Privacy:
        """Return what masks secrets, and those among the inputs, which are known by their names."""
        given = [value for name, value in inputs.items() if is_secret_name(name) and isinstance(value, str)]
        return cls(patterns, secrets, given)

    def text(self, text: str) -> str:
        """Return a text with `***` in place of what is secret."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, MASK)
        for pattern in self._patterns:
            text = pattern.sub(MASK, text)
        return without_secrets(text)

    def data(self, value: Any) -> Any:
        """Return JSON data with its texts masked, and whole where a key names a secret."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                str(k): MASK if isinstance(v, str) and is_secret_name(str(k)) else self.data(v)
                for k, v in value.items()
            }
        if isinstance(value, Collection):
            return [self.data(item) for item in value]
        return value

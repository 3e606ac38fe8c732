"""What looks like a secret, so that it is refused in files and never shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.records import replace
from turbo_yaml.source import Source, Span

MASK: Final = "***"

_NAME: Final = (
    r"(?:^|[_\-. ])(?:api[_-]?key|apikey|access[_-]?key|private[_-]?key|secret(?:[_-]?key)?|password|passwd"
    r"|passphrase|authorization|cookie|credentials?|(?:access|auth|bearer|refresh|session|id|api)[_-]?token"
    r"|token)$"
)
_VALUE: Final = r"""(?<![A-Za-z0-9])(?:
      (?:sk|rk|pk)-(?=[A-Za-z0-9_\-]{0,200}[0-9])[A-Za-z0-9_\-]{16,}   # OpenAI and those who copy its form
    | gsk_[A-Za-z0-9]{20,} | xai-[A-Za-z0-9]{20,} | hf_[A-Za-z0-9]{20,} | r8_[A-Za-z0-9]{20,}
    | AIza[A-Za-z0-9_\-]{30,} | AKIA[A-Z0-9]{16}
    | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_[A-Za-z0-9_]{30,} | glpat-[A-Za-z0-9_\-]{20,}
    | xox[abprs]-[A-Za-z0-9\-]{10,}
    | eyJ[A-Za-z0-9_\-]{10,400}\.eyJ[A-Za-z0-9_\-]{10,}
    | -----BEGIN\ [A-Z\ ]{0,40}PRIVATE\ KEY-----
    | [Bb]earer\ +[A-Za-z0-9._~+/\-]{8,}=* | [Bb]asic\ +[A-Za-z0-9+/]{8,}=*
    | (?i:[a-z][a-z0-9+.\-]{0,20}://[^/\s:@]{0,200}:[^/\s@]{1,200}@)  # a password in a URL
    )"""
_SIGNS: Final = (
    "sk-", "rk-", "pk-", "gsk_", "xai-", "hf_", "r8_", "AIza", "AKIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
    "github_pat_", "glpat-", "xox", "eyJ", "PRIVATE KEY", "earer ", "asic ", "://",
)  # fmt: skip
"""One of these is in every text that holds a secret by its form; to look for them is quick."""
_ENDINGS: Final = (
    "key", "secret", "password", "passwd", "passphrase", "authorization", "cookie", "credential",
    "credentials", "token",
)  # fmt: skip
"""With one of these every name of a secret ends."""


@cache
def _pattern(text: str, flags: re.RegexFlag) -> re.Pattern[str]:
    """Compile a pattern when it is first needed, which most runs never come to."""
    return re.compile(text, flags)


def is_secret_name(name: str) -> bool:
    """Tell whether a key, a header or a variable of this name holds a secret."""
    ending = name.casefold().rstrip()
    return ending.endswith(_ENDINGS) and _pattern(_NAME, re.IGNORECASE).search(name) is not None


def is_secret_value(value: Any) -> bool:
    """Tell whether a value is text that has the form of a key, a token or a password in a URL."""
    if not isinstance(value, str) or not any(sign in value for sign in _SIGNS):
        return False
    return _pattern(_VALUE, re.VERBOSE).search(value) is not None


def find_secrets(text: str) -> Iterator[Span]:
    """Yield where something has the form of a key, a token or a password in a URL, in a text of any kind."""
    if not any(sign in text for sign in _SIGNS):
        return
    for found in _pattern(_VALUE, re.VERBOSE).finditer(text):
        word = found[0]
        prose = word[:6].casefold() in ("bearer", "basic ") and not any(char.isdigit() for char in word)
        if not prose and "{" not in word and "<" not in word and "$" not in word:
            yield Span(*found.span())


def without_secrets(text: str) -> str:
    """Return a text with `***` in place of whatever has the form of a key, a token or a password in a URL."""
    for sign in _SIGNS:
        if sign in text:
            return _pattern(_VALUE, re.VERBOSE).sub(MASK, text)
    return text


def masked(value: Any, name: str = "") -> Any:
    """Return a scalar as it may be shown: text that is secret by its form or by the key's name is `***`."""
    return MASK if isinstance(value, str) and (is_secret_name(name) or is_secret_value(value)) else value


def covered(found: list[Diagnostic], source: Source, spans: Iterable[Span]) -> list[Diagnostic]:
    """Return findings about a source over the same text with stars on the spans."""
    text = list(source.text)
    for start, end in spans:
        text[start:end] = ["*" if char not in "\r\n" else char for char in text[start:end]]
    starred = Source(source.name, "".join(text))
    return [replace(diagnostic, source=starred) for diagnostic in found]

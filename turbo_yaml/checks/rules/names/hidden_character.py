"""A character that cannot be seen, or that turns the direction of what is seen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Span

RULE = Rule("hidden-character", "warning", "A character cannot be seen, or turns the direction of the text.")
_HIDDEN: Final = "[\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\U000e0000-\U000e007f]"
_FLAG: Final = "\U0001f3f4[\U000e0020-\U000e007f]+"
"""The flag of a part of a country, which is written with such characters."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the characters that a model reads and a person does not."""
    text = subject.source.text
    if text.isascii() or re.search(_HIDDEN, text) is None:
        return
    flags = [found.span() for found in re.finditer(_FLAG, text)]
    for found in re.finditer(_HIDDEN, text):
        if any(start <= found.start() < end for start, end in flags):
            continue
        name = unicodedata.name(found[0], "a tag character").lower()
        message = f"there is a character here that cannot be seen: U+{ord(found[0]):04X} {name}"
        help_ = "remove it, or write it as an escape in double quotes"
        yield RULE.at(subject.source, Span(*found.span()), message, help_)

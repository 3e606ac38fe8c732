"""Text behind a `#`, which YAML takes for a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from turbo_yaml.checks.ignores import scalars
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Span

RULE = Rule("text-in-comment", "warning", "The rest of a text is a comment, because ` #` stands in it.")
_MARK: Final = r"(?<=\S)[ \t]+(#[^\s#!][^\r\n]*)"


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield comments right behind a text without quotes, with no space after the `#`."""
    text = subject.source.text
    marks = [*re.finditer(_MARK, text)] if "#" in text else []
    if not marks:
        return
    ends = {span.end: span for span in scalars(subject.source) if text[span.start] not in "\"'|>"}
    for found in marks:
        span = ends.get(found.start())
        if span is not None and " " in text[span.start : span.end]:
            message = f"`{_shown(found[1])}` is a comment to YAML, and not a part of the text"
            help_ = "put the text in quotes; a comment has a space after its `#`"
            yield RULE.at(subject.source, Span(*found.span(1)), message, help_)


def _shown(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"

"""Quotes, spaces and colons that are missing, and characters that are too many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.edits import Edit
from turbo_yaml.flow.vocabulary import HEADS
from turbo_yaml.source import Span
from turbo_yaml.syntax.lines import Line, before_comment, line_at, next_line
from turbo_yaml.syntax.mistakes.site import leave_a_space, quoted

_BRACES: Final = re.compile(r"""(["'])\s*\{\{[-+]?\s*(.*?)\s*-?\}\}\s*\1""")
_PLAIN: Final = re.compile(r"[A-Za-z_][\w .()<>=+*/%|-]*")
_DATE: Final = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"
_TIME: Final = r"[0-9]+(?::[0-5]?[0-9])+"
_MOMENT: Final = re.compile(f"(?:{_DATE}|{_TIME})")
_KEY_IN_TEXT: Final = re.compile(r"(\w+):(?:\s|$)")
_LONGEST: Final = 4000
_KEYS: Final = frozenset(HEADS).union(*(verb.table for verb in HEADS.values()))


def quoted_template(finding: Diagnostic) -> Sequence[Edit]:
    """Put a value that begins with a template into quotes."""
    return _in_quotes(finding, finding.span)


def quoted_value(finding: Diagnostic) -> Sequence[Edit]:
    """Put a value that begins with a character of YAML's own into quotes, if it ends with its line."""
    line = line_at(finding.source.text, finding.span.start)
    if finding.span.start != line.value:
        return ()
    return _in_quotes(finding, _value(finding, line))


def quoted_text(finding: Diagnostic) -> Sequence[Edit]:
    """Put a text with `: ` in it into quotes, unless the colon ends what could be the next key."""
    text = finding.source.text
    line = line_at(text, finding.span.start)
    if not 0 <= line.colon < finding.span.start:
        return ()
    span = _value(finding, line)
    keys = {found[1] for found in _KEY_IN_TEXT.finditer(text, *span)}
    if keys & _KEYS or text[span.start] in "\"'[{|>&*!":
        return ()
    return _in_quotes(finding, span)


def quoted_moment(finding: Diagnostic) -> Sequence[Edit]:
    """Put a date or a time into quotes: JSON has no other form for it than text."""
    written = finding.source.text[finding.span.start : finding.span.end]
    return _in_quotes(finding, finding.span) if _MOMENT.fullmatch(written) else ()


def _value(finding: Diagnostic, line: Line) -> Span:
    return Span(line.value, before_comment(finding.source.text, line.value, line.end))


def _in_quotes(finding: Diagnostic, span: Span) -> Sequence[Edit]:
    text = finding.source.text[span.start : span.end]
    if not text or len(text) > _LONGEST or not text.isprintable():
        return ()
    return [Edit(span, quoted(text))]


def without_braces(finding: Diagnostic) -> Sequence[Edit]:
    """Leave the braces around an expression out, and the quotes where it needs none."""
    found = _BRACES.fullmatch(finding.source.text[finding.span.start : finding.span.end])
    if found is None or "{{" in found[2]:
        return ()
    quote, inner = found.groups()
    return [Edit(finding.span, inner if _PLAIN.fullmatch(inner) else f"{quote}{inner}{quote}")]


def space_after(finding: Diagnostic) -> Sequence[Edit]:
    """Put a space behind a colon or a dash."""
    return [Edit(Span(finding.span.end, finding.span.end), " ")]


def space_after_tag(finding: Diagnostic) -> Sequence[Edit]:
    """Put a space between a tag and the bracket or comma that it swallowed."""
    text = finding.source.text[finding.span.start : finding.span.end]
    if leave_a_space(text) is None:
        return ()
    at = finding.span.start + len(re.match(r"![A-Za-z]+", text)[0])  # type: ignore[index]
    return [Edit(Span(at, at), " ")]


def colon_after_verb(finding: Diagnostic) -> Sequence[Edit]:
    """Put a colon behind a verb that has keys below it, in its own column."""
    text, span = finding.source.text, finding.span
    above, below = line_at(text, span.start), line_at(text, next_line(text, span.end))
    if text[span.start : span.end] not in HEADS or below.colon < 0:
        return ()
    if above.lead != span.start or below.lead - below.start != above.lead - above.start:
        return ()
    return [Edit(Span(span.end, span.end), ":")]


def without_mark(finding: Diagnostic) -> Sequence[Edit]:
    """Remove a byte order mark in the middle of a file: it is left over from another file's beginning."""
    return _without(finding, "\ufeff", "\ufeff")


def without_tag(finding: Diagnostic) -> Sequence[Edit]:
    """Remove a tag character: no script is written with it, and no person sees it."""
    return _without(finding, "\U000e0000", "\U000e007f")


def _without(finding: Diagnostic, first: str, last: str) -> Sequence[Edit]:
    text = finding.source.text[finding.span.start : finding.span.end]
    return [Edit(finding.span, "")] if text and all(first <= char <= last for char in text) else ()

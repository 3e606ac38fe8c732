"""Comments that let be what is not there, to nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from turbo_yaml.checks.registry import OWN
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.edits import Edit
from turbo_yaml.source import Span

_COMMENT: Final = re.compile(r"[ \t]*#[ \t]*turbo-yaml: ignore\[([^\]\n\r]*)\][^\n\r]*")


def without_name(finding: Diagnostic) -> Sequence[Edit]:
    """Take a rule out of a comment, and the comment away where it names no other."""
    source, span = finding.source, finding.span
    if source.text[span.start : span.end] not in OWN:
        return ()
    line = source.position(span.start).line
    start = source.starts[line - 1]
    written = source.line_text(line)
    comment = next(
        (c for c in _COMMENT.finditer(written) if c.start(1) <= span.start - start < c.end(1)), None
    )
    if comment is None:
        return ()
    if comment[1].strip() != source.text[span.start : span.end]:
        return [Edit(_with_its_comma(source.text, span), "")]
    if not written[: comment.start()].strip():
        # A comment alone on its line goes with the line.
        end = source.starts[line] if line < len(source.starts) else len(source.text)
        return [Edit(Span(start, end), "")]
    return [Edit(Span(start + comment.start(), start + comment.end()), "")]


def _with_its_comma(text: str, span: Span) -> Span:
    """Return a name in a list with the comma behind it, or else the one before it."""
    behind = re.compile(r"\s*,\s*").match(text, span.end)
    if behind is not None:
        return Span(span.start, behind.end())
    before = re.search(r"\s*,\s*$", text[: span.start])
    return Span(before.start() if before else span.start, span.end)

"""Findings to those that are mistakes: what only follows from a slip in the YAML is left out."""

from __future__ import annotations

from typing import Final

from turbo_yaml.diagnostics.diagnostic import Diagnostic
from turbo_yaml.diagnostics.slips import one_for_each_slip
from turbo_yaml.records import Record
from turbo_yaml.source import Source, Span

_TORN: Final = frozenset(
    {
        "yaml-block-header",
        "yaml-colon-in-text",
        "yaml-documents",
        "yaml-duplicate-key",
        "yaml-indentation",
        "yaml-list-beside-key",
        "yaml-missing-colon",
        "yaml-missing-comma",
        "yaml-missing-dash",
        "yaml-missing-space",
        "yaml-missing-value",
        "yaml-syntax",
        "yaml-tab",
        "yaml-text-after-bracket",
        "yaml-text-after-quote",
        "yaml-unclosed-bracket",
        "yaml-unclosed-quote",
        "yaml-unopened-bracket",
    }
)
"""Slips after which keys and items near them may belong to others than their author meant."""
_OF_ABSENCE: Final = frozenset({"missing-key", "missing-value", "wrong-kind"})
"""What is said of a key that lacks something, which may be what was torn off further below."""
_OF_SIGNATURES: Final = frozenset({"missing-argument", "unknown-argument", "unknown-flow", "unknown-tool"})
"""What is said of the way flows fit together, each of which may be declared in what was lost."""


def without_consequences(found: list[Diagnostic]) -> list[Diagnostic]:
    """Return the findings without those that a slip in the YAML near them explains."""
    torn: dict[Source, list[_Torn]] = {}
    for finding in found:
        if finding.rule in _TORN:
            torn.setdefault(finding.source, []).append(_around(finding.source, finding.span.start))
    if torn:
        found = [finding for finding in found if not _follows(finding, torn.get(finding.source, []))]
    return one_for_each_slip(found)


class _Torn(Record):
    """Where keys and items may be misread, and where something may seem to be missing."""

    near: Span
    wide: Span


def _follows(finding: Diagnostic, torn: list[_Torn]) -> bool:
    if not torn or finding.rule.startswith("yaml-"):
        return False
    if finding.rule in _OF_SIGNATURES:
        return True
    spans = [slip.wide if finding.rule in _OF_ABSENCE else slip.near for slip in torn]
    return any(span.start <= finding.span.start < span.end for span in spans)


def _around(source: Source, at: int) -> _Torn:
    """Return the lines of what a place belongs to, and of what that belongs to."""
    line = source.position(at).line
    depth = _depth(source.line_text(line)) or 0
    parent, above = _above(source, line, depth)
    grand, higher = _above(source, parent, above)
    near = _lines(source, grand, line, higher) if above > 0 else _lines(source, parent, line, above)
    return _Torn(near, _lines(source, grand, line, higher) if above > 0 else Span(0, len(source.text) + 1))


def _above(source: Source, line: int, depth: int) -> tuple[int, int]:
    """Return the nearest line above that is less deep, and how deep it is; the same where there is none."""
    for number in range(line - 1, 0, -1):
        here = _depth(source.line_text(number))
        if here is not None and here < depth:
            return number, here
    return line, depth


def _lines(source: Source, first: int, last: int, depth: int) -> Span:
    """Return the span of some lines, and of those after them that are deeper."""
    count = len(source.starts)
    while last < count:
        here = _depth(source.line_text(last + 1))
        if here is not None and here <= depth:
            break
        last += 1
    return Span(source.starts[first - 1], source.starts[last] if last < count else len(source.text) + 1)


def _depth(line: str) -> int | None:
    """Return how deep a line is indented; None where it says nothing."""
    text = line.lstrip(" \t")
    return None if not text or text.startswith("#") else len(line) - len(text)

"""A text with mistakes to the same text with those mended that have a fix, as far as that makes it better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from turbo_yaml.checks.fixes.table import fix_of
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.edits import Edit, applied, overlap
from turbo_yaml.source import Source

_MOST_ROUNDS: Final = 100
_INSIDE: Final = frozenset(
    {
        "ambiguous-value",
        "template-in-condition",
        "unknown-filter",
        "unknown-flow",
        "unknown-name",
        "unknown-test",
    }
)
"""Mistakes in values: those of a step or key that was misspelt are seen only once it is spelt right."""

Check = Callable[[str], list[Diagnostic]]


class Mended(NamedTuple):
    """A text after some fixes, and how many findings they mended."""

    text: str
    fixed: int


class _Try(NamedTuple):
    """Some findings and the edits that are to mend them."""

    findings: Sequence[Diagnostic]
    edits: Sequence[Edit]


def mend(text: str, check: Check) -> Mended:
    """Return a text with what can be mended mended. `check` returns what is wrong in the text given, alone.

    Every fix is tried: one that leaves its finding, or brings another mistake with it, is not made.
    """
    found = check(text)
    fixed = 0
    refused: set[tuple[str, str, int]] = set()
    for _ in range(_MOST_ROUNDS):
        todo = _tries(found, refused)
        if not todo:
            break
        together = _together(todo)
        for attempt in [together, *todo] if len(together.findings) > 1 else todo[:1]:
            new = applied(text, attempt.edits)
            after = check(new)
            if _is_better(found, after, attempt, new):
                text, found = new, after
                fixed += len(attempt.findings)
                break
            if len(attempt.findings) == 1:
                refused.add(_key(attempt.findings[0]))
    return Mended(text, fixed)


def _tries(found: Iterable[Diagnostic], refused: set[tuple[str, str, int]]) -> list[_Try]:
    return [_Try([one], edits) for one in found if _key(one) not in refused and (edits := fix_of(one))]


def _together(tries: Iterable[_Try]) -> _Try:
    """Return as many of the tries as touch different places."""
    findings: list[Diagnostic] = []
    edits: list[Edit] = []
    for each in tries:
        if not any(overlap(new, old) for new in each.edits for old in edits):
            findings += each.findings
            edits += each.edits
    return _Try(findings, edits)


def _key(finding: Diagnostic) -> tuple[str, str, int]:
    """Return what tells a finding from others, in the same text."""
    return (finding.rule, finding.message, finding.span.start)


def _is_better(before: list[Diagnostic], after: list[Diagnostic], attempt: _Try, text: str) -> bool:
    """Tell whether what was to be mended is, and nothing was broken for it.

    Where YAML could not be read, more of the file can be read now, and its mistakes are no fault of the fix.
    """
    source = Source("", text)
    lines = _lines(attempt.edits, source)
    counts, left = Counter(map(_words, before)), Counter(map(_words, after))
    there = [one for one in after if source.position(one.span.start).line in lines]
    for one in attempt.findings:
        words = _words(one)
        if left[words] >= counts[words] and words in map(_words, there):
            return False
    broken, still = (sum(one.rule.startswith("yaml-") for one in some) for some in (before, after))
    if any(one.rule.startswith("yaml-") for one in attempt.findings):
        return still < broken
    new = [one for one in there if one.rule not in _INSIDE and not counts[_words(one)]]
    new = [one for one in new if one.severity == "error"]
    return not new and still <= broken


def _words(finding: Diagnostic) -> tuple[str, str]:
    return (finding.rule, finding.message)


def _lines(edits: Iterable[Edit], source: Source) -> set[int]:
    """Return the lines of the new text that edits of the old one are on."""
    lines: set[int] = set()
    moved = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        start = edit.span.start + moved
        end = start + len(edit.text)
        if end > start or edit.span.end > edit.span.start:
            lines |= {*range(source.position(start).line, source.position(end).line + 1)}
        moved += len(edit.text) - (edit.span.end - edit.span.start)
    return lines

"""Findings to the forms that other programs read: one line each, or data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from turbo_yaml.diagnostics.diagnostic import Diagnostic
from turbo_yaml.diagnostics.edits import Edit
from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.source import Source, Span

FixOf: TypeAlias = Callable[[Diagnostic], Sequence[Edit]]
"""Returns what mends a finding, in the finding's own file; nothing where that is for a person."""


def no_fix(diagnostic: Diagnostic) -> Sequence[Edit]:
    """Mend nothing."""
    return ()


def render_concise(diagnostics: Iterable[Diagnostic]) -> str:
    """Return one line for each finding, sorted by place: `file:line:column: message [rule]`."""
    found = sorted(diagnostics, key=Diagnostic.sort_key)
    return "".join(f"{one_line(f'{d.where()}: {d.message} [{d.rule}]')}\n" for d in found)


def render_statistics(diagnostics: Iterable[Diagnostic], fix_of: FixOf = no_fix) -> str:
    """Return one line for each rule that was broken, the most often first: how often, and how severe."""
    rows = statistics(diagnostics, fix_of)
    if not rows:
        return ""
    count = max(len(str(row["count"])) for row in rows)
    rule = max(len(row["rule"]) for row in rows)
    return "".join(
        f"{row['count']:{count}}  {row['rule']:{rule}}  {row['severity']}".rstrip()
        + (f", {row['fixable']} fixable\n" if row["fixable"] else "\n")
        for row in rows
    )


def statistics(diagnostics: Iterable[Diagnostic], fix_of: FixOf = no_fix) -> list[dict[str, Any]]:
    """Return how often each rule was broken as JSON data, the most often first."""
    found = [*diagnostics]
    counts = Counter((one.rule, one.severity) for one in found)
    fixable = Counter((one.rule, one.severity) for one in found if fix_of(one))
    return [
        {"rule": rule, "severity": severity, "count": count, "fixable": fixable[rule, severity]}
        for (rule, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def to_data(diagnostics: Iterable[Diagnostic], fix_of: FixOf = no_fix) -> list[dict[str, Any]]:
    """Return findings as JSON data, sorted by place; lines and columns from 1, the end is exclusive."""
    return [
        {
            "rule": diagnostic.rule,
            "severity": diagnostic.severity,
            "message": diagnostic.message,
            "help": diagnostic.help,
            **place_data(diagnostic.source, diagnostic.span),
            "related": [
                {"message": related.message, **place_data(related.source, related.span)}
                for related in diagnostic.related
            ],
            "fix": [
                {**place_data(diagnostic.source, edit.span), "text": edit.text} for edit in fix_of(diagnostic)
            ],
        }
        for diagnostic in sorted(diagnostics, key=Diagnostic.sort_key)
    ]


def place_data(source: Source, span: Span) -> dict[str, Any]:
    """Return a place as JSON data."""
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {
        "file": source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }

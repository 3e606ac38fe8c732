"""Findings to the forms that other programs read: one line each, or data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from turbo_yaml.diagnostics.diagnostic import Diagnostic
from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.source import Source, Span


def render_concise(diagnostics: Iterable[Diagnostic]) -> str:
    """Return one line for each finding, sorted by place: `file:line:column: message [rule]`."""
    found = sorted(diagnostics, key=Diagnostic.sort_key)
    return "".join(f"{one_line(f'{d.where()}: {d.message} [{d.rule}]')}\n" for d in found)


def to_data(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
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

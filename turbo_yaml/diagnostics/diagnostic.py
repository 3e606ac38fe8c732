"""One finding about a source text, with its place and the next move."""

from __future__ import annotations

from typing import Literal

from turbo_yaml.records import Record
from turbo_yaml.source import Source, Span

Severity = Literal["error", "warning"]


class Related(Record):
    """A second place that explains the first."""

    message: str
    source: Source
    span: Span


class Diagnostic(Record):
    """A finding: the rule's name, one sentence, the tightest span, and the next move as `help`."""

    rule: str
    message: str
    source: Source
    span: Span
    help: str | None = None
    severity: Severity = "error"
    related: tuple[Related, ...] = ()

    def where(self) -> str:
        """Return `file:line:column`."""
        line, column = self.source.position(self.span.start)
        return f"{self.source.name}:{line}:{column}"

    def sort_key(self) -> tuple[str, int, int, str]:
        """Return what orders findings: file, place, rule."""
        return (self.source.name, self.span.start, self.span.end, self.rule)

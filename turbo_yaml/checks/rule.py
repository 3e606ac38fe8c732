"""One rule of the check: its name, how severe what it finds is, and how a finding is made."""

from __future__ import annotations

from typing import Literal, TypeAlias

from turbo_yaml.diagnostics import Diagnostic, Related, Severity
from turbo_yaml.records import Record
from turbo_yaml.source import Source, Span

Level: TypeAlias = Literal["off", "warning", "error"]


class Rule(Record):
    """A rule. An error is what surely fails when it is reached. `asked`: off unless settings name it."""

    name: str
    severity: Severity
    summary: str
    asked: bool = False

    def at(
        self, source: Source, span: Span, message: str, help: str | None = None, *related: Related
    ) -> Diagnostic:
        """Return a finding at a place."""
        return Diagnostic(self.name, message, source, span, help, self.severity, related)

"""A field that may be left out, read as if it were always there."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("maybe-missing", "warning", "A field that may be left out is read as if it were always there.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield where an optional field is read without a way out."""
    for absence in subject.typed.absences.values():
        if absence.is_field:
            message = f"`{absence.name}` may be missing: it can be left out"
            help_ = f"write `{absence.name} | default(…)`, or test it with `is defined`"
            yield RULE.at(absence.source, absence.span, message, help_)

"""A name that is read where some path has not set it."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, Related

RULE = Rule("maybe-unset", "warning", "A name is read where some path has not set it.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield where a name is read that may have no value; the path on which it has none is shown."""
    for absence in subject.typed.absences.values():
        if absence.is_field:
            continue
        name, why = absence.name, absence.why
        related = () if why is None else (Related(why.message, why.source, why.span),)
        message = f"`{name}` may have no value here"
        help_ = f"set it on every path before this, or write `{name} | default(…)`"
        yield RULE.at(absence.source, absence.span, message, help_, *related)

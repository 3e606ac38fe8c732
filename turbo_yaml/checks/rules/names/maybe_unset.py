"""A name that is read where some path has not set it."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, Related, nearest
from turbo_yaml.flow.walk import names_set

RULE = Rule("maybe-unset", "warning", "A name is read where some path has not set it.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield where a name is read that may have no value; the path on which it has none is shown."""
    idle = [*_never_read(subject)]
    for absence in subject.typed.absences.values():
        if absence.is_field:
            continue
        name, why = absence.name, absence.why
        related = () if why is None else (Related(why.message, why.source, why.span),)
        message = f"`{name}` may have no value here"
        near = nearest(name, idle)
        help_ = f"set it on every path before this, or write `{name} | default(…)`"
        if near is not None:
            help_ = f"did you mean `{near}`, which is set and never read?"
        yield RULE.at(absence.source, absence.span, message, help_, *related)


def _never_read(subject: Subject) -> Iterator[str]:
    """Yield the names that are set and that nothing reads: they may be misspelt."""
    for flow in subject.flows:
        read = subject.facts.read_in.get(id(flow), set())
        yield from (name for name in names_set(flow.steps) if name not in read)

"""A data file that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("unused-data", "warning", "Nothing reads a data file.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the data files that no flow of the file reads."""
    if not subject.clean:
        return
    read = set().union(*(subject.facts.read_in.get(id(flow), set()) for flow in subject.flows))
    for entry in subject.file.data:
        if entry.name not in read:
            message = f"nothing reads `{entry.name}`"
            yield RULE.at(subject.source, entry.span, message, "remove it, or use it in a step")

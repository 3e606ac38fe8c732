"""A local flow that nothing in its file uses."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("unused-flow", "warning", "Neither the file nor another one beside it uses a local flow.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the local flows that no step names. A file without steps of its own is there for other files."""
    if not subject.clean or not subject.file.main.steps:
        return
    used = {id(link.flow) for link in subject.links.values()}
    for name, flow in subject.file.flows.items():
        if id(flow) not in used and not subject.used_elsewhere(name):
            message = f"nothing uses the flow `{name}`"
            yield RULE.at(
                subject.source, subject.name_of(flow), message, "remove it, or `include` or `call` it"
            )

"""What is set or remembered on a fork, and ends with it."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("lost-in-fork", "warning", "What is set or remembered on a fork ends with it.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield where steps that run side by side set a name of the flow around them, or remember something."""
    for lost in subject.typed.lost.values():
        if lost.remembered:
            message = f"`{lost.name}` is forgotten where these steps end: they run on a copy of the chat"
            help_ = "let the steps `return` it, and `remember` it after them"
        else:
            message = f"`{lost.name}` stays as it was around these steps: they run on a copy of it"
            help_ = "let the steps `return` it; or use another name, if it is meant for them alone"
        yield RULE.at(subject.source, lost.span, message, help_)

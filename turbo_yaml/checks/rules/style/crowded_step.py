"""Prose in braces, where it could stand on lines of its own."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Text

RULE = Rule("crowded-step", "warning", "A message is written in braces, with much text in it.", asked=True)
_MUCH = 60


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the messages in braces whose text is long."""
    for _, step in subject.steps():
        if isinstance(step, n.Say) and isinstance(step.content, Text):
            in_braces = subject.source.text[step.span.start : step.span.start + 1] == "{"
            if in_braces and len(step.content.plain) > _MUCH:
                message = f"{len(step.content.plain)} characters of text stand in braces"
                yield RULE.at(
                    subject.source, step.content.span, message, f"`{step.role}: |` on lines of its own"
                )

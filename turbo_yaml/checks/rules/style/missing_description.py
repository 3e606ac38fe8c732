"""A flow that does not say what it does."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source, Span

RULE = Rule("missing-description", "warning", "A flow has no `description`.", asked=True)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the flows without a description."""
    for flow in subject.flows:
        if flow.description is None and flow.steps:
            is_main = flow is subject.file.main
            span = _first_word(subject.source, flow.span.start) if is_main else subject.name_of(flow)
            message = f"the flow `{flow.name}` does not say what it does"
            yield RULE.at(subject.source, span, message, "`description: …` in a line")


def _first_word(source: Source, start: int) -> Span:
    end = source.text.find(":", start)
    return Span(start, max(start, end))

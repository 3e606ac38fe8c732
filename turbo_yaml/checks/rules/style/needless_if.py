"""An `if` around one step that could have a `when`."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n

RULE = Rule("needless-if", "warning", "An `if` has one step, which could have a `when`.", asked=True)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the ifs with nothing but one step."""
    for _, step in subject.steps():
        if not isinstance(step, n.If) or len(step.branches) != 1 or step.orelse:
            continue
        body = step.branches[0].body
        if len(body) == 1 and body[0].when is None:
            condition = step.branches[0].condition
            written = condition.source.text[slice(*condition.span)]
            shown = written if len(written) <= 60 and "\n" not in written else "…"
            message = "this `if` is around one step"
            yield RULE.at(subject.source, step.head, message, f"`when: {shown}` on the step itself")

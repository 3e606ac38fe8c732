"""A variable of the environment that a flow's settings read and the project does not allow."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.patch import FromEnv, variables
from turbo_yaml.settings.resolved import allowing
from turbo_yaml.source import Source, Span

RULE = Rule(
    "unallowed-variable", "error", "A flow reads an environment variable that its project does not allow."
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the variables that the file's settings and profiles read and `turbo.yaml` does not allow."""
    patches = [*(flow.settings for flow in subject.flows), *subject.file.profiles.values()]
    read = [found for patch in patches for found in variables(patch)]
    if not read:
        return
    try:
        allowed = subject.of_project().variables.for_flows
    except UsageError:
        return  # what is allowed is itself in the environment
    for found in read:
        if found.variable not in allowed:
            message = f"the flow reads the environment variable `{found.variable}`, which is not allowed"
            yield RULE.at(subject.source, _span(found, subject.source), message, allowing(found.variable))


def _span(found: FromEnv, source: Source) -> Span:
    """Return where a variable is named: the tag and the name behind it."""
    assert found.place is not None
    start = source.starts[found.place.line - 1] + found.place.column - 1
    name = source.text.find(found.variable, start)
    return Span(start, name + len(found.variable) if name >= 0 else start + len("!env"))

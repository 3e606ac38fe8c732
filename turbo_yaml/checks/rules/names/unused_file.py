"""A file that is named under `use` and that no step needs."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.links import flow_steps
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("unused-file", "warning", "No step needs a file that is named under `use`.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the files under `use` whose flows no step names."""
    if not subject.clean:
        return
    needed = {step.flow.name.partition(".")[0] for step in flow_steps(subject.file)}
    for use in subject.file.uses:
        if use.name not in needed:
            message = f"no step names a flow of `{use.name}`"
            help_ = f"remove it, or use it: `include: {use.name}`"
            yield RULE.at(subject.source, use.span, message, help_)

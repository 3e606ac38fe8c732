"""A tool that is declared and that no step names."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.tools import tool_of, tool_refs
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("unused-tool", "warning", "No step names a tool that is declared.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the tools that no turn offers and no step calls."""
    if not subject.clean or not subject.file.tools:
        return
    used = {id(tool_of(ref, subject.file)) for _, step in subject.steps() for ref in tool_refs(step)}
    for tool in subject.file.tools.values():
        if id(tool) not in used:
            message = f"nothing uses the tool `{tool.name}`"
            help_ = f"remove it, or offer it to the model: `generate: {{tools: [{tool.name}]}}`"
            yield RULE.at(subject.source, tool.span, message, help_)

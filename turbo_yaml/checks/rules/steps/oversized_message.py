"""A message whose fixed text alone is more than the memory keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jinja2 import nodes

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.template import Text

RULE = Rule("oversized-message", "warning", "The fixed text of a message is more than the memory keeps.")
CHARACTERS_PER_TOKEN: Final = 4


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the messages that fill a truncated memory by what is written in them."""
    for flow in subject.flows:
        most = (flow.memory or {}).get("max_tokens")
        if type(most) is not int:
            continue
        for step in steps(flow.steps):
            if isinstance(step, n.Say) and isinstance(step.content, Text):
                tokens = _characters(step.content) // CHARACTERS_PER_TOKEN
                if tokens > most:
                    message = f"this text is about {tokens} tokens, and the memory keeps {most}"
                    help_ = "shorten it, or raise `max_tokens` of the memory"
                    yield RULE.at(subject.source, step.content.span, message, help_)


def _characters(text: Text) -> int:
    if text.tree is None:
        return len(text.plain)
    return sum(len(part.data) for part in text.tree.find_all(nodes.TemplateData))

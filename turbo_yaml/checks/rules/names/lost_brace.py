"""A template that lacks a brace, and so is text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from turbo_yaml.analysis.halves import half_templates
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import names_set, steps, texts
from turbo_yaml.source import Span

RULE = Rule("lost-brace", "warning", "Something looks like a template and lacks a brace, so that it is text.")
_SINGLE: Final = r"(?<![{$%#\w\\])\{([A-Za-z_]\w*)\}(?!\})"
_LITERAL: Final = r"\bliteral:\s*true\b|\{% *raw"


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what would be an expression or a tag with one brace more."""
    yield from _single(subject)
    text = subject.source.text
    halves = [*half_templates(text)]
    if not halves:
        return
    all_steps = [step for _, step in subject.steps()]
    for half in halves:
        step = next(
            (step for step in reversed(all_steps) if step.span.start <= half.start() < step.span.end), None
        )
        if step is None or _is_as_it_is(text, step, half.start()):
            continue
        message = f"`{half[0]}` is text: a template begins with two characters, `{{{{` or `{{%`"
        help_ = "write the brace that is missing; `literal: true` is for what is meant as text"
        yield RULE.at(subject.source, Span(*half.span()), message, help_)


def _single(subject: Subject) -> Iterator[Diagnostic]:
    """Yield names of the flow that stand in single braces, as other languages have them."""
    text = subject.source.text
    if re.search(_SINGLE, text) is None:
        return
    for flow in subject.flows:
        known = {*names_set(flow.steps), *(given.name for given in flow.inputs), *subject.data}
        for step in steps(flow.steps):
            if not isinstance(step, n.Say) or re.compile(_LITERAL).search(text, *step.span):
                continue
            for part in texts(step):
                if part.source is not subject.source:
                    continue
                for found in re.compile(_SINGLE).finditer(text, *part.span):
                    if found[1] in known:
                        message = f"`{found[0]}` is text: a value is put in with two braces"
                        help_ = f"write `{{{found[0]}}}`; `literal: true` is for what is meant as text"
                        yield RULE.at(subject.source, Span(*found.span()), message, help_)


def _is_as_it_is(text: str, step: n.Step, at: int) -> bool:
    """Tell whether a place is in a comment, in a text that is no template, or in one that is open there."""
    start = step.span.start
    if re.compile(_LITERAL).search(text, *step.span) or "#" in text[text.rfind("\n", 0, at) + 1 : at]:
        return True
    return any(
        text.rfind(opening, start, at) > text.rfind(closing, start, at)
        for opening, closing in (("{{", "}}"), ("{%", "%}"), ("{#", "#}"))
    )

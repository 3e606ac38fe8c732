"""A template whose lines are joined before it is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jinja2 import nodes

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow.walk import texts
from turbo_yaml.source import Span
from turbo_yaml.template import Text

RULE = Rule("folded-template", "warning", "A `>` joins the lines of a template that makes lines of its own.")
_FOLDED: Final = r"(?m)>[-+0-9]*[ \t]*(?:#.*)?$"
_MAKES_LINES = (nodes.For, nodes.If, nodes.Macro, nodes.FilterBlock, nodes.Include, nodes.CallBlock)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the `>` of texts with statements in them."""
    if re.search(_FOLDED, subject.source.text) is None:
        return
    for _, step in subject.steps():
        for text in texts(step):
            if not isinstance(text, Text) or text.scalar.style != ">" or text.tree is None:
                continue
            if next(text.tree.find_all(_MAKES_LINES), None) is not None:
                start = text.span.start
                message = "`>` joins these lines into one before the template is read"
                help_ = "`|` keeps the lines as they are written"
                yield RULE.at(subject.source, Span(start, start + 1), message, help_)

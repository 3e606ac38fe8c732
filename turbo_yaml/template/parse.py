"""Scalars to texts and expressions. Plain text costs one search, and loads nothing of Jinja."""

from __future__ import annotations

import re

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source
from turbo_yaml.syntax import Scalar
from turbo_yaml.syntax.scalars import slot_text
from turbo_yaml.template.text import Expression, ReadInclude, Text

_MARK = re.compile(r"\{[{%#]")


def parse_text(
    source: Source, scalar: Scalar, read_include: ReadInclude | None = None
) -> tuple[Text | None, list[Diagnostic]]:
    """Return a scalar as a text, and what is wrong with it; with mistakes there is no text."""
    plain = slot_text(scalar)
    if _MARK.search(plain) is None:
        return Text(source, scalar, plain), []
    from turbo_yaml.template.reading import read_text

    return read_text(source, scalar, plain, read_include)


def parse_expression(source: Source, scalar: Scalar) -> tuple[Expression | None, list[Diagnostic]]:
    """Return a scalar as an expression: a condition, or the list of a loop. There is no `{{ }}` in it."""
    from turbo_yaml.template.reading import read_expression

    return read_expression(source, scalar, slot_text(scalar))

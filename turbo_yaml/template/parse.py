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
    text = _simple_text(source, scalar, plain)
    if text is not None:
        return text, []
    from turbo_yaml.template.reading import read_text

    return read_text(source, scalar, plain, read_include)


def parse_expression(source: Source, scalar: Scalar) -> tuple[Expression | None, list[Diagnostic]]:
    """Return a scalar as an expression: a condition, or the list of a loop. There is no `{{ }}` in it."""
    written = slot_text(scalar)
    expression = _simple_expression(source, scalar, written)
    if expression is not None:
        return expression, []
    from turbo_yaml.template.reading import read_expression

    return read_expression(source, scalar, written)


# Most are so simple that the lexer and the parser need not be loaded for them.


def _simple_text(source: Source, scalar: Scalar, plain: str) -> Text | None:
    from turbo_yaml.template.places import Places
    from turbo_yaml.template.shortcut import Shortcut

    shortcut = Shortcut()
    tree = shortcut.template(plain)
    if tree is None:
        return None
    places = Places(source, scalar, None, shortcut=shortcut)
    parts = tree.body[0].nodes  # type: ignore[attr-defined]
    single = parts[0] if len(parts) == 1 else None
    return Text(source, scalar, plain, tree, single, {}, places)


def _simple_expression(source: Source, scalar: Scalar, written: str) -> Expression | None:
    from turbo_yaml.template.places import Places
    from turbo_yaml.template.shortcut import Shortcut

    shortcut = Shortcut()
    node = shortcut.condition(written)
    if node is None:
        return None
    return Expression(source, scalar, node, Places(source, scalar, None, shortcut=shortcut))

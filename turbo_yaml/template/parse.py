"""Scalars to texts and expressions, with every mistake in them as a diagnostic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Scalar
from turbo_yaml.syntax.scalars import slot_text
from turbo_yaml.template.faults import Fault
from turbo_yaml.template.text import Expression, Places, ReadInclude, Text

if TYPE_CHECKING:
    from jinja2 import nodes

    from turbo_yaml.template.stream import Tokens

_MARK = re.compile(r"\{[{%#]")
_WRAPPED = re.compile(r"\s*\{\{[-+]?\s*(.*?)\s*-?\}\}\s*", re.DOTALL)


def parse_text(
    source: Source, scalar: Scalar, read_include: ReadInclude | None = None
) -> tuple[Text | None, list[Diagnostic]]:
    """Return a scalar as a text. Plain text costs one search and does not load Jinja."""
    plain = slot_text(scalar)
    if _MARK.search(plain) is None:
        return Text(source, scalar, plain), []
    from turbo_yaml.template.lexer import tokens_of_text
    from turbo_yaml.template.parser import parse_template

    places = Places(source, scalar, None)
    try:
        tree, tokens = parse_template(lambda: tokens_of_text(plain))
    except Fault as fault:
        return None, [_diagnostic(fault, source, places)]
    text = Text(
        source,
        scalar,
        plain,
        tree,
        single=_single(tree, tokens),
        places=Places(source, scalar, tokens),
    )
    return text, []


def parse_expression(source: Source, scalar: Scalar) -> tuple[Expression | None, list[Diagnostic]]:
    """Return a scalar as an expression: a condition, or the list of a loop. There is no `{{ }}` in it."""
    from turbo_yaml.template.lexer import tokens_of_expression
    from turbo_yaml.template.parser import parse_condition

    written = slot_text(scalar)
    places = Places(source, scalar, None)
    try:
        node, tokens = parse_condition(lambda: tokens_of_expression(written))
    except Fault as fault:
        return None, [_not_an_expression(fault, written, source, scalar, places)]
    return Expression(source, scalar, node, Places(source, scalar, tokens)), []


def _not_an_expression(
    fault: Fault, written: str, source: Source, scalar: Scalar, places: Places
) -> Diagnostic:
    wrapped = _WRAPPED.fullmatch(written)
    if wrapped is not None and wrapped[1]:
        message = "an expression is wanted here, which stands without `{{ }}`"
        return Diagnostic("template-in-condition", message, source, scalar.span, help=f"write `{wrapped[1]}`")
    if not written.strip():
        return Diagnostic("template-syntax", "an expression is wanted here", source, scalar.span)
    if "{%" in written or "{{" in written:
        message = "an expression is wanted here, not a template"
        return Diagnostic("template-in-condition", message, source, scalar.span, help="leave out the braces")
    return _diagnostic(fault, source, places)


def _diagnostic(fault: Fault, source: Source, places: Places) -> Diagnostic:
    return Diagnostic(fault.rule, fault.message, source, _place(fault, places), help=fault.help)


def _place(fault: Fault, places: Places) -> Span:
    return places.span(fault.start, fault.end)


def _single(tree: nodes.Template, tokens: Tokens) -> nodes.Expr | None:
    """Return the one expression of a text that is nothing else."""
    from jinja2 import nodes

    if len(tree.body) != 1 or tokens.tokens[0].type != "variable_begin":
        return None
    output = tree.body[0]
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return None
    only = output.nodes[0]
    return None if isinstance(only, nodes.TemplateData) else only

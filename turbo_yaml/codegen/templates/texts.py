"""Texts, values and conditions of a flow to Python expressions. Plain text loads nothing of Jinja."""

from __future__ import annotations

import ast

from turbo_yaml.codegen.build import at
from turbo_yaml.codegen.names import Scope
from turbo_yaml.codegen.templates.module import TemplateModule
from turbo_yaml.template import Expression, Text

_PLAIN = frozenset({"string", "integer", "boolean"})
"""Kinds of values that need not be looked at when they leave a flow."""


def lower_text(text: Text, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return a text as an expression whose value is a `str`."""
    if text.tree is None:
        return ast.Constant(text.plain, **at(text.source, text.span))
    from turbo_yaml.codegen.templates.functions import template

    return template(text, scope, module)


def lower_value(text: Text, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return a value slot: exactly one `{{ }}` keeps its type, all else is a text of bounded length."""
    if text.tree is None:
        return lower_text(text, scope, module)
    from turbo_yaml.codegen.templates.lowering import Lowering

    if text.single is not None:
        return Lowering(text, scope, module).value(text.single)
    lowered = lower_text(text, scope, module)
    if not isinstance(lowered, ast.JoinedStr | ast.BinOp):
        return lowered
    return Lowering(text, scope, module).support("bounded", [lowered], at(text.source, text.span))


def lower_leaving(text: Text, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return a value slot whose value leaves the flow: as `lower_value`, and surely plain data."""
    value = lower_value(text, scope, module)
    if text.single is None:
        return value
    from turbo_yaml.codegen.templates.lowering import Lowering

    low = Lowering(text, scope, module)
    if low.kind(text.single) in _PLAIN:
        return value
    return low.support("plain", [value], at(text.source, text.span))


def lower_expression(expression: Expression, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return an expression with its value as it is."""
    from turbo_yaml.codegen.templates.lowering import Lowering

    return Lowering(expression, scope, module).value(expression.node)


def lower_condition(expression: Expression, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return an expression of which Python takes the truth; that it is text is an error of the run."""
    from turbo_yaml.codegen.templates.lowering import Lowering

    return Lowering(expression, scope, module).condition(expression.node)

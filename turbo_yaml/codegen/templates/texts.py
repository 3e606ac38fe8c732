"""Texts, values and conditions of a flow to Python expressions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from turbo_yaml.codegen.build import at
from turbo_yaml.codegen.names import Scope
from turbo_yaml.codegen.templates.module import TemplateModule
from turbo_yaml.template import Expression, Text

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.lowering import Lowering


def lower_text(text: Text, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return a text as an expression whose value is a `str`."""
    place = at(text.source, text.span)
    if text.tree is None:
        return ast.Constant(text.plain, **place)
    from turbo_yaml.codegen.templates.functions import text_function
    from turbo_yaml.codegen.templates.inline import inline_pieces
    from turbo_yaml.codegen.templates.lowering import Lowering
    from turbo_yaml.codegen.templates.pieces import whole

    pieces = inline_pieces(low := Lowering(text, scope, module), text.tree.body)
    if pieces is None:
        return text_function(text, scope, module)
    return whole(low, pieces, place)


def lower_value(text: Text, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return a value slot: exactly one `{{ }}` keeps its type, all else is a text of bounded length."""
    if text.single is not None:
        return _lowering(text, scope, module).value(text.single)
    lowered = lower_text(text, scope, module)
    if not isinstance(lowered, ast.JoinedStr | ast.BinOp):
        return lowered
    place = at(text.source, text.span)
    return _lowering(text, scope, module).support("bounded", [lowered], place)


def lower_expression(expression: Expression, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return an expression with its value as it is."""
    return _lowering(expression, scope, module).value(expression.node)


def lower_condition(expression: Expression, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return an expression of which Python takes the truth; that it is text is an error of the run."""
    return _lowering(expression, scope, module).condition(expression.node)


def _lowering(where: Text | Expression, scope: Scope, module: TemplateModule) -> Lowering:
    from turbo_yaml.codegen.templates.lowering import Lowering

    return Lowering(where, scope, module)

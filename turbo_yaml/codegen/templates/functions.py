"""Templates to Python: one expression where that reads well, else a function that writes the text."""

from __future__ import annotations

import ast

from turbo_yaml.codegen.build import at, call, load
from turbo_yaml.codegen.names import Scope
from turbo_yaml.codegen.templates.inline import inline_pieces
from turbo_yaml.codegen.templates.lowering import Lowering
from turbo_yaml.codegen.templates.module import TemplateModule, define, parameters_of
from turbo_yaml.codegen.templates.pieces import whole
from turbo_yaml.codegen.templates.scopes import Block, Root
from turbo_yaml.codegen.templates.writer import Writer
from turbo_yaml.template import Text
from turbo_yaml.template.scoping import names_set


def template(text: Text, scope: Scope, module: TemplateModule) -> ast.expr:
    """Return a template as an expression whose value is a `str`."""
    assert text.tree is not None
    low = Lowering(text, scope, module)
    pieces = inline_pieces(low, text.tree.body)
    if pieces is None:
        return _text_function(text, scope, module)
    return whole(low, pieces, at(text.source, text.span))


def _text_function(text: Text, scope: Scope, module: TemplateModule) -> ast.expr:
    """Give the module a function for a text; return its call, whose value is the text."""
    place = at(text.source, text.span)
    name = module.fresh(f"text_{place['lineno']}")
    module.used["renders"] = None
    root = define_text(text, scope, module, name, [load("renders", place)])
    return call(name, root.arguments(place), place)


def define_text(
    text: Text, scope: Scope, module: TemplateModule, name: str, decorators: list[ast.expr]
) -> Root:
    """Define a function that writes a text to its first parameter, an output; return what it takes."""
    assert text.tree is not None
    place = at(text.source, text.span)
    root = Root(scope, module, place)
    out = root.names.give("out")
    block = Block(root, later=names_set(text.tree.body))
    body = Writer(text, block, out).body(text.tree.body)
    parameters = [out, *(local.identifier for _, local in root.parameters.values())]
    function = define(name, parameters_of(parameters, place), body, place, decorators)
    module.functions.append((text.source, function))
    return root

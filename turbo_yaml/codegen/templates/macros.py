"""Macros and call blocks of templates to functions inside the text's own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jinja2 import nodes

from turbo_yaml.codegen.build import At, assign, load
from turbo_yaml.codegen.names import Local
from turbo_yaml.codegen.templates.applications import call_with
from turbo_yaml.codegen.templates.module import define, parameters_of
from turbo_yaml.codegen.templates.scopes import MacroVariable
from turbo_yaml.template.scoping import reads_name

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.writer import Writer


def macro(out: Writer, node: nodes.Macro, place: At) -> list[ast.stmt]:
    """Return the definition of a macro."""
    name = out.block.declare(node.name)
    out.block.variables[node.name] = MacroVariable(node.name, name)
    return [_function(out, node, name, place)]


def call_block(out: Writer, node: nodes.CallBlock, place: At) -> list[ast.stmt]:
    """Return the statements of `{% call %}`: its body becomes the macro's `caller`."""
    caller = out.root.names.give("caller")
    defined = _function(out, node, caller, place)
    where = out.low.at(node.call)
    passed = ast.keyword("caller", load(caller, where), **where)
    return [defined, out.print_(call_with(out.low, node.call, [passed]), where)]


def _function(out: Writer, node: nodes.Macro | nodes.CallBlock, name: str, place: At) -> ast.stmt:
    inside = out.inside(out.root.names.give("part"))
    arguments = parameters_of((), place)
    parameters = _Parameters(out, inside, arguments)
    parameters.add_named(node)
    parameters.add_special(node, place)
    body = out.writes_part(inside.out, [*parameters.filled, *inside.body(node.body)], place)
    decorators: list[ast.expr] = []
    if parameters.renamed:
        keys: list[ast.expr | None] = [ast.Constant(key, **place) for key in parameters.renamed]
        values: list[ast.expr] = [ast.Constant(value, **place) for value in parameters.renamed.values()]
        decorators.append(out.low.support("taking", [ast.Dict(keys, values, **place)], place))
    return define(name, arguments, body, place, decorators)


class _Parameters:
    """Fills in the parameters of a macro's function; `renamed`: those with another name in Python."""

    def __init__(self, out: Writer, inside: Writer, arguments: ast.arguments) -> None:
        self.out = out
        self.inside = inside
        self.arguments = arguments
        self.renamed: dict[str, str] = {}
        self.filled: list[ast.stmt] = []

    def add_named(self, node: nodes.Macro | nodes.CallBlock) -> None:
        """Add the author's own parameters, none of which must be given."""
        defaults: list[nodes.Expr | None] = [None] * (len(node.args) - len(node.defaults))
        for parameter, default in zip(node.args, [*defaults, *node.defaults], strict=True):
            self._add(parameter, default)

    def _add(self, parameter: nodes.Name, default: nodes.Expr | None) -> None:
        place = self.out.low.at(parameter)
        identifier = self.out.root.names.give_parameter(parameter.name)
        if identifier != parameter.name:
            self.renamed[parameter.name] = identifier
        value: ast.expr
        if isinstance(default, nodes.Const):
            value = self.inside.low.value(default)
        else:
            value = self.out.low.named("missing", place)
            if default is not None:
                self._fill(identifier, default, place)
        self.arguments.args.append(ast.arg(identifier, **place))
        self.arguments.defaults.append(value)
        self.inside.block.variables[parameter.name] = Local(
            parameter.name, identifier, "any", default is None
        )

    def _fill(self, identifier: str, default: nodes.Expr, place: At) -> None:
        """Work out a default that is no constant, in the macro, where it was not given."""
        missing = self.out.low.named("missing", place)
        test = ast.Compare(load(identifier, place), [ast.Is()], [missing], **place)
        found = assign(identifier, self.inside.low.value(default), place)
        self.filled.append(ast.If(test, [found], [], **place))

    def add_special(self, node: nodes.Macro | nodes.CallBlock, place: At) -> None:
        """Add `varargs`, `kwargs` and `caller`, where the body reads them."""
        named = {parameter.name for parameter in node.args}
        for special in ("varargs", "kwargs", "caller"):
            if special in named or not reads_name(node.body, special):
                continue
            identifier = self.out.root.names.give_parameter(special)
            parameter = ast.arg(identifier, **place)
            if special == "varargs":
                self.arguments.vararg = parameter
            elif special == "kwargs":
                self.arguments.kwarg = parameter
            else:
                self.arguments.kwonlyargs.append(parameter)
                self.arguments.kw_defaults.append(self.out.low.named("missing", place))
            self.inside.block.variables[special] = Local(special, identifier, "any", special == "caller")

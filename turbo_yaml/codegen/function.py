"""What the statements of one generated function are made with."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from turbo_yaml.analysis.facts import Facts, FunctionFacts, Known
from turbo_yaml.analysis.kinds import kind_of_expression
from turbo_yaml.analysis.links import Link
from turbo_yaml.codegen.build import At, assign, attribute, call, constant, load
from turbo_yaml.codegen.identifiers import Identifiers, flow_names
from turbo_yaml.codegen.names import Local, Variable, Variables
from turbo_yaml.codegen.support_names import RESERVED
from turbo_yaml.codegen.templates import (
    lower_condition,
    lower_expression,
    lower_leaving,
    lower_text,
    lower_value,
)
from turbo_yaml.flow import nodes as n
from turbo_yaml.source import Span
from turbo_yaml.template import Expression, Text
from turbo_yaml.types import Kind

if TYPE_CHECKING:
    from turbo_yaml.codegen.module import Module

_SPECIAL = ("loop", "error")
"""Names that have a value in the steps below a step, and afterwards what they had before."""


class Function:
    """The async generator of a flow, or of a body that runs on a fork: what its statements need to know."""

    def __init__(
        self, module: Module, facts: FunctionFacts, name: str, span: Span, parameters: ast.arguments
    ) -> None:
        self.module = module
        self.own = facts
        self.name = name
        self.start = module.at(span)
        self.parameters = parameters
        self.output: str | None = None
        self.trying = 0
        """How many `try` steps are around: after a failure the function may go on."""
        self._depths: dict[str, int] = dict.fromkeys(_SPECIAL, 0)

    @property
    def names(self) -> Identifiers:
        return self.module.names

    @property
    def facts(self) -> Facts:
        return self.module.facts

    def at(self, span: Span) -> At:
        """Return the position of a span of the file."""
        return self.module.at(span)

    # Pieces --------------------------------------------------------------------------------------------

    def support(
        self,
        name: str,
        arguments: Iterable[ast.expr],
        place: At,
        keywords: Mapping[str, ast.expr] | None = None,
    ) -> ast.Call:
        """Return a call of one of the runtime's functions."""
        return call(self.module.support_name(name, place), arguments, place, keywords)

    def probe(self, mark: int, span: Span) -> list[ast.stmt]:
        """Return the statement that tells of a step or a branch not taken, where the module is to tell.

        `mark`: the offset of a step's head; or, inverted, that of a condition that did not hold.
        """
        if not self.module.probed:
            return []
        place = self.at(span)
        told = self.support("reached", [load("__turbo_source__", place), constant(mark, place)], place)
        return [ast.Expr(told, **place)]

    def text(self, text: Text) -> ast.expr:
        """Return an expression for the rendered text."""
        return lower_text(text, self._scope(text), self.module.templates)

    def expression(self, expression: Expression) -> ast.expr:
        """Return an expression for a condition's or a list's value."""
        return lower_expression(expression, self._scope(expression), self.module.templates)

    def condition(self, expression: Expression) -> ast.expr:
        """Return an expression for whether a condition holds."""
        return lower_condition(expression, self._scope(expression), self.module.templates)

    def kind(self, expression: Expression) -> Kind:
        """Return what is known of an expression's value."""
        return kind_of_expression(expression, self.facts)

    def value(self, value: n.Value) -> ast.expr:
        """Return an expression for a value: data with templates in it."""
        match value:
            case n.Constant():
                return constant(value.data, self.at(value.span))
            case n.ListValue():
                return ast.List([self.value(item) for item in value.items], ast.Load(), **self.at(value.span))
            case n.MapValue():
                keys: list[ast.expr | None] = [
                    constant(entry.name, self.at(entry.span)) for entry in value.entries
                ]
                values = [self.value(entry.value) for entry in value.entries]
                return ast.Dict(keys, values, **self.at(value.span))
            case _:
                return lower_value(value, self._scope(value), self.module.templates)

    def leaving(self, value: n.Value) -> ast.expr:
        """Return an expression for a value that leaves the flow, so that it must be plain data."""
        match value:
            case n.Constant():
                return self.value(value)
            case n.ListValue():
                items = [self.leaving(item) for item in value.items]
                return ast.List(items, ast.Load(), **self.at(value.span))
            case n.MapValue():
                keys: list[ast.expr | None] = [
                    constant(entry.name, self.at(entry.span)) for entry in value.entries
                ]
                values = [self.leaving(entry.value) for entry in value.entries]
                return ast.Dict(keys, values, **self.at(value.span))
            case _:
                return lower_leaving(value, self._scope(value), self.module.templates)

    def schema(self, schema: Mapping[str, Any], kind: str, place: At) -> ast.expr:
        """Return the name of a schema that the module holds as a constant."""
        return load(self.module.constant(f"{kind}_{place['lineno']}", schema, place), place)

    def flow(self, ref: n.FlowRef) -> ast.expr:
        """Return an expression for the function of another flow."""
        place = self.at(ref.span)
        link = self.module.links[id(ref)]
        if link.alias is None:
            return load(self.names.flow(link.flow.name), place)
        return attribute(load(self.module.file(link.alias), place), exported_name(link), place)

    def _scope(self, text: Text | Expression) -> Variables:
        reads = self.facts.reads.get(id(text), {})
        return Variables({name: self._variable(name, known) for name, known in reads.items()})

    def _variable(self, name: str, known: Known) -> Variable:
        if name == "memory":
            return State()
        return Local(name, self.identifier(name), known.kind, known.unset)

    def identifier(self, name: str) -> str:
        """Return the Python name of a variable here."""
        depth = self._depths.get(name, 0)
        return self.names.temporary(f"{name}_{depth}") if depth > 1 else self.names.variable(name)

    @contextmanager
    def special(self, name: str) -> Iterator[str]:
        """Give `loop` or `error` a Python name of its own here: what is around may be read afterwards."""
        self._depths[name] += 1
        yield self.identifier(name)
        self._depths[name] -= 1

    # Functions -----------------------------------------------------------------------------------------

    def fork(self, owner: n.For | n.NamedBody, name: str, parameters: list[str]) -> Function:
        """Return the function of a body on a fork. It takes the names it reads as they are now."""
        facts = self.facts.functions[id(owner)]
        span = owner.head if isinstance(owner, n.For) else owner.target.span
        place = self.at(span)
        arguments = ast.arguments(
            posonlyargs=[],
            args=[ast.arg(arg, **place) for arg in ("memory", *map(self.names.variable, parameters))],
            kwonlyargs=[ast.arg(self.names.variable(captured), **place) for captured in facts.captures],
            kw_defaults=[load(self.identifier(captured), place) for captured in facts.captures],
            defaults=[],
        )
        function = Function(self.module, facts, name, span, arguments)
        function._depths.update((each, 1) for each in _SPECIAL if each in (*parameters, *facts.captures))
        return function

    def define(self, body: list[ast.stmt], docstring: str | None = None) -> ast.AsyncFunctionDef:
        """Return the definition of the function."""
        place = self.start
        first: list[ast.stmt] = [] if docstring is None else [ast.Expr(constant(docstring, place), **place)]
        if self.own.uses_memory and self.parameters.defaults:
            memory = self.support("remembering", [load("memory", place)], place)
            first.append(assign("memory", memory, place))
        for name in self.own.starts_unset:
            missing = self.module.support_name("missing", place)
            first.append(assign(self.names.variable(name), missing, place))
        if any(_yields(statement) for statement in body):
            body = body[:-1] if _is_plain_end(body[-1]) else body
        else:
            # A function without a `yield` would be no generator.
            said = [statement for statement in body if not isinstance(statement, ast.Pass)]
            body = [*said, ast.Return(None, **place), ast.Expr(ast.Yield(None, **place), **place)]
        return ast.AsyncFunctionDef(self.name, self.parameters, first + body, [], None, **place)


def exported_name(link: Link) -> str:
    """Return the name that the function of another file's flow has there."""
    return flow_names(RESERVED, link.file).flow(link.flow.name)


class State:
    """The name `memory` in an expression: what was remembered, by name."""

    name = "memory"
    kind: Kind = "any"
    maybe_unset = False

    def load(self, place: At) -> ast.expr:
        """Return an expression for the memory's state."""
        got = call(attribute(load("memory", place), "get_state", place), [], place)
        return ast.Await(got, **place)


def _yields(node: ast.AST) -> bool:
    if isinstance(node, ast.Yield):
        return True
    if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
        return False
    return any(_yields(child) for child in ast.iter_child_nodes(node))


def _is_plain_end(statement: ast.stmt) -> bool:
    """Tell whether a statement, the last one, only ends the function, and no step begins with it."""
    return isinstance(statement, ast.Return) and statement.value is None and not hasattr(statement, "begins")

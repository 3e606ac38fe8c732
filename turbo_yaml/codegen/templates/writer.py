"""Statements of a template to Python statements that write to an output."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from jinja2 import nodes

from turbo_yaml.codegen.build import At, assign, attribute, call, load
from turbo_yaml.codegen.names import Local
from turbo_yaml.codegen.templates import assignments, includes, loops, macros
from turbo_yaml.codegen.templates.applications import filtered
from turbo_yaml.codegen.templates.inline import inline_pieces, is_inline
from turbo_yaml.codegen.templates.lowering import Lowering
from turbo_yaml.codegen.templates.pieces import whole
from turbo_yaml.codegen.templates.scopes import Block, Root
from turbo_yaml.template import Text
from turbo_yaml.template.scoping import names_set


class Writer:
    """Writes the statements of one block to an output, whose Python name is `out`."""

    def __init__(self, text: Text, block: Block, out: str) -> None:
        self.text = text
        self.block = block
        self.out = out
        self.low = Lowering(text, block, block.root.module)

    @property
    def root(self) -> Root:
        """What all blocks of the function share."""
        return self.block.root

    def inside(self, out: str | None = None) -> Writer:
        """Return the writer of a block inside this one; with `out`, to an output of its own."""
        return Writer(self.text, self.block.inner(), out or self.out)

    def body(self, body: Sequence[nodes.Node]) -> list[ast.stmt]:
        """Return the statements of a whole block."""
        statements = self.statements(body)
        return [*self.block.prologue, *statements]

    def statements(self, body: Sequence[nodes.Node]) -> list[ast.stmt]:
        """Return the statements of some nodes; outputs in a row are one `write`."""
        statements: list[ast.stmt] = []
        run: list[nodes.Node] = []
        for node in body:
            if is_inline(self.low, [node]):
                run.append(node)
                continue
            statements += self._written(run)
            run = []
            statements += self._statement(node)
        return statements + self._written(run)

    def _written(self, run: Sequence[nodes.Node]) -> list[ast.stmt]:
        pieces = inline_pieces(self.low, run) if run else None
        if not pieces:
            return []
        place = self._spanning(run)
        value = whole(self.low, pieces, place)
        if isinstance(value, ast.Constant) and value.value == "":
            return []
        return [self.write(value, place)]

    def _spanning(self, run: Sequence[nodes.Node]) -> At:
        first, last = self.low.at(run[0]), self.low.at(run[-1])
        return At(
            lineno=first["lineno"],
            col_offset=first["col_offset"],
            end_lineno=last["end_lineno"],
            end_col_offset=last["end_col_offset"],
        )

    def _statement(self, node: nodes.Node) -> list[ast.stmt]:
        place = self.low.at(node)
        match node:
            case nodes.If():
                return self._if(node)
            case nodes.For():
                return loops.for_(self, node, place)
            case nodes.Assign():
                return assignments.assign_value(self, node, place)
            case nodes.AssignBlock():
                return assignments.assign_block(self, node, place)
            case nodes.With():
                return assignments.with_(self, node)
            case nodes.FilterBlock():
                statements, value = self.part(node.body, place, node.filter)
                return [*statements, self.print_(value, place)]
            case nodes.Macro():
                return macros.macro(self, node, place)
            case nodes.CallBlock():
                return macros.call_block(self, node, place)
            case nodes.Include():
                return includes.include(self, node, place)
        raise AssertionError(f"{type(node).__name__} was refused before")

    def _if(self, node: nodes.If) -> list[ast.stmt]:
        for name in names_set([node]):
            self.block.promise(name)
        before = self.block.variables
        ends: list[dict[str, Local]] = []
        made: list[tuple[At, ast.expr, list[ast.stmt]]] = []
        for branch in [node, *node.elif_]:
            self.block.variables = dict(before)
            test = self.low.value(branch.test)
            made.append((self.low.at(branch.test), test, self.statements(branch.body)))
            ends.append(self.block.variables)
        self.block.variables = dict(before)
        otherwise = self.statements(node.else_)
        self.block.merge([*ends, self.block.variables])
        for place, test, body in reversed(made):
            otherwise = [ast.If(test, body or [ast.Pass(**place)], otherwise, **place)]
        return otherwise

    # What statements are made of -------------------------------------------------------------------------

    def of(self, method: str, arguments: list[ast.expr], place: At, out: str | None = None) -> ast.expr:
        """Return a call of a method of the output, or of another one."""
        return call(attribute(load(out or self.out, place), method, place), arguments, place)

    def write(self, value: ast.expr, place: At) -> ast.stmt:
        """Return the statement that adds a text to the output."""
        return ast.Expr(self.of("write", [value], place), **place)

    def print_(self, value: ast.expr, place: At) -> ast.stmt:
        """Return the statement that adds any value to the output."""
        return self.write(self.low.support("text", [value], place), place)

    def part(
        self, body: Sequence[nodes.Node], place: At, filter_: nodes.Filter | None
    ) -> tuple[list[ast.stmt], ast.expr]:
        """Return the statements that write a part by itself, and its text, filtered."""
        inside = self.inside(self.root.names.give("part"))
        opened = assign(inside.out, self.of("part", [], place), place)
        value = self.of("text", [], place, inside.out)
        return [opened, *inside.body(body)], value if filter_ is None else self._apply(filter_, value)

    def _apply(self, node: nodes.Filter, value: ast.expr) -> ast.expr:
        """Return a chain of filters, whose innermost has no value of its own, applied to one."""
        if isinstance(node.node, nodes.Filter):
            value = self._apply(node.node, value)
        return filtered(self.low, node, value)

    def writes_part(self, out: str, body: list[ast.stmt], place: At) -> list[ast.stmt]:
        """Return the body of a function that writes to an output of its own and returns its text."""
        opened = assign(out, self.of("part", [], place), place)
        closed = ast.Return(self.of("text", [], place, out), **place)
        return [opened, *body, closed]

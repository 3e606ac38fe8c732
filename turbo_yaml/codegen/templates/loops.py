"""`for` of templates to Python's."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jinja2 import nodes

from turbo_yaml.codegen.build import At, assign, call, load, store
from turbo_yaml.codegen.templates.assignments import target_of, width_of
from turbo_yaml.codegen.templates.module import define, parameters_of
from turbo_yaml.codegen.templates.scopes import LoopVariable
from turbo_yaml.template.scoping import reads_name

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.writer import Writer


def for_(out: Writer, node: nodes.For, place: At) -> list[ast.stmt]:
    """Return the statements of a loop."""
    if node.recursive:
        return _recursive(out, node, place)
    where = out.low.at(node.iter)
    statements: list[ast.stmt] = []
    given = out.low.value(node.iter)
    if node.test is not None and any(isinstance(part, ast.NamedExpr) for part in ast.walk(given)):
        # Python allows no `:=` in what a comprehension goes through.
        given = _kept(out, given, statements, where)
    rounds = out.inside()
    return [*statements, *_loop(out, rounds, node, given, place, None)]


def _kept(out: Writer, value: ast.expr, statements: list[ast.stmt], place: At) -> ast.expr:
    rows = out.root.names.give("rows")
    statements.append(assign(rows, value, place))
    return load(rows, place)


def _loop(
    out: Writer, rounds: Writer, node: nodes.For, given: ast.expr, place: At, recursive: LoopVariable | None
) -> list[ast.stmt]:
    """Return a loop over what is given, and its `else`."""
    where = out.low.at(node.iter)
    statements: list[ast.stmt] = []
    items = _filtered(rounds, node, given, where)
    counted = node.test is not None
    if node.else_:
        items = items if counted else rounds.of("each", [items], where)
        rows = _kept(out, items, statements, where)
        items, counted = rows, counted or width_of(node.target) == 1
    statements.append(_rounds(rounds, node, items, place, recursive, counted))
    if node.else_:
        empty = ast.UnaryOp(ast.Not(), rows, **where)
        otherwise = out.inside().body(node.else_) or [ast.Pass(**place)]
        statements.append(ast.If(empty, otherwise, [], **where))
    return statements


def _filtered(rounds: Writer, node: nodes.For, given: ast.expr, place: At) -> ast.expr:
    """Return the items of a `for … if …`: a list of those for which the test holds."""
    if node.test is None:
        return given
    target = target_of(rounds, node.target)
    items = rounds.of("each", [given, *_width(node, place)], place)
    generator = ast.comprehension(target, items, [rounds.low.value(node.test)], 0)
    return ast.ListComp(rounds.low.value(_loaded(node.target)), [generator], **rounds.low.at(node.test))


def _rounds(
    rounds: Writer,
    node: nodes.For,
    items: ast.expr,
    place: At,
    recursive: LoopVariable | None,
    counted: bool,
) -> ast.stmt:
    """Return the Python loop; `counted`: the items are ready to be gone through."""
    where = rounds.low.at(node.iter)
    target = target_of(rounds, node.target)
    if recursive is not None:
        rounds.block.variables["loop"] = recursive
        name = recursive.identifier
        width = ast.Constant(width_of(node.target), **where)
        items = rounds.of("loop", [items, width, load(recursive.depth, where)], where)
    elif _reads_loop(rounds, node):
        name = rounds.block.declare("loop")
        rounds.block.variables["loop"] = LoopVariable("loop", name)
        items = rounds.of("loop", [items, *_width(node, where)], where)
    else:
        if not counted:
            items = rounds.of("each", [items, *_width(node, where)], where)
        return ast.For(target, items, rounds.body(node.body) or [ast.Pass(**place)], [], **place)
    both = ast.Tuple([store(name, place), target], ast.Store(), **place)
    return ast.For(both, items, rounds.body(node.body) or [ast.Pass(**place)], [], **place)


def _reads_loop(rounds: Writer, node: nodes.For) -> bool:
    if reads_name(node.body, "loop"):
        return True
    included = [rounds.text.includes.get(id(found)) for found in node.find_all(nodes.Include)]
    return any(text is not None and text.tree and reads_name(text.tree.body, "loop") for text in included)


def _recursive(out: Writer, node: nodes.For, place: At) -> list[ast.stmt]:
    """Return a function that runs the loop, and its first call: `loop(…)` in it calls it again."""
    names = out.root.names
    function, given, depth = names.give("nested"), names.give("items"), names.give("depth0")
    inside = out.inside(names.give("part"))
    variable = LoopVariable("loop", names.give("loop"), "any", False, function, depth)
    body = _loop(inside, inside.inside(), node, load(given, place), place, variable)
    whole = out.writes_part(inside.out, [*inside.block.prologue, *body], place)
    defined = define(function, parameters_of([given, depth], place), whole, place, [])
    first: list[ast.expr] = [out.low.value(node.iter), ast.Constant(0, **place)]
    return [defined, out.write(call(function, first, place), place)]


def _width(node: nodes.For, place: At) -> list[ast.expr]:
    width = width_of(node.target)
    return [ast.Constant(width, **place)] if width > 1 else []


def _loaded(target: nodes.Node) -> nodes.Expr:
    """Return an assignment's target as the value that it was given."""
    if isinstance(target, nodes.Tuple):
        return nodes.Tuple([_loaded(item) for item in target.items], "load", lineno=target.lineno)
    assert isinstance(target, nodes.Name)
    return nodes.Name(target.name, "load", lineno=target.lineno)

"""Calls, filters and tests to Python."""

from __future__ import annotations

import ast
import keyword
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from turbo_yaml.codegen.build import At, attribute, call, load, store
from turbo_yaml.codegen.templates.access import GLOBAL_FUNCTIONS
from turbo_yaml.codegen.templates.operations import compared
from turbo_yaml.codegen.templates.scopes import LoopVariable, MacroVariable
from turbo_yaml.template.vocabulary import SOFT_FILTERS, SOFT_TESTS

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.lowering import Lowering

FILTER_NAMES = {"count": "length", "d": "default", "e": "escape"}
"""Filters with two names, to the one that the run time has."""

_MAY_FIND_NOTHING = frozenset({"first", "last", "max", "min", "random"})
_TESTS_AS_OPERATORS = {
    "eq": "eq", "equalto": "eq", "ne": "ne", "gt": "gt", "greaterthan": "gt", "ge": "gteq", "lt": "lt",
    "lessthan": "lt", "le": "lteq", "in": "in",
}  # fmt: skip

_LITERAL = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.expr_context)


# Calls -------------------------------------------------------------------------------------------------


def _call(low: Lowering, node: nodes.Call) -> ast.expr:
    return call_with(low, node, [])


def call_with(low: Lowering, node: nodes.Call, passed: list[ast.keyword]) -> ast.expr:
    """Return a call with some named arguments more."""
    place = low.at(node)
    arguments, keywords = _arguments(low, node)
    keywords += passed
    callee = node.node
    if isinstance(callee, nodes.Getattr):
        owner = [low.value(callee.node), ast.Constant(callee.attr, **low.at(callee))]
        return _called(low.named("method", low.at(callee)), [*owner, *arguments], keywords, place)
    if isinstance(callee, nodes.Name):
        variable = low.scope.find(callee.name)
        if variable is None and callee.name in GLOBAL_FUNCTIONS:
            function = low.named(GLOBAL_FUNCTIONS[callee.name], low.at(callee))
            return _called(function, arguments, keywords, place)
        if isinstance(variable, MacroVariable):
            return _called(variable.load(low.at(callee)), arguments, keywords, place)
        if isinstance(variable, LoopVariable) and variable.function:
            deeper = ast.BinOp(load(variable.depth, place), ast.Add(), ast.Constant(1, **place), **place)
            return call(variable.function, [*arguments, deeper], place)
    return _called(low.named("invoke", place), [low.value(callee), *arguments], keywords, place)


def _called(
    function: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword], place: At
) -> ast.expr:
    return ast.Call(function, arguments, keywords, **place)


def _arguments(
    low: Lowering, node: nodes.Call | nodes.Filter | nodes.Test
) -> tuple[list[ast.expr], list[ast.keyword]]:
    arguments = [low.value(argument) for argument in node.args]
    if node.dyn_args is not None:
        arguments.append(ast.Starred(low.value(node.dyn_args), ast.Load(), **low.at(node.dyn_args)))
    keywords: list[ast.keyword] = []
    odd_keys: list[ast.expr | None] = []
    odd_values: list[ast.expr] = []
    for given in node.kwargs:
        place = low.at(given)
        key = str(given.key)
        if _is_python_name(key):
            keywords.append(ast.keyword(key, low.value(given.value), **place))
        else:
            odd_keys.append(ast.Constant(key, **place))
            odd_values.append(low.value(given.value))
    if odd_keys:
        place = low.at(node)
        keywords.append(ast.keyword(None, ast.Dict(odd_keys, odd_values, **place), **place))
    if node.dyn_kwargs is not None:
        keywords.append(ast.keyword(None, low.value(node.dyn_kwargs), **low.at(node.dyn_kwargs)))
    return arguments, keywords


def _is_python_name(key: str) -> bool:
    plain = not keyword.iskeyword(key) and not key.startswith("__")
    return plain and unicodedata.normalize("NFKC", key) == key


# Filters -----------------------------------------------------------------------------------------------


def _filter(low: Lowering, node: nodes.Filter) -> ast.expr:
    assert node.node is not None
    if node.name in SOFT_FILTERS:
        return _default(low, node, low.soft(node.node))
    return filtered(low, node, low.value(node.node))


def filtered(low: Lowering, node: nodes.Filter, value: ast.expr, soft: bool = False) -> ast.expr:
    """Return a filter applied to a value that is already lowered."""
    place = low.at(node)
    if node.name in SOFT_FILTERS:
        return _default(low, node, value)
    if node.name == "trusted":
        return value
    arguments, keywords = _arguments(low, node)
    if soft:
        missing = low.named("missing", place)
        keywords.append(ast.keyword("otherwise", missing, **place))
    name = FILTER_NAMES.get(node.name, node.name)
    function = attribute(low.named("filters", place), name, place)
    return _called(function, [value, *arguments], keywords, place)


def _soft_filter(low: Lowering, node: nodes.Filter) -> ast.expr:
    assert node.node is not None
    if node.name == "trusted":
        return low.soft(node.node)
    if node.name in _MAY_FIND_NOTHING:
        return filtered(low, node, low.value(node.node), soft=True)
    return _filter(low, node)


def _default(low: Lowering, node: nodes.Filter, value: ast.expr) -> ast.expr:
    """The default is worked out only where it is needed, so that its own names may be unset elsewhere."""
    place = low.at(node)
    given: list[nodes.Expr | None] = [*node.args[:2], *[None] * (2 - len(node.args))]
    for keyword_ in node.kwargs:
        given[0 if keyword_.key == "default_value" else 1] = keyword_.value
    default, boolean = given
    otherwise = ast.Constant("", **place) if default is None else low.value(default)
    plain = default is None or _is_plain(low, default)
    if boolean is None and isinstance(value, ast.Constant):
        return value
    if boolean is None and isinstance(value, ast.Name):
        return _unless_missing(low, value, value, otherwise, place)
    if plain:
        function = attribute(low.named("filters", place), "default", place)
        rest = [] if boolean is None else [low.value(boolean)]
        return call(function, [value, otherwise, *rest], place)
    name = low.module.fresh("found")
    kept = ast.NamedExpr(store(name, place), value, **place)
    if boolean is None:
        return _unless_missing(low, kept, load(name, place), otherwise, place)
    there = _is_not_missing(low, kept, place)
    filled = ast.BoolOp(
        ast.Or(), [load(name, place), ast.UnaryOp(ast.Not(), low.value(boolean), **place)], **place
    )
    test = ast.BoolOp(ast.And(), [there, filled], **place)
    return ast.IfExp(test, load(name, place), otherwise, **place)


def _unless_missing(
    low: Lowering, tested: ast.expr, value: ast.expr, otherwise: ast.expr, place: At
) -> ast.expr:
    return ast.IfExp(_is_not_missing(low, tested, place), value, otherwise, **place)


def _is_not_missing(low: Lowering, value: ast.expr, place: At) -> ast.expr:
    return ast.Compare(value, [ast.IsNot()], [low.named("missing", place)], **place)


def _is_plain(low: Lowering, node: nodes.Expr) -> bool:
    """Tell whether an expression can be worked out in vain: it cannot fail and costs nothing."""
    if isinstance(node, nodes.Name):
        variable = low.scope.find(node.name)
        return variable is not None and not variable.maybe_unset
    if isinstance(node, nodes.List | nodes.Tuple | nodes.Dict):
        return not [*node.iter_child_nodes()]
    return isinstance(node, nodes.Const)


# Tests -------------------------------------------------------------------------------------------------


def _test(low: Lowering, node: nodes.Test) -> ast.expr:
    place = low.at(node)
    if node.name in SOFT_TESTS:
        return _is_defined(low, node, node.name == "defined", place)
    value = low.value(node.node)
    constant = {"none": None, "true": True, "false": False}.get(node.name, ...)
    if constant is not ... and not _is_literal(value):
        return ast.Compare(value, [ast.Is()], [ast.Constant(constant, **place)], **place)
    arguments, keywords = _arguments(low, node)
    operator_name = _TESTS_AS_OPERATORS.get(node.name)
    if operator_name is not None and len(node.args) == 1 and len(arguments) == 1 and not keywords:
        return compared(low, operator_name, [node.node, node.args[0]], [value, arguments[0]], place)
    function = attribute(low.named("tests", place), _TEST_NAMES.get(node.name, node.name), place)
    return _called(function, [value, *arguments], keywords, place)


def _is_defined(low: Lowering, node: nodes.Test, wanted: bool, place: At) -> ast.expr:
    value = low.soft(node.node)
    if isinstance(value, ast.Constant):
        return ast.Constant(wanted, **place)
    if _is_literal(value):
        return ast.IfExp(value, ast.Constant(wanted, **place), ast.Constant(wanted, **place), **place)
    operator = ast.IsNot() if wanted else ast.Is()
    return ast.Compare(value, [operator], [low.named("missing", place)], **place)


def _is_literal(value: ast.expr) -> bool:
    """Tell whether Python may take an expression for a literal, whose identity it warns to compare."""
    return all(isinstance(node, _LITERAL) for node in ast.walk(value))


_TEST_NAMES = {
    name: {"gteq": "ge", "lteq": "le", "in": "is_in"}.get(op, op) for name, op in _TESTS_AS_OPERATORS.items()
}

RULES: dict[type[nodes.Node], Callable[[Lowering, Any], ast.expr]] = {
    nodes.Call: _call,
    nodes.Filter: _filter,
    nodes.Test: _test,
}
SOFT_RULES: dict[type[nodes.Node], Callable[[Lowering, Any], ast.expr]] = {nodes.Filter: _soft_filter}

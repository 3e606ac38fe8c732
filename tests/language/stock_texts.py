"""Texts and expressions of flows to values, by stock Jinja and the printing rules that the language adds."""

from __future__ import annotations

import json
from collections.abc import Callable, ItemsView, Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Undefined, UndefinedError, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import FilterArgumentError
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

Names = Mapping[str, Any]


class Unfit(Exception):
    """A text or an expression that gives no value: of kind `undefined`, `type` or `value`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def printed(value: Any) -> Any:
    """Return a value as a text shows it: data as JSON, and null not at all."""
    if isinstance(value, str | Undefined):
        return value
    if value is None or callable(value):
        raise Unfit("type")
    if isinstance(value, Iterator):
        value = list(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=list)


class Stock(ImmutableSandboxedEnvironment):
    """Jinja as it is, but that keys win over methods."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


JINJA = Stock(
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    finalize=printed,
)


def render(text: str, names: Names) -> str:
    """Return a text with its templates filled in."""
    return _tried(lambda: _template(text).render(names))  # type: ignore[no-any-return]


def value(text: str, names: Names) -> Any:
    """Return what a text in the place of a value gives: one `{{ expression }}` keeps its type."""
    only = _only_expression(text)
    return render(text, names) if only is None else _evaluated(only, names)


def evaluate(expression: str, names: Names) -> Any:
    """Return the value of an expression."""
    return _evaluated(_parsed(expression), names)


def holds(expression: str, names: Names) -> bool:
    """Return whether a condition is true; text is no condition, wherever it stands."""
    return _holds(_parsed(expression), names)


def _holds(node: nodes.Node, names: Names) -> bool:
    match node:
        case nodes.And():
            return _holds(node.left, names) and _holds(node.right, names)
        case nodes.Or():
            return _holds(node.left, names) or _holds(node.right, names)
        case nodes.Not():
            return not _holds(node.node, names)
    found = _evaluated(node, names)
    if isinstance(found, str):
        raise Unfit("type")
    return bool(found)


@cache
def _template(text: str) -> Any:
    return JINJA.from_string(text)


@cache
def _only_expression(text: str) -> nodes.Expr | None:
    body = JINJA.parse(text).body
    if not text.startswith("{{") or len(body) != 1 or not isinstance(body[0], nodes.Output):
        return None
    parts = body[0].nodes
    return None if len(parts) != 1 or isinstance(parts[0], nodes.TemplateData) else parts[0]


@cache
def _parsed(expression: str) -> nodes.Expr:
    parser = Parser(JINJA, expression, state="variable")
    node = parser.parse_expression()
    assert parser.stream.eos
    return node


@cache
def _compiled(node: nodes.Expr) -> TemplateExpression:
    body: list[nodes.Node] = [nodes.Assign(nodes.Name("result", "store"), node, lineno=1)]
    for part in body:
        part.set_environment(JINJA)
    template = JINJA.from_string(nodes.Template(body, lineno=1))
    return TemplateExpression(template, undefined_to_none=False)


def _evaluated(node: nodes.Expr, names: Names) -> Any:
    found = _tried(lambda: _compiled(node)(names))
    if isinstance(found, Undefined):
        raise Unfit("undefined")
    return list(found) if isinstance(found, Iterator | ItemsView) else found


def _tried(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except UndefinedError:
        raise Unfit("undefined") from None
    except (TypeError, FilterArgumentError):
        raise Unfit("type") from None
    except (ArithmeticError, ValueError, LookupError):
        raise Unfit("value") from None

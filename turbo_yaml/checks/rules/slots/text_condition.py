"""A condition that is text."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import is_never
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.checks.wording import written
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.template import Expression

RULE = Rule("text-condition", "error", "A condition is text, and any text would be true.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the conditions, and the parts of them, that are text or may be."""
    typed = subject.typed
    for condition in typed.conditions.values():
        for node in _leaves(condition.node):
            type_ = typed.of(node)
            if type_.any or type_.text is None:
                continue
            only = is_never(type_._replace(text=None, null=False))
            message = f"this condition {'is' if only else 'may be'} text, and any text would be true"
            yield RULE.at(subject.source, condition.span_of(node), message, _advice(condition, node))


def _leaves(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield the values whose truth decides a condition."""
    match node:
        case nodes.Not():
            yield from _leaves(node.node)
        case nodes.And() | nodes.Or():
            yield from _leaves(node.left)
            yield from _leaves(node.right)
        case nodes.CondExpr() if node.expr2 is not None:
            for part in (node.test, node.expr1, node.expr2):
                yield from _leaves(part)
        case _:
            yield node


def _advice(condition: Expression, node: nodes.Node) -> str:
    if isinstance(node, nodes.Const):
        return "write `true` or `false`, without quotes"
    shown = (written(condition, node) or "`…`").strip("`")
    return f"compare it: `{shown} == 'yes'`, or `{shown} != ''`"

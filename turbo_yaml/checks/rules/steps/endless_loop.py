"""A loop in which nothing changes its condition."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import names_set, steps
from turbo_yaml.template import Expression

RULE = Rule("endless-loop", "warning", "Nothing in a loop can end it but its `limit`.")
_LEAVES = (n.Break, n.Return, n.Stop, n.Handoff, n.Raise, n.Assert, n.Broken)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the loops that fail at their `limit` whenever they begin."""
    for _, step in subject.steps():
        if not isinstance(step, n.While) or step.otherwise is not None:
            continue
        if any(isinstance(inner, _LEAVES) for inner in steps(step.body)):
            continue
        read = set(subject.facts.reads.get(id(step.condition), ()))
        if "memory" in read or read & names_set(step.body).keys() or _is_open(step.condition):
            continue
        message = "nothing in this loop changes its condition: once it begins, it fails at its `limit`"
        help_ = "set what the condition reads, `break`, or say with `otherwise` what is done at the limit"
        yield RULE.at(subject.source, step.condition.span, message, help_)


def _is_open(condition: Expression) -> bool:
    """Tell whether a condition can turn out otherwise though no variable changes, or is false at once."""
    node = condition.node
    if isinstance(node, nodes.Const) and not node.value:
        return True
    filters = [node] if isinstance(node, nodes.Filter) else []
    chance = any(each.name in ("random", "shuffle") for each in [*filters, *node.find_all(nodes.Filter)])
    return chance or isinstance(node, nodes.Call) or next(node.find_all(nodes.Call), None) is not None

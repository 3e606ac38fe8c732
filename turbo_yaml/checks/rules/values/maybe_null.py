"""A value that may be null where null cannot stand."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import Type, is_never, without_null
from turbo_yaml.analysis.inference.narrowing import path_of
from turbo_yaml.analysis.inference.schemas import type_before_defaults
from turbo_yaml.analysis.inference.tables.filters import FILTERS
from turbo_yaml.analysis.inference.tables.operators import SIGNS
from turbo_yaml.analysis.inference.typed import Typed, Use
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.checks.wording import written
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.template import Text

RULE = Rule("maybe-null", "warning", "A value that may be null stands where null cannot.")
_ORDER = frozenset({"lt", "lteq", "gt", "gteq"})


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the first place for each value that may be null and must not be."""
    typed = subject.typed
    told: set[tuple[str, int]] = set()
    for (where, node), what in (*_demands(typed), *_in_steps(subject)):
        type_ = typed.of(node)
        if not may_be_null(type_):
            continue
        path = path_of(node)
        key = (path or "", id(type_) if path else id(node))
        if key in told:
            continue
        told.add(key)
        shown = written(where, node) or "this"
        help_ = "say what to take then: `default('…', true)`, or test it with `is not none` before"
        yield RULE.at(where.source, where.span_of(node), f"{shown} may be null, and {what}", help_)


def _in_steps(subject: Subject) -> Iterator[tuple[Use, str]]:
    """Yield the lists of loops, and what is given to inputs that take no null."""
    for _, step in subject.steps():
        if isinstance(step, n.For):
            yield Use(step.iterable, step.iterable.node), "there is nothing in null to go through"
        elif isinstance(step, n.Include | n.Call | n.Handoff) and subject.declared:
            link = subject.links.get(id(step.flow))
            inputs = {given.name: given for given in link.flow.inputs} if link is not None else {}
            for argument in step.arguments:
                wanted, value = inputs.get(argument.name), argument.value
                if (
                    wanted is None
                    or not wanted.required
                    or not isinstance(value, Text)
                    or value.single is None
                ):
                    continue
                type_ = type_before_defaults(wanted.schema)
                if not (type_.any or type_.null):
                    yield Use(value, value.single), f"the input `{argument.name}` takes no null"


def may_be_null(type_: Type) -> bool:
    """Tell whether a value is known to be null at times, and to be something else at others."""
    return type_.null and not type_.any and not is_never(without_null(type_)._replace(unset=None))


def _demands(typed: Typed) -> Iterator[tuple[Use, str]]:
    """Yield each place that takes no null, with what to say of it."""
    for use in typed.printed.values():
        yield use, "a text cannot print null"
    for where, concat in typed.find(nodes.Concat):
        for part in concat.nodes:
            yield Use(where, part), "`~` does not work with null"
    for kind, sign in SIGNS.items():
        for where, node in typed.find(kind):
            assert isinstance(node, nodes.BinExpr)
            for side in (node.left, node.right):
                yield Use(where, side), f"`{sign}` does not work with null"
    for where, comparison in typed.find(nodes.Compare):
        yield from _compared(Use(where, comparison))
    for where, member in typed.find(nodes.Getattr):
        if id(member) not in typed.soft:
            yield Use(where, member.node), f"null has no `{member.attr}`"
    for where, item in typed.find(nodes.Getitem):
        if id(item) not in typed.soft:
            yield Use(where, item.node), "null has no items"
    for where, filter_ in typed.find(nodes.Filter):
        kind_of = FILTERS.get(filter_.name)
        if filter_.node is None or kind_of is None or kind_of.falsy:
            continue
        if kind_of.takes not in ("anything", "data"):
            yield Use(where, filter_.node), f"`{filter_.name}` does not take null"


def _compared(use: Use) -> Iterator[tuple[Use, str]]:
    where, node = use
    assert isinstance(node, nodes.Compare)
    left: nodes.Node = node.expr
    for operand in node.ops:
        if operand.op in _ORDER:
            yield Use(where, left), "null is neither less nor greater"
            yield Use(where, operand.expr), "null is neither less nor greater"
        elif operand.op in ("in", "notin"):
            yield Use(where, operand.expr), "nothing can be looked for in null"
        left = operand.expr

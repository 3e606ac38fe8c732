"""A value that may be of a kind that its place does not take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from jinja2 import nodes

from turbo_yaml.analysis.inference.fitting import misfit, wrong_constant
from turbo_yaml.analysis.inference.lattice import NULL, Type, join, join_all, kinds_of
from turbo_yaml.analysis.inference.schemas import type_before_defaults
from turbo_yaml.analysis.inference.tables.filters import FILTERS, TAKEN, taken
from turbo_yaml.analysis.inference.tables.operators import COMPARISONS, SIGNS, arithmetic, compared
from turbo_yaml.analysis.inference.typed import Typed, Where
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.rules.slots.wrong_argument import given_arguments
from turbo_yaml.checks.rules.values.changing_kind import changes
from turbo_yaml.checks.subject import Subject
from turbo_yaml.checks.wording import written
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n
from turbo_yaml.source import Source, Span
from turbo_yaml.template import Text
from turbo_yaml.types import Input

RULE = Rule("maybe-wrong", "warning", "A value may be of a kind that its place does not take.")


_Doubt = tuple[Source, Span, str, str | None, set[str]]
"""A place, what is said of it, the next move, and the names that what stands there is made of."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what is given, given back and worked with, where it fits on some paths and not on others.

    Where `changing-kind` tells why nothing more is said, and of what expressions use the first place is told.
    """
    if not subject.declared:
        return
    changing = _made_of({name for name, _ in changes(subject)}, subject)
    told = {*changing}
    for source, span, message, help_, names in (*_given_back(subject), *_given(subject)):
        if changing.isdisjoint(names):
            yield RULE.at(source, span, message, help_)
            told |= names
    for source, span, message, help_, names in sorted(_uses(subject.typed), key=lambda doubt: doubt[1]):
        if told.isdisjoint(names):
            yield RULE.at(source, span, message, help_)
            told |= names


def _made_of(names: set[str], subject: Subject) -> set[str]:
    """Return names, and those that are set to what is made of them."""
    while True:
        more = {
            entry.name
            for _, step in subject.steps()
            if isinstance(step, n.Assign)
            for entry in step.entries
            if names & _reads(entry.value)
        }
        if more <= names:
            return names
        names = names | more


def _given(subject: Subject) -> Iterator[_Doubt]:
    for argument, wanted, called in given_arguments(subject):
        type_ = _type_of(wanted)
        why = _doubt(subject.typed.of_value(argument.value), type_)
        if why is not None and wrong_constant(argument.value, wanted.schema) is None:
            message, names = f"{called} may not take this: {why}", _reads(argument.value)
            yield subject.source, argument.value.span, message, _advice(type_), names


def _given_back(subject: Subject) -> Iterator[_Doubt]:
    for flow in subject.flows:
        wanted = None if flow.output is None else type_before_defaults(flow.output)
        if flow.output is None or wanted is None:
            continue
        for given, type_ in subject.typed.flows[id(flow)].returns.values():
            why = None if wrong_constant(given.value, flow.output) else _doubt(type_, wanted)
            if why is not None:
                message, names = f"this may not be the `output` of `{flow.name}`: {why}", _reads(given.value)
                yield subject.source, given.value.span, message, _advice(wanted), names


def _uses(typed: Typed) -> Iterator[_Doubt]:
    """Yield what an operator or a filter works with on some paths only."""
    for where, node, odd, why in (*_operands(typed), *_filtered(typed)):
        message = f"{written(where, node) or 'this'} may be {described(odd)}, and {why}"
        yield where.source, where.span_of(node), message, None, _names(node)


def _operands(typed: Typed) -> Iterator[tuple[Where, nodes.Node, Type, str]]:
    """Yield what stands beside an operator, the kinds of it that fit nothing on the other side, and why."""
    for kind, sign in SIGNS.items():
        for where, node in typed.find(kind):
            assert isinstance(node, nodes.BinExpr)
            yield from _sides(typed, where, (node.left, node.right), partial(arithmetic, sign), sign)
    for where, comparison in typed.find(nodes.Compare):
        left: nodes.Node = comparison.expr
        for operand in comparison.ops:
            sign = COMPARISONS[operand.op]
            yield from _sides(typed, where, (left, operand.expr), partial(compared, operand.op), sign)
            left = operand.expr


def _sides(
    typed: Typed,
    where: Where,
    sides: tuple[nodes.Node, nodes.Node],
    result: Callable[[Type, Type], Type | None],
    sign: str,
) -> Iterator[tuple[Where, nodes.Node, Type, str]]:
    left, right = (kinds_of(typed.of(side)) for side in sides)
    fits = [[result(one, other) is not None for other in right] for one in left]
    for node, kinds, rows, others in (
        (sides[0], left, fits, right),
        (sides[1], right, [*zip(*fits, strict=True)], left),
    ):
        odd = [kind for kind, row in zip(kinds, rows, strict=False) if not any(row)]
        if 0 < len(odd) < len(kinds) and others:
            yield (
                where,
                node,
                join_all(odd),
                f"`{sign}` does not work with that and {described(join_all(others))}",
            )


def _filtered(typed: Typed) -> Iterator[tuple[Where, nodes.Node, Type, str]]:
    """Yield what stands before a filter, the kinds of it that the filter does not take, and why."""
    for where, node in typed.find(nodes.Filter):
        kind_of = FILTERS.get(node.name)
        if node.node is None or kind_of is None:
            continue
        kinds = kinds_of(typed.of(node.node))
        odd = [kind for kind in kinds if not taken(node.name, kind)]
        if 0 < len(odd) < len(kinds):
            yield where, node.node, join_all(odd), f"`{node.name}` takes {TAKEN[kind_of.takes]}"


def _reads(value: n.Value) -> set[str]:
    """Return the names that a value is made of."""
    match value:
        case n.ListValue():
            return set().union(*map(_reads, value.items))
        case n.MapValue():
            return set().union(*(_reads(entry.value) for entry in value.entries))
        case Text() if value.tree is not None:
            return _names(value.tree)
    return set()


def _names(node: nodes.Node) -> set[str]:
    """Return the names that an expression is made of."""
    own = {node.name} if isinstance(node, nodes.Name) else set()
    return own | {inner.name for inner in node.find_all(nodes.Name)}


def _type_of(given: Input) -> Type:
    wanted = type_before_defaults(given.schema)
    return wanted if given.required else join(wanted, NULL)


def _advice(wanted: Type) -> str | None:
    if wanted.text is None or wanted.text.labels is None:
        return None
    return "declare where it comes from with the same `enum`, ask with `choices`, or test it before"


def _doubt(given: Type, wanted: Type) -> str | None:
    """Return why a value may not fit; None where it always does, or never, which is an error of its own."""
    return None if misfit(given, wanted) is not None else misfit(given, wanted, doubts=True)

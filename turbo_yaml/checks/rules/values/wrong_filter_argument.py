"""A filter that is given a value of a kind that its parameter does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from warnings import catch_warnings, simplefilter

from jinja2 import nodes

from turbo_yaml.analysis.inference.tables.filters import FILTERS, WANTED, suits
from turbo_yaml.analysis.inference.tables.operators import searchable
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.template.vocabulary import FILTERS as SIGNATURES

_LONGEST: Final = 1000
_PLACE: Final = r"%(?:%|[#0 +-]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa])"
RULE = Rule("wrong-filter-argument", "error", "A filter is given a value that its parameter does not take.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the arguments that no value of their type suits."""
    typed = subject.typed
    for where, node in typed.find(nodes.Filter):
        for place, message in _written_wrong(node):
            yield RULE.at(where.source, where.span_of(place), message)
        searched = _searched(node)
        if searched is not None and not searchable(typed.of(searched)):
            message = f"`in` looks into a list, a text or a map, not into {described(typed.of(searched))}"
            yield RULE.at(where.source, where.span_of(searched), message)
        kind = FILTERS.get(node.name)
        if kind is None or not kind.wants:
            continue
        for name, argument in _arguments(node):
            wanted = kind.wants.get(name)
            given = typed.of(argument)
            if wanted is not None and not suits(wanted, given):
                message = f"`{name}` of `{node.name}` takes {WANTED[wanted]}, not {described(given)}"
                yield RULE.at(where.source, where.span_of(argument), message)


def _written_wrong(node: nodes.Filter) -> Iterator[tuple[nodes.Node, str]]:
    """Yield the pattern or the format that is written out and does not work, with what is wrong with it."""
    first = node.args[0] if node.args else None
    if node.name.startswith("regex_") and isinstance(first, nodes.Const) and isinstance(first.value, str):
        try:
            with catch_warnings():
                simplefilter("ignore")
                re.compile(first.value[:_LONGEST])
        except (re.error, OverflowError, RecursionError) as problem:
            yield first, f"this pattern cannot be read: {problem}"
    if node.name != "format" or not isinstance(node.node, nodes.Const) or node.kwargs or node.dyn_args:
        return
    text = str(node.node.value)
    places = [found for found in re.finditer(_PLACE, text) if found[0] != "%%"]
    if not re.sub(_PLACE, "", text).count("%") and len(places) != len(node.args):
        yield node.node, f"this format has {len(places)} places to fill, and is given {len(node.args)} values"


def _searched(node: nodes.Filter) -> nodes.Expr | None:
    """Return what `select('in', …)`, and the filters like it, look into."""
    at = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}.get(node.name)
    if at is None or len(node.args) < at + 2:
        return None
    test = node.args[at]
    return node.args[at + 1] if isinstance(test, nodes.Const) and test.value == "in" else None


def _arguments(node: nodes.Filter) -> Iterator[tuple[str, nodes.Expr]]:
    yield from zip(SIGNATURES[node.name].parameters, node.args, strict=False)
    for keyword in node.kwargs:
        yield str(keyword.key), keyword.value

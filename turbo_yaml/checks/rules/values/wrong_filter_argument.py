"""A filter that is given a value of a kind that its parameter does not take."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.tables.filters import FILTERS, WANTED, suits
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.template.vocabulary import FILTERS as SIGNATURES

RULE = Rule("wrong-filter-argument", "error", "A filter is given a value that its parameter does not take.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the arguments that no value of their type suits."""
    typed = subject.typed
    for where, node in typed.find(nodes.Filter):
        kind = FILTERS.get(node.name)
        if kind is None or not kind.wants:
            continue
        for name, argument in _arguments(node):
            wanted = kind.wants.get(name)
            given = typed.of(argument)
            if wanted is not None and not suits(wanted, given):
                message = f"`{name}` of `{node.name}` takes {WANTED[wanted]}, not {described(given)}"
                yield RULE.at(where.source, where.span_of(argument), message)


def _arguments(node: nodes.Filter) -> Iterator[tuple[str, nodes.Expr]]:
    yield from zip(SIGNATURES[node.name].parameters, node.args, strict=False)
    for keyword in node.kwargs:
        yield str(keyword.key), keyword.value

"""A loop over what is no list."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import Type, is_never, without_null
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow import nodes as n

RULE = Rule("not-a-list", "error", "A loop goes through what is no list.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the loops of steps over text, and all loops over what has no items."""
    typed = subject.typed
    for _, step in subject.steps():
        if isinstance(step, n.For):
            type_ = typed.of_value(step.iterable)
            if _has_no_items(type_, texts_do=False):
                message = f"`for` goes through a list, and this is {described(_known(type_))}"
                help_ = "`| lines` and `| words` make a list of a text" if type_.text is not None else None
                yield RULE.at(subject.source, step.iterable.span, message, help_)
    for where, loop in typed.loops.values():
        assert isinstance(loop, nodes.For)
        type_ = typed.of(loop.iter)
        if _has_no_items(type_, texts_do=True):
            message = f"`for` goes through a list, and this is {described(_known(type_))}"
            yield RULE.at(where.source, where.span_of(loop.iter), message)


def _known(type_: Type) -> Type:
    present = without_null(type_._replace(unset=None))
    return type_ if is_never(present) else present


def _has_no_items(type_: Type, *, texts_do: bool) -> bool:
    type_ = type_._replace(unset=None)
    if type_.any or is_never(type_) or type_.list is not None or type_.map is not None:
        return False
    return not (type_.state is not None or (texts_do and type_.text is not None))

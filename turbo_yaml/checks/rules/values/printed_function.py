"""A function in a text, where its value was meant."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.inference.lattice import is_never
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("printed-function", "error", "A text prints a function.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what a text prints that can only be a function, or the state of a loop."""
    typed = subject.typed
    for where, node in typed.printed.values():
        type_ = typed.of(node)
        function, state = type_.function, type_.state
        if type_.any or not is_never(type_._replace(function=None, state=None, unset=None)):
            continue
        if function is not None:
            message = f"a text cannot print the function `{function.name}`"
            yield RULE.at(where.source, where.span_of(node), message, f"call it: `{function.name}(…)`")
        elif state is not None:
            message = f"a text cannot print a `{state.name}`"
            yield RULE.at(where.source, where.span_of(node), message, "take a part of it")

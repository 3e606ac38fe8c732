"""Null in a text."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.inference.lattice import is_never
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("printed-null", "error", "A text prints null.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what a text prints that can only be null."""
    typed = subject.typed
    for where, node in typed.printed.values():
        type_ = typed.of(node)._replace(unset=None)
        if type_.null and not type_.any and is_never(type_._replace(null=False)):
            message = "a text cannot print null"
            yield RULE.at(
                where.source, where.span_of(node), message, "say what to print: `default('…', true)`"
            )

"""Something that is called and is no function."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import is_never, without_null
from turbo_yaml.analysis.inference.words import described
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.checks.wording import written
from turbo_yaml.diagnostics import Diagnostic

RULE = Rule("not-callable", "error", "Something is called that is no function.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the calls of what can only be data."""
    typed = subject.typed
    for where, node in typed.find(nodes.Call):
        callee = typed.of(node.node)._replace(unset=None)
        if callee.any or callee.function is not None or callee.state is not None or is_never(callee):
            continue
        what = written(where, node.node) or "this"
        message = f"{what} is {described(without_null(callee))}, and cannot be called"
        help_ = None
        if isinstance(node.node, nodes.Getattr) and node.node.attr in ("items", "keys", "values"):
            help_ = "the map has a key of this name; use the filter `items`"
        yield RULE.at(where.source, where.span_of(node.node), message, help_)

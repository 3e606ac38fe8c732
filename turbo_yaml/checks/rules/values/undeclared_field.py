"""A field that the type of a value does not speak of."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from turbo_yaml.analysis.inference.lattice import is_never
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.checks.wording import written
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean

RULE = Rule("undeclared-field", "warning", "A field is read that the type of its map leaves open.")
_METHODS = frozenset({"copy", "get", "items", "keys", "values"})


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the keys of maps whose JSON Schema names other properties, and does not close the list."""
    typed = subject.typed
    for where, node in typed.find(nodes.Getattr):
        owner = typed.of(node.node)._replace(unset=None, null=False)
        map_ = owner.map
        if id(node) in typed.soft or owner.any or map_ is None or not is_never(owner._replace(map=None)):
            continue
        if map_.open and map_.fields and node.attr not in map_.fields and node.attr not in _METHODS:
            shown = written(where, node.node) or "this map"
            message = f"the type of {shown} says nothing of a field `{node.attr}`"
            help_ = did_you_mean(node.attr, map_.fields) or "declare it under `properties`, or `default(…)`"
            yield RULE.at(where.source, where.name_span_of(node), message, help_)

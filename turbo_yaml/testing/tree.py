"""The `tests` of a flow file, without reading the rest of it."""

from __future__ import annotations

from collections.abc import Sequence

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow.nodes.tests import Test
from turbo_yaml.flow.parse import parse_tests
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping
from turbo_yaml.syntax.loader import parse_yaml


def read_flow_tests(source: Source) -> tuple[Sequence[Test], list[Diagnostic]]:
    """Return the tests in a flow file, and what is wrong with its YAML or with their shape."""
    if "tests" not in source.text:
        return (), []
    tree, found = parse_yaml(source)
    node = tree.get("tests") if isinstance(tree, Mapping) else None
    if node is None:
        return (), found
    tests, problems = parse_tests(node, source)
    return tests, [*found, *problems]

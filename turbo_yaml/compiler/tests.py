"""Files of tests to their tests, and to what is wrong in them: beside the flow, in a file of their own."""

from __future__ import annotations

from collections.abc import Sequence

from turbo_yaml.compiler.build import Builder
from turbo_yaml.compiler.files import Place, unreadable
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow.nodes.tests import Test, TestFile
from turbo_yaml.flow.parse import parse_test_file, parse_tests
from turbo_yaml.source import Source
from turbo_yaml.source.files import UnreadableText
from turbo_yaml.syntax import Mapping
from turbo_yaml.syntax.loader import parse_yaml


def read_tests(builder: Builder, place: Place) -> tuple[TestFile | None, list[Diagnostic]]:
    """Return a file of tests, and what is wrong with its shape; raise `UnreadableText`."""
    source = builder.files.read(place)
    tree, found = parse_yaml(source)
    if tree is None:
        return None, found
    file, problems = parse_test_file(tree, source)
    return file, [*found, *problems]


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


def check_tests(builder: Builder, place: Place) -> tuple[list[Diagnostic], Place | None]:
    """Return what is wrong in a file of tests, and the place of its flow where that can be read."""
    from turbo_yaml.checks.levels import Levels
    from turbo_yaml.checks.rules.slots.wrong_test import misfits
    from turbo_yaml.checks.run import settled

    file, found = read_tests(builder, place)
    flow: Place | None = None
    if file is not None:
        try:
            flow = builder.files.beside(place, file.flow.path)
            tested = builder.parsed(flow).file
        except UnreadableText as problem:
            return [*found, unreadable(problem, file.source, file.flow.span)], None
        rows, problems = builder.rows(place, file.source, file.tests)
        found = [*found, *problems]
        if tested is not None:
            found += misfits(file.tests, tested, file.source, rows)
    return settled(found, builder.files.read(place), builder.levels or Levels(), clean=not found), flow

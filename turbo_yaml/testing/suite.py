"""Files to the tests in them, each with the flow that it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from turbo_yaml.compiler.build import Builder
from turbo_yaml.compiler.edge import load
from turbo_yaml.compiler.files import Files, Place
from turbo_yaml.compiler.tests import read_flow_tests, read_tests
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import FlowInvalid, UsageError
from turbo_yaml.flow.nodes import FlowFile
from turbo_yaml.flow.nodes.tests import Assertion, Test
from turbo_yaml.records import replace
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.settings.layers import Layer
from turbo_yaml.source import Source, Span
from turbo_yaml.source.files import UnreadableText, is_test_file
from turbo_yaml.testing.assertions.registry import WATCHED
from turbo_yaml.testing.cases import Case, cases_of
from turbo_yaml.testing.snapshots import file_words
from turbo_yaml.testing.templates import Templates

_TURBO: Final = re.compile(rb"^(?:\xef\xbb\xbf)?[\"']?turbo[\"']?\s*:", re.MULTILINE)
_TESTS: Final = re.compile(rb"^[\"']?tests[\"']?\s*:", re.MULTILINE)
_STEPS: Final = re.compile(r"\bsteps\b")

LayersOf = Callable[[Path], Iterable[Layer]]


class Suite:
    """The tests of one file. Reading it raises `FlowInvalid` or `UsageError` where something is wrong.

    `layers_of` gives the settings for flows in a folder; `watched`: steps tell when they run.
    """

    def __init__(
        self, path: Path, layers_of: LayersOf, *, profiles: Sequence[str] = (), watched: bool = False
    ) -> None:
        self.path = path
        self.name = str(path)
        self._layers_of = layers_of
        self._profiles = profiles
        self._watched = watched
        self.written: list[Path] = []
        """The snapshots that were written."""
        self._builder = Builder(Files.around(path), None)
        self._templates = Templates()
        self._functions: dict[tuple[str | None, bool], TurboGenFn] = {}
        place = Place(path.resolve(), self.name)
        try:
            self.flow, self.source, self.tests, self.rows = self._read(place)
        except UnreadableText as problem:
            raise UsageError(problem.message, hint=problem.help) from None

    def _read(self, place: Place) -> tuple[Place, Source, Sequence[Test], Mapping[str, Any]]:
        builder = self._builder
        flow = place
        tests: Sequence[Test] = ()
        if is_test_file(place.name):
            file, found = read_tests(builder, place)
            _refuse(found)
            assert file is not None
            flow, tests = builder.files.beside(place, file.flow.path), file.tests
        else:
            tests, found = read_flow_tests(builder.files.read(place))
            _refuse(found)
        source = builder.files.read(place)
        rows, found = builder.rows(place, source, tests)
        _refuse(found)
        return flow, source, tests, rows

    @property
    def templates(self) -> Templates:
        """The templates of its tests."""
        return self._templates

    def load(self) -> None:
        """Load the flows that are tested; `FlowInvalid` with all that is wrong."""
        for test in self.tests:
            self.function(test)

    def cases(self) -> Iterator[Case]:
        """Yield every case of every test."""
        taken: set[str] = set()
        for test in self.tests:
            info = self.function(test).info
            declared = () if info is None else info.inputs
            try:
                for case in cases_of(test, self.source, self.rows, declared, self._templates):
                    snapshot = file_words(case.name, taken)
                    taken.add(snapshot)
                    yield replace(case, snapshot=snapshot)
            except UsageError as problem:
                assert test.rows is not None
                raise self._refused(problem, test.rows.span) from None

    def is_watched(self, test: Test) -> bool:
        """Tell whether the steps of this test's runs tell when they run."""
        return self._watched or wants_steps(test)

    def function(self, test: Test) -> TurboGenFn:
        """Return the flow that a test is about; `FlowInvalid` where it cannot be run."""
        key = (test.flow, self.is_watched(test))
        known = self._functions.get(key)
        if known is None:
            layers = self._layers_of(self.flow.path.parent)
            known = self._load(test, layers, probed=key[1])
            self._functions[key] = known
        return known

    def _load(self, test: Test, layers: Iterable[Layer], *, probed: bool) -> TurboGenFn:
        try:
            return load(self.flow.name, layers=layers, profiles=self._profiles, flow=test.flow, probed=probed)
        except UsageError as problem:
            raise self._refused(problem, test.flow_span or test.span) from None

    def _refused(self, problem: UsageError, span: Span) -> FlowInvalid:
        """Return a problem with its place in the tests."""
        return FlowInvalid([Diagnostic("wrong-test", problem.message, self.source, span, problem.hint)])

    def parsed(self, source: Source) -> FlowFile | None:
        """Return the flow file that a source is, as far as it is one of this program's."""
        from turbo_yaml.compiler.stages import parse

        return parse(source).file


def has_tests(path: Path) -> bool:
    """Tell whether a YAML file is a flow with tests in it, or a file of tests; quickly, for any file."""
    if is_test_file(path.name):
        return True
    try:
        text = path.read_bytes()
    except OSError:
        return False
    return _TURBO.search(text) is not None and _TESTS.search(text) is not None


def wants_steps(test: Test) -> bool:
    """Tell whether a test asks which steps ran."""
    every = [*test.expect, *(one for turn in test.turns for one in turn.expect)]
    return any(_wants_steps(assertion) for assertion in every)


def _wants_steps(assertion: Assertion) -> bool:
    if assertion.name == "assert-set":
        return any(_wants_steps(one) for one in assertion.value)
    if assertion.name in WATCHED:
        return True
    expressions = [assertion.of, assertion.value if assertion.name == "assert" else None]
    return any(one is not None and _STEPS.search(one.scalar.text) is not None for one in expressions)


def _refuse(found: Iterable[Diagnostic]) -> None:
    errors = [one for one in found if one.severity == "error"]
    if errors:
        raise FlowInvalid(errors)

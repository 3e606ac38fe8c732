"""A plug-in of pytest: with `--flows`, tests in flow files are run beside those in Python."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from turbo_yaml.diagnostics import Diagnostic
    from turbo_yaml.settings.layers import Layer
    from turbo_yaml.testing.cases import Case
    from turbo_yaml.testing.outcome import Outcome
    from turbo_yaml.testing.suite import Suite

_ENDINGS = (".yaml", ".yml")
_TOLD = pytest.StashKey[set[str]]()
"""The warnings that were given."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--flows`."""
    group = parser.getgroup("turbo-yaml")
    group.addoption("--flows", action="store_true", help="run the tests in flow files and in *.test.yaml")
    group.addoption(
        "--flows-live", action="store_true", help="with --flows: ask the real model where a test does"
    )
    group.addoption("--flows-update", action="store_true", help="with --flows: write the snapshots anew")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a YAML file that has tests in it."""
    if file_path.suffix not in _ENDINGS or not parent.config.getoption("flows"):
        return None
    found: pytest.Collector = FlowFile.from_parent(parent, path=file_path)
    return found


class FlowFile(pytest.File):
    """A flow, or a file of tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each case; what is wrong in the file fails its collection."""
        from turbo_yaml.testing.suite import Suite, has_tests

        if not has_tests(self.path):
            return
        from turbo_yaml.diagnostics.render import render, render_failure
        from turbo_yaml.diagnostics.visible import one_line
        from turbo_yaml.errors import FlowInvalid, UsageError

        try:
            suite = Suite(self._shown(), self._layers)
            cases = [*suite.cases()]
        except FlowInvalid as problem:
            raise self.CollectError(render(problem.diagnostics)) from None
        except UsageError as problem:
            raise self.CollectError(render_failure(problem)) from None
        for case in cases:
            yield FlowItem.from_parent(self, name=one_line(case.name), suite=suite, case=case)

    def _layers(self, folder: Path) -> Iterable[Layer]:
        """Return the settings for flows in a folder: the project's, and for live tests the user's own."""
        from turbo_yaml.errors import FlowInvalid
        from turbo_yaml.settings.sources import environment_layer
        from turbo_yaml.settings.trust import run_layers

        live = bool(self.config.getoption("flows_live"))
        layers, found = run_layers(folder, os.environ, offline=not live)
        environment, problems = environment_layer(os.environ if live else {})
        found += problems
        if any(problem.severity == "error" for problem in found):
            raise FlowInvalid(found)
        told = self.config.stash.setdefault(_TOLD, set())
        for problem in found:
            _warn(problem, told)
        return [*layers, *([] if environment is None else [environment])]

    def _shown(self) -> Path:
        """Return the path as it is shown: from the folder where pytest was started, if it is below."""
        here = self.config.invocation_params.dir
        return (
            self.path.relative_to(here)
            if here == Path.cwd() and self.path.is_relative_to(here)
            else self.path
        )


class FlowItem(pytest.Item):
    """One case of a test."""

    def __init__(self, *, suite: Suite, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._suite = suite
        self._case = case

    def runtest(self) -> None:
        """Run the case; `FlowTestFailed` where it does not pass."""
        from turbo_yaml.testing.runner import Order, run_case

        option = self.config.getoption
        order = Order(live=bool(option("flows_live")), update=bool(option("flows_update")))
        outcome = run_case(self._suite, self._case, order)
        if outcome.state == "skipped":
            pytest.skip(outcome.reason or "")
        if outcome.state == "failed":
            raise FlowTestFailed(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what failed, with its place in the flow file."""
        if not isinstance(excinfo.value, FlowTestFailed):
            return super().repr_failure(excinfo, style)
        from turbo_yaml.testing.reports.text import TextReport

        return TextReport().problems(excinfo.value.outcome).strip("\n")

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the place of the test, its line from 0."""
        line = self._case.source.position(self._case.span.start).line
        return self.path, line - 1, self.name


class FlowWarning(pytest.PytestWarning):
    """Something in the settings for a flow that does not count, or is not as it should be."""


class FlowTestFailed(Exception):
    """A test of a flow did not pass."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.name)
        self.outcome = outcome


def _warn(problem: Diagnostic, told: set[str]) -> None:
    """Show a finding among pytest's warnings, once, with no line of a file: pytest would show it raw."""
    from turbo_yaml.diagnostics.visible import one_line

    help = f"; {problem.help}" if problem.help else ""
    text = one_line(f"[{problem.rule}] {problem.where()}: {problem.message}{help}")
    if text not in told:
        told.add(text)
        warnings.warn_explicit(FlowWarning(text), None, one_line(problem.source.name), 0)

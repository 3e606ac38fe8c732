"""A recorded run to a test in a file, and whether that passes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from turbo_yaml.cli.checking.mending import Rewrite, replace_file
from turbo_yaml.cli.checking.targets import Target
from turbo_yaml.cli.overrides import gather_layers
from turbo_yaml.cli.retold.again import do_again, function_of
from turbo_yaml.errors import UsageError
from turbo_yaml.journal.journal import Journal
from turbo_yaml.records import Record
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.recording.replay import Replayed, Replaying
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import patch_of
from turbo_yaml.source.files import decode_text
from turbo_yaml.testing.capture.block import to_block
from turbo_yaml.testing.capture.parts import test_data
from turbo_yaml.testing.capture.placing import with_test
from turbo_yaml.testing.outcome import Outcome
from turbo_yaml.testing.reports.text import TextReport
from turbo_yaml.testing.runner import Order, run_case
from turbo_yaml.testing.suite import Suite, has_tests

_TRIES = 8
"""How often chance may come to the same by chance."""
_BOM = b"\xef\xbb\xbf"


class Written(Record):
    """A test that was written. `unsteady`: its result is not the same each time; `trouble`: why it fails."""

    name: str
    file: str
    unsteady: bool
    trouble: str | None


def capture(run: str, folder: Path | None, name: str | None, target: Path | None) -> Written:
    """Write the test of a recorded run to a file, by default to its flow, and run it.

    `UsageError` where the run is not over, where the flow no longer does what was recorded, or where the file
    has such a test or cannot take one.
    """
    here = Path.cwd()
    with Journal(folder) as journal:
        replaying = Replaying(journal, run, "keep")
        function = function_of(replaying.run, journal.sources(replaying.run))
        replayed = do_again(replaying, function)
        _check(replaying, replayed)
        unsteady = not _is_steady(replaying, function)
        flow = Path(replaying.run.call["flow"]).resolve()
        path = target or flow
        declared = () if function.info is None else function.info.declared
        usage = bool(function.settings.get("budget"))
        test = test_data(replaying, replayed, declared, usage=usage, name=name or f"recorded run {run}")
    file = _File(path, flow)
    if test["name"] in file.names():
        raise UsageError(f"`{path.name}` has a test `{test['name']}` already", hint="give another `--name`")
    unsteady = unsteady and "result" in test.get("expect", [{}])[0]
    if unsteady:
        del test["expect"]
    outcome = file.add(test)
    os.chdir(here)
    shown = os.path.relpath(path, here)
    trouble = None if outcome.state == "passed" else TextReport().problems(outcome)
    return Written(test["name"], shown, unsteady, trouble)


def _check(replaying: Replaying, replayed: Replayed) -> None:
    """Refuse a run of which no test can be made."""
    run = replaying.run
    if run.status not in ("done", "failed"):
        raise UsageError(
            f"run `{run.name}` is not over: it is {run.status}",
            hint=f"`turbo-yaml resume {run.name}`, then `turbo-yaml record --run {run.name}`",
        )
    if replayed.difference is not None:
        raise UsageError(
            f"the flow does not do what was recorded: {replayed.difference.message}",
            hint=f"`turbo-yaml replay {run.name}` shows more",
        )


def _is_steady(replaying: Replaying, function: TurboGenFn) -> bool:
    """Tell whether the flow comes to the same at another time, and with other luck."""
    journal, run = replaying.journal, replaying.run
    if not any(event.kind == "chance" for event in journal.events(run)):
        return True
    tries = (Replaying(journal, run.name, "keep", by_chance=True) for _ in range(_TRIES))
    return all(do_again(each, function).difference is None for each in tries)


class _File:
    """The file that gets a test, as it was."""

    def __init__(self, path: Path, flow: Path) -> None:
        self.path = path
        self._before = path.read_bytes() if path.exists() else None
        self._now = self._before
        self._flow = os.path.relpath(flow, path.parent).replace(os.sep, "/")

    def names(self) -> set[str]:
        """Return the names of the tests that are there."""
        if self._before is None or not has_tests(self.path):
            return set()
        return {case.name for case in Suite(self.path, _layers).cases()}

    def add(self, test: dict[str, Any]) -> Outcome:
        """Write the file with a test more than it had, and run that test; undo it where that cannot be."""
        try:
            return self._add(test)
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        if self._before is None:
            self.path.unlink(missing_ok=True)
        elif self._now != self._before:
            self._write(self._before)

    def _add(self, test: dict[str, Any]) -> Outcome:
        if self._before is None:
            path = self._flow if self._flow.startswith(".") else f"./{self._flow}"
            text = to_block({"turbo": 1, "flow": path, "tests": [test]})
            self._write(text.encode("utf-8"))
        else:
            text = decode_text(self._before, self.path.name)
            mark = _BOM if self._before.startswith(_BOM) else b""
            self._write(mark + with_test(text, test, self.path.name).encode("utf-8"))
        suite = Suite(self.path, _layers)
        case = next(case for case in suite.cases() if case.name == test["name"])
        return run_case(suite, case, Order())

    def _write(self, data: bytes) -> None:
        if self._now is None:
            with self.path.open("xb") as new:
                new.write(data)
        elif not replace_file(Rewrite(Target(self.path.name, self.path), self._now, data, 1)):
            raise UsageError(f"`{self.path.name}` was changed in the meantime", hint="record it once more")
        self._now = data


def _layers(folder: Path) -> list[Layer]:
    """Return the settings that `turbo-yaml test` has for flows in a folder."""
    whole = Layer(LayerKind.BUILT_IN, "built-in", patch_of({"stream": False}))
    return [whole, *gather_layers((), folder, offline=True)]

"""Targets to findings: one after another, or in several processes where that is faster."""

from __future__ import annotations

import os
import sys
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Final

from turbo_yaml.cli.checking.levels import OwnLevels
from turbo_yaml.cli.checking.targets import Target
from turbo_yaml.compiler.edge import check
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import UsageError
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.sources import PROJECT_FILE, read_file
from turbo_yaml.source import Source, Span
from turbo_yaml.source.files import UnreadableText, decode_text, read_source

WORTH_A_PROCESS: Final = 50
"""Files for each of several processes; with fewer, starting them costs more than it saves."""
_AT_A_TIME: Final = 8
_MOST: Final = 8


def check_targets(targets: Sequence[Target], jobs: int | None = None) -> list[Diagnostic]:
    """Return what is wrong in the targets and in what they use, sorted, each finding once.

    `jobs`: how many processes; by default as many as pay, on as many processors as there are.
    """
    jobs = _worth(len(targets)) if jobs is None else min(jobs, len(targets))
    if jobs <= 1:
        return unique(Checker(targets).findings(targets))
    return unique(_side_by_side(targets, jobs))


class Checker:
    """Checks files; those among the targets are left out of the findings of the files that use them."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._levels = OwnLevels()
        self._apart: Container[Path] = frozenset(target.path for target in targets)

    def findings(self, targets: Iterable[Target]) -> list[Diagnostic]:
        """Return what is wrong in some files, and in the settings that hold for them."""
        found = [finding for target in targets for finding in self.check(target)]
        settings, self._levels.found = self._levels.found, []
        return found + [one for one in settings if Path(one.source.name).resolve() not in self._apart]

    def check(self, target: Target, text: str | None = None) -> list[Diagnostic]:
        """Return what is wrong in a file. `text` stands for its content."""
        try:
            if text is None and target.data is not None:
                text = decode_text(target.data, target.name)
            if target.path.name == PROJECT_FILE:
                return _settings_findings(target, text)
            self._levels.around(target.name)
            return check(target.name, levels=self._levels, text=text, apart=self._apart)
        except UnreadableText as problem:
            return [_unreadable(target, problem.message, problem.help)]
        except UsageError as error:
            # The file is there and is no text: one finding among those of the other files.
            return [_unreadable(target, error.message, error.hint)]


def _settings_findings(target: Target, text: str | None) -> list[Diagnostic]:
    source = read_source(target.path, name=target.name) if text is None else Source(target.name, text)
    found = read_file(target.path, LayerKind.PROJECT_FILE, source=source)[1]
    if "check" in source.text:
        from turbo_yaml.checks.vain_levels import vain_levels

        found += vain_levels(source)
    return found


def _unreadable(target: Target, message: str, help: str | None) -> Diagnostic:
    return Diagnostic("unreadable-file", message, Source(target.name, ""), Span(0, 0), help)


def unique(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return findings sorted, without those that were found again in a file that several flows use."""
    seen = {(*diagnostic.sort_key(), diagnostic.message): diagnostic for diagnostic in diagnostics}
    return [seen[key] for key in sorted(seen)]


# Several processes -------------------------------------------------------------------------------------


def _worth(files: int) -> int:
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, files // WORTH_A_PROCESS, _MOST)


_checker: Checker | None = None


def _side_by_side(targets: Sequence[Target], jobs: int) -> list[Diagnostic]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # A fork has all that is imported; elsewhere than on Linux it is not safe.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    chunks = [targets[start : start + _AT_A_TIME] for start in range(0, len(targets), _AT_A_TIME)]
    # What the first ones make the check import, the other processes need not.
    found = Checker(targets).findings(chunks[0])
    pool = ProcessPoolExecutor(jobs, context, _begin, (targets,))
    try:
        return found + [finding for some in pool.map(_findings, chunks[1:]) for finding in some]
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(targets: Sequence[Target]) -> None:
    """Make a process ready. Ctrl-C is for the first one, which ends the others."""
    global _checker
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _checker = Checker(targets)


def _findings(targets: Sequence[Target]) -> list[Diagnostic]:
    assert _checker is not None
    return _checker.findings(targets)

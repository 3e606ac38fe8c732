"""A target to what was found of it: its process is watched from outside, for crashes and for silence."""

from __future__ import annotations

import json
import mmap
import os
import select
import signal
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from tests.hostile.fuzz.engine import SECONDS, Finding, explore, kept, opened_trial
from tests.hostile.fuzz.target import found_folder

SILENCE: Final = 60.0
"""Seconds by the clock after which an input counts as one that hangs."""
_HEAD: Final = struct.Struct("QQ")
_LIVES: Final = 5
_SHORT_LIVED: Final = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where files need not reach a disk."""


class Outcome(NamedTuple):
    """What came of a target: how many inputs it got, and what was wrong, each with its file."""

    rounds: int
    findings: list[tuple[str, str]]


class Shared:
    """What the process of a target is at, for the one that watches it."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _HEAD.size + (1 << 20))

    def begin(self, data: bytes) -> None:
        """Take note of the input that comes next."""
        rounds, _ = _HEAD.unpack_from(self._memory)
        _HEAD.pack_into(self._memory, 0, rounds + 1, len(data))
        self._memory[_HEAD.size : _HEAD.size + len(data)] = data

    @property
    def rounds(self) -> int:
        """How many inputs have begun."""
        return int(_HEAD.unpack_from(self._memory)[0])

    @property
    def data(self) -> bytes:
        """The input that began last."""
        length = _HEAD.unpack_from(self._memory)[1]
        return self._memory[_HEAD.size : _HEAD.size + length]


def fuzzed(name: str, seconds: float, seed: str, into: Path | None = None) -> Outcome:
    """Fuzz a target for some seconds; its cases are kept `into` a folder, by default its own."""
    shared, folder = Shared(), into or found_folder(name)
    findings: list[tuple[str, str]] = []
    end = time.monotonic() + seconds
    for life in range(_LIVES):
        left = end - time.monotonic()
        if left <= 0:
            break

        def work(tell: Callable[[str, str], None], life: int = life, left: float = left) -> None:
            def found(finding: Finding, data: bytes) -> None:
                tell(finding.told or finding.fault, str(kept(folder, data)))

            with tempfile.TemporaryDirectory(dir=_SHORT_LIVED) as place:
                target, trial = opened_trial(name, Path(place).resolve())
                explore(target, trial, left, Random(f"{seed} {name} {life}"), shared.begin, found)
                target.close()

        ended = _in_a_process(work, shared, findings)
        if ended is None:
            break
        findings.append((ended, str(kept(folder, shared.data)) if shared.rounds else ""))
    return Outcome(shared.rounds, findings)


def replayed(name: str, cases: Iterable[Path], seconds: float = SECONDS, silence: float = SILENCE) -> Outcome:
    """Try the cases that a target was once found wrong with."""
    shared = Shared()
    findings: list[tuple[str, str]] = []
    cases = [*cases]

    def work(tell: Callable[[str, str], None]) -> None:
        with tempfile.TemporaryDirectory(dir=_SHORT_LIVED) as place:
            target, trial = opened_trial(name, Path(place).resolve(), seconds)
            for case in cases:
                data = datas[case]
                shared.begin(data)
                finding = trial(data)
                if finding is not None:
                    tell(finding.told or finding.fault, str(case))
            target.close()

    datas = {case: case.read_bytes() for case in cases}
    ended = _in_a_process(work, shared, findings, silence)
    if ended is not None:
        findings.append((ended, "" if not shared.rounds else str(cases[shared.rounds - 1])))
    return Outcome(shared.rounds, findings)


def _in_a_process(
    work: Callable[[Callable[[str, str], None]], None],
    shared: Shared,
    findings: list[tuple[str, str]],
    silence: float = SILENCE,
) -> str | None:
    """Do work in a child; return how it ended if that was not well. What it tells becomes findings."""
    sys.stdout.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            work(lambda *finding: _write(writing, finding))
            code = 0
        except BaseException as problem:
            _write(writing, (f"the fuzz itself: {type(problem).__name__}: {problem}", ""))
            raise
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    try:
        hung = _listened(reading, child, shared, findings, silence)
    finally:
        os.close(reading)
    _, status = os.waitpid(child, 0)
    if hung:
        return f"nothing happened for {silence:g} s"
    if os.WIFSIGNALED(status):
        return f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return None


def _write(writing: int, finding: tuple[str, str]) -> None:
    data = json.dumps(finding).encode() + b"\n"
    while data:
        data = data[os.write(writing, data) :]


def _listened(
    reading: int, child: int, shared: Shared, findings: list[tuple[str, str]], silence: float
) -> bool:
    """Take what a child tells until it ends; tell whether it had to be ended because it hung."""
    told, rounds, since = b"", -1, time.monotonic()
    while True:
        if select.select([reading], [], [], 1.0)[0]:
            piece = os.read(reading, 1 << 16)
            if not piece:
                return False
            *lines, told = (told + piece).split(b"\n")
            findings += [tuple(json.loads(line)) for line in lines]
        if shared.rounds != rounds:
            rounds, since = shared.rounds, time.monotonic()
        elif time.monotonic() - since > silence:
            os.kill(child, signal.SIGKILL)
            return True

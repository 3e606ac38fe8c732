"""One target and many inputs, in this process: what is found is made small and kept as a file."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from types import FrameType
from typing import Final, NamedTuple

from tests.hostile.box import PLANTED
from tests.hostile.fuzz.coverage import Coverage
from tests.hostile.fuzz.mutation import LONGEST, Mutator
from tests.hostile.fuzz.target import Target, target_named
from tests.hostile.fuzz.watch import Watch

SECONDS: Final = 5.0
"""Seconds of CPU that one input may take: a machine that does other things as well changes nothing."""
MEMORY: Final = 512 << 20
_SHRINKING: Final = 300
_POOL: Final = 3000


class TooLong(BaseException):
    """An input took more than its time."""


class Finding(NamedTuple):
    """What does not hold, in one line that is the same for the same fault, and all that is known."""

    fault: str
    told: str


class Trial:
    """Tries inputs on a target, watched and with bounded time and memory."""

    def __init__(self, target: Target, watch: Watch, seconds: float = SECONDS) -> None:
        self._target = target
        self._watch = watch
        self._seconds = seconds

    def __call__(self, data: bytes) -> Finding | None:
        """Return what is wrong, if anything is."""
        self._watch.seen.clear()
        try:
            with self._watch.on(), bounded(self._seconds):
                self._target.tried(data)
        except (Exception, TooLong) as problem:
            return _finding(problem)
        if self._watch.seen:
            return Finding(f"did {self._watch.seen[0]}", "")
        return None


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise `TooLong` where what is done within takes too much CPU."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _too_long(_: int, frame: FrameType | None) -> None:
    raise TooLong("more CPU than one input may take")


def _finding(problem: BaseException) -> Finding:
    frames = traceback.extract_tb(problem.__traceback__)
    ours = [frame for frame in frames if "turbo_yaml" in frame.filename or "/targets/" in frame.filename]
    at = ours[-1] if ours else frames[-1]
    told = "".join(traceback.format_exception(problem))
    if isinstance(problem, TooLong):
        return Finding(f"{problem}", told)
    place = "/".join(Path(at.filename).parts[-2:])
    return Finding(f"{type(problem).__name__} at {place}:{at.lineno}", told)


def opened_trial(name: str, folder: Path, seconds: float = SECONDS) -> tuple[Target, Trial]:
    """Return a target that is ready, and what tries inputs on it. This process is changed for good."""
    os.environ.clear()
    os.environ.update({"PATH": "/usr/bin:/bin", "HOME": str(folder), "SECRET_KEY": PLANTED})
    for kind in ("CACHE", "CONFIG", "STATE"):
        os.environ[f"XDG_{kind}_HOME"] = str(folder / kind.lower())
    os.chdir(folder)
    target = target_named(name, folder)
    target.start()
    watch = target.watch = Watch(folder, target.allowed)
    for seed in [*target.seeds()][:20]:
        with suppress(Exception):  # whatever is loaded at the first use is loaded now
            target.tried(seed)
    warnings.simplefilter("error")  # none is to be seen on a screen
    sys.addaudithook(watch)
    signal.signal(signal.SIGPROF, _too_long)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY,) * 2)
    return target, Trial(target, watch, seconds)


def explore(
    target: Target,
    trial: Trial,
    seconds: float,
    random: Random,
    begun: Callable[[bytes], None],
    found: Callable[[Finding, bytes], None],
) -> None:
    """Try inputs for some seconds. `begun` is told of each before, `found` of each new fault."""
    pool = [seed[:LONGEST] for seed in target.seeds()] or [b""]
    mutator = Mutator(random, target.words)
    coverage = Coverage()
    coverage.watch()
    known: set[str] = set()
    end = time.monotonic() + seconds
    waiting = [*pool]
    while time.monotonic() < end:
        first = not waiting
        data = mutator.mutated(_chosen(pool, random), random.choice(pool)) if first else waiting.pop()
        reached = coverage.lines
        begun(data)
        finding = trial(data)
        if finding is None:
            if first and coverage.lines > reached and len(pool) < _POOL:
                pool.append(data)
        elif finding.fault not in known:
            known.add(finding.fault)
            found(finding, shrunk(data, finding.fault, trial, begun))


def _chosen(pool: list[bytes], random: Random) -> bytes:
    """Return one of the pool, the newest more often."""
    if random.random() < 0.3:
        return random.choice(pool[-50:])
    return random.choice(pool)


def shrunk(data: bytes, fault: str, trial: Trial, begun: Callable[[bytes], None]) -> bytes:
    """Return a smaller input with the same fault."""
    left = _SHRINKING
    size = max(1, len(data) // 2)
    while size and left:
        start = 0
        while start < len(data) and left:
            smaller = data[:start] + data[start + size :]
            left -= 1
            begun(smaller)
            finding = trial(smaller)
            if finding is not None and finding.fault == fault:
                data = smaller
            else:
                start += size
        size //= 2
    return data


def kept(folder: Path, data: bytes) -> Path:
    """Write an input into a folder of cases, under a name that follows from it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    return path

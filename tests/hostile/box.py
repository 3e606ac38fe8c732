"""Cases to verdicts: each in a process of its own, with little time and memory, watched for what it opens.

`python -m tests.hostile.box STAGE` reads cases as JSON lines and writes a verdict for each. It is the process
that forks, so that a case starts with everything loaded and pays for nothing but itself.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from tests.hostile.guard import Guard

SECONDS: Final = 3
MEMORY: Final = 300 << 20
PATIENCE: Final = 20
"""Seconds by the clock, for what sleeps."""

PLANTED: Final = "sk-planted-1f3c9a"
"""A secret in the environment, which no verdict may hold."""

_ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "SECRET_KEY": PLANTED,
}

STAGES: Final = {
    "check": "tests.hostile.stages.flows:checked",
    "run": "tests.hostile.stages.flows:ran",
    "python": "tests.hostile.stages.python:run",
    "yaml": "tests.hostile.stages.yaml:read",
    "pyyaml": "tests.hostile.stages.yaml:read_by_pyyaml",
    "sandbox": "tests.hostile.stages.sandbox:compared",
    "jinja": "tests.hostile.stages.jinja:rendered",
}


@dataclass(frozen=True)
class Verdict:
    """What came of a case. `how`: `refused` before a run, `failed` in one, `passed`, or `hole`."""

    case: str
    how: str
    detail: str = ""
    cpu: float = 0.0
    """Seconds."""
    memory: float = 0.0
    """MiB more than the process had before."""


def judged(stage: str, cases: Iterable[tuple[str, Any]]) -> list[Verdict]:
    """Return the verdict on each named case, in order."""
    lines = [json.dumps(case) for case in cases]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.box", stage],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        cwd=root,
        env=_ENVIRONMENT | {"PYTHONPATH": str(root)},
    )
    verdicts = [Verdict(**json.loads(line)) for line in done.stdout.splitlines()]
    if len(verdicts) != len(lines):
        raise RuntimeError(f"{len(verdicts)} verdicts on {len(lines)} cases\n{done.stderr[-3000:]}")
    return verdicts


def serve(stage: str) -> None:
    """Judge the cases that stand on the standard input."""
    module, _, name = STAGES[stage].partition(":")
    work = getattr(import_module(module), name)
    import_module(module).warm()
    for line in sys.stdin:
        case, given = json.loads(line)
        print(json.dumps(asdict(_in_a_child(work, case, given))), flush=True)


def _in_a_child(work: Callable[[Any, Guard], tuple[str, str]], case: str, given: Any) -> Verdict:
    reading, writing = os.pipe()
    base = _resident()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _work_in_here(work, given, writing)
        finally:
            os._exit(0)
    os.close(writing)
    said = b"".join(_until_end(reading))
    os.close(reading)
    _, status, usage = os.wait4(child, 0)
    cpu = usage.ru_utime + usage.ru_stime
    memory = max(0.0, usage.ru_maxrss / 1024 - base)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return Verdict(case, "hole", f"ended by {name}", cpu, memory)
    if not said:
        return Verdict(case, "hole", "ended without a word", cpu, memory)
    how, detail = json.loads(said)
    if PLANTED in detail:
        how, detail = "hole", "the planted secret came out"
    return Verdict(case, how, detail[:300], round(cpu, 4), round(memory, 1))


def _work_in_here(work: Callable[[Any, Guard], tuple[str, str]], given: Any, writing: int) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(PATIENCE)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_virtual() + MEMORY,) * 2)
    guard = Guard()
    sys.addaudithook(guard)
    try:
        how, detail = work(given, guard)
    except BaseException as problem:
        how, detail = "hole", f"{type(problem).__name__}: {problem}"
    if guard.seen:
        how, detail = "hole", f"did {guard.seen[0]}"
    guard.armed = False
    said = json.dumps([how, detail[:100_000]]).encode()
    while said:
        said = said[os.write(writing, said) :]


def _until_end(reading: int) -> Iterator[bytes]:
    while piece := os.read(reading, 1 << 16):
        yield piece


def _resident() -> float:
    """Return the memory that this process holds, in MiB: a child begins with the same."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / (1 << 20)


def _virtual() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    serve(sys.argv[1])

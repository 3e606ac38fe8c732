"""The command, at each kind of work, and how soon a signal ends it."""

# ruff: noqa: E501 (a table)

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.server import Answer, ThreadServer

ROOT: Final = Path(__file__).parents[2]
SIGNALS: Final = {signal.SIGINT: 130, signal.SIGTERM: 143}
SOON: Final = 1.0
"""Seconds that a signal may take to end the command."""
BUSY: Final = 0.7
"""Seconds of CPU after the first word by which a run is surely at its work."""
_LITTLE: Final = 0.05
IDLE: Final = 0.3
"""Seconds without any work by which it surely waits."""
_PATIENCE: Final = 30.0
_WITHOUT_LIMITS: Final = (
    "limits.work=1000000000000000",
    "limits.rounds=1000000000",
    "limits.repeat=1000000000",
)


class Stage(NamedTuple):
    """Work that takes long: its steps, what a server answers, and the seconds of CPU by which it is at work.

    With 0 it waits, and takes none.
    """

    steps: str
    busy: float = 0.0
    answer: Answer | None = None
    tools: str | None = None


_TURN: Final = "  - user: Hi\n  - generate\n"
_CALL: Final = "  - tool: slow\n"
STAGES: Final = {
    "render: a filter over large lists": Stage("  - set: {a: \"{{ ([range(99999)|list] * 99999) | map('sort') | list | length }}\"}\n", BUSY),
    "render: loops of steps": Stage("  - for: i\n    in: range(99999)\n    do:\n      - for: j\n        in: range(99999)\n        do:\n          - set: {b: \"{{ j }}\"}\n", BUSY),
    "render: a regular expression": Stage("  - set: {a: \"{{ ('ab' * 49000) | regex_findall('(?:(?:a|b)*c)*') }}\"}\n", BUSY),
    "stream": Stage(_TURN, answer=Answer("one two three", fault="stall", after=3)),
    "stream without end": Stage(_TURN, answer=Answer("one two three", fault="ping", after=3), busy=_LITTLE),
    "hang": Stage(_TURN, answer=Answer(fault="stall", after=-1)),
    "tool: a function": Stage(_CALL, tools="import time\ndef slow():\n    time.sleep(600)\n"),
    "tool: a coroutine": Stage(_CALL, tools="import asyncio\nasync def slow():\n    await asyncio.sleep(600)\n"),
    "input": Stage("  - input: Which colour?\n    as: colour\n"),
    "sleep": Stage("  - sleep: 600s\n"),
}  # fmt: skip


class Ended(NamedTuple):
    """How a run ended: its status, what the terminal showed, and the seconds it took from the signal on."""

    status: int
    shown: str
    seconds: float

    def fits(self, number: signal.Signals) -> bool:
        """Tell whether this is how a signal ends a run: its status, how to go on, and nothing of Python."""
        goes_on = "turbo-yaml resume" in self.shown
        return self.status == SIGNALS[number] and goes_on and "Traceback" not in self.shown


def interrupted(stage: Stage, number: signal.Signals, folder: Path) -> Ended:
    """Run steps that take long, recorded and at a terminal, and send one signal when they are at work."""
    with _server(stage.answer) as server, _process(stage, server, folder) as (run, terminal):
        shown = _shown_until(terminal, "begun")
        end = time.monotonic() + _PATIENCE
        while server is not None and not server.received:
            assert time.monotonic() < end, "nobody asks the server"
            time.sleep(0.02)
        _at_work(run.pid, stage.busy)
        began = time.monotonic()
        run.send_signal(number)
        status = run.wait(_PATIENCE)
        seconds = time.monotonic() - began
        return Ended(status, shown + _rest(terminal), seconds)


@contextmanager
def _server(answer: Answer | None) -> Iterator[ThreadServer | None]:
    if answer is None:
        yield None
        return
    with ThreadServer([answer]) as server:
        yield server


@contextmanager
def _process(
    stage: Stage, server: ThreadServer | None, folder: Path
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    tools = "tools: {slow: {}}\n" if stage.tools else ""
    flow = folder / "flow.yaml"
    flow.write_text(
        f"turbo: 1\n{tools}steps:\n  - log: begun\n  - sleep: 1ms\n{stage.steps}", encoding="utf-8"
    )
    words = [
        sys.executable,
        "-m",
        "turbo_yaml",
        "run",
        str(flow),
        "--journal",
        "--state",
        str(folder / "state"),
    ]
    for setting in _WITHOUT_LIMITS:
        words += ["--set", setting]
    if stage.tools:
        (folder / "functions.py").write_text(stage.tools, encoding="utf-8")
        words += ["--tools", str(folder / "functions.py")]
    if server is None:
        words += ["-m", "echo"]
    else:
        words += ["-m", "here/some", "--set", f"providers.here.base_url={server.url}"]
        words += ["--set", "providers.here.api_key_env=null", "--set", "retries=0"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    keyboard, terminal = pty.openpty()
    try:
        with subprocess.Popen(
            words, stdin=terminal, stdout=terminal, stderr=terminal, env=environment, start_new_session=True
        ) as run:
            os.close(terminal)
            try:
                yield run, keyboard
            finally:
                run.kill()
    finally:
        os.close(keyboard)


def _shown_until(terminal: int, words: str) -> str:
    shown, end = "", time.monotonic() + _PATIENCE
    while words not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 1.0)[0]:
            shown += os.read(terminal, 4096).decode()
    return shown


def _rest(terminal: int) -> str:
    shown = b""
    while select.select([terminal], [], [], 0.0)[0]:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
    return shown.decode()


def _at_work(process: int, busy: float) -> None:
    """Wait until a run has computed for some time, or has done nothing for some time."""
    first = last = _cpu(process)
    idle, end = time.monotonic(), time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        now = _cpu(process)
        if now != last:
            last, idle = now, time.monotonic()
        if busy and now - first >= busy:
            return
        if not busy and time.monotonic() - idle >= IDLE:
            return
        time.sleep(0.02)


def _cpu(process: int) -> float:
    """Return the seconds of CPU that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

"""The command, at work on what takes long, and how soon Ctrl-C ends it."""

# ruff: noqa: E501 (a table)

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
BUSY: Final = 1.5
"""Seconds of CPU after which a run is surely at its work."""
WITHOUT_LIMITS: Final = (
    "limits.work=1000000000000000",
    "limits.rounds=1000000000",
    "limits.repeat=1000000000",
)

LONG: Final = {
    "a filter over large lists": "  - set: {a: \"{{ ([range(99999)|list] * 99999) | map('sort') | list | length }}\"}\n",
    "loops of steps": "  - for: i\n    in: range(99999)\n    do:\n      - for: j\n        in: range(99999)\n"
    '        do:\n          - set: {a: "{{ j }}"}\n',
    "a regular expression": "  - set: {a: \"{{ ('ab' * 49000) | regex_findall('(?:(?:a|b)*c)*') }}\"}\n",
}


class Ended(NamedTuple):
    """How a run ended: its status, what it said of errors, and the seconds it took from the signal on."""

    status: int
    errors: str
    seconds: float


def interrupted(steps: str, folder: Path) -> Ended:
    """Run steps that take long, and send the command one SIGINT when it is at work."""
    flow = folder / "flow.yaml"
    flow.write_text("turbo: 1\nsteps:\n" + steps, encoding="utf-8")
    words = [sys.executable, "-m", "turbo_yaml", "run", str(flow), "-m", "echo"]
    for setting in WITHOUT_LIMITS:
        words += ["--set", setting]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as run:
        try:
            while run.poll() is None and _cpu(run.pid) < BUSY:
                time.sleep(0.02)
            began = time.monotonic()
            run.send_signal(signal.SIGINT)
            _, errors = run.communicate(timeout=20)
            return Ended(run.returncode, errors, time.monotonic() - began)
        finally:
            run.kill()


def _cpu(process: int) -> float:
    """Return the seconds of CPU that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

"""Runs leave no file open, however many there were and however they ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server import ThreadServer

pytestmark = pytest.mark.slow

RUNS = int(os.environ.get("TURBO_YAML_RUNS", "100"))
"""More of them: TURBO_YAML_RUNS=5000."""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what is open is read from /proc")
def test_runs_with_256_files_allowed_leave_none_open() -> None:
    program = Path(__file__).with_name("many_runs.py")
    with ThreadServer([]) as server:
        done = subprocess.run(
            [sys.executable, str(program), str(RUNS), server.url],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            check=False,
        )
    assert (done.stdout, done.stderr) == ("0\n", "")

"""What a machine does to a run: no memory, a full disk, a clock that jumps, a reader that stops, no end."""

from __future__ import annotations

import json
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.hostile.interrupting import ROOT
from tests.server import Answer, ThreadServer
from tests.server.answer import chunk
from turbo_yaml.cli.faults import report

pytestmark = pytest.mark.slow

TALK: Final = """\
turbo: 1
steps:
  - user: one
  - generate
  - sleep: 50ms
  - input: Which?
    as: which
    timeout: 60s
  - user: "{{ which }}"
  - generate:
    retry: 1
    timeout: 30s
"""
GREEDY: Final = """\
turbo: 1
steps:
  - user: one
  - generate
  - set: {a: []}
  - for: i
    in: range(100000)
    do:
      - set: {a: "{{ a + [('x' * 90000) ~ i] }}"}
"""
MANY: Final = """\
turbo: 1
steps:
  - for: i
    in: range(90000)
    do:
      - result: "{{ 'x' * 500 }}{{ i }}"
"""
CLOCK: Final = """\
import itertools, time
_real, _jumps = time.time, itertools.cycle([0, 34560000, -34560000, 3600, -5, -86400])
time.time = lambda: _real() + next(_jumps)
"""
"""Makes the clock of the wall jump at each look, by more than a year."""


_SECONDS: Final = re.compile(r"  (-?[0-9.]+) s\b")


NO_MEMORY: Final = "error: the machine has not enough memory, or no room for another thread\n"


class Done:
    """What a command left."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        assert "Traceback" not in self.err and "internal error" not in self.err, self.err


class Machine:
    """Runs commands in a folder, with a server to ask."""

    def __init__(self, folder: Path, server: ThreadServer) -> None:
        self.folder = folder
        self.settings = {"providers.here.base_url": server.url, "providers.here.api_key_env": "null"}
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT)}

    def words(self, *words: str, settings: Mapping[str, str] | None = None) -> list[str]:
        """Return the words of a command; `run` gets the server's model and some settings."""
        command = [sys.executable, "-m", "turbo_yaml", *words]
        if words[0] == "run":
            command += ["-m", "here/some"]
            for name, value in {**self.settings, **(settings or {})}.items():
                command += ["--set", f"{name}={value}"]
        return command

    def __call__(
        self, *words: str, settings: Mapping[str, str] | None = None, limit: Callable[[], None] | None = None
    ) -> Done:
        """Run a command to its end."""
        done = subprocess.run(
            self.words(*words, settings=settings),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment,
            timeout=60,
            check=False,
            preexec_fn=limit,
        )
        return Done(done)

    def runs(self) -> list[dict[str, Any]]:
        """Return what the journal has."""
        found: list[dict[str, Any]] = json.loads(self("runs", "list", "--json").out)
        return found


@pytest.mark.parametrize("mib", [400, 600])
def test_a_run_without_memory_is_an_error_and_keeps_what_was_answered(mib: int, tmp_path: Path) -> None:
    (tmp_path / "greedy.yaml").write_text(GREEDY, encoding="utf-8")
    with ThreadServer(["first"]) as server:
        machine = Machine(tmp_path, server)
        unbounded = {"limits.work": "100000000000", "limits.output": "100000000"}

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))

        done = machine("run", "greedy.yaml", settings=unbounded, limit=limit)
        # What tells of it may itself find no room for a thread.
        assert done.code in (1, 4) and "not enough memory" in done.err, done.err
        assert done.code == 1 or "greedy.yaml:9:" in done.err
        (run,) = machine.runs()
        assert (run["turns"], len(server.received)) == (1, 1)


@pytest.mark.parametrize(
    "problem",
    [
        ImportError("/lib/libssl.so.3: failed to map segment from shared object"),
        ImportError("libcrypto.so.3: cannot create shared object descriptor: Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        MemoryError(),
    ],
)
def test_what_cannot_begin_without_memory_is_no_bug_of_ours(
    problem: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(problem, None) == 1
    assert capsys.readouterr().err == NO_MEMORY
    assert report(ImportError("cannot import name `a`"), None) == 1
    assert "This is a bug" in capsys.readouterr().err


def test_a_cache_that_cannot_be_written_ends_no_run(tmp_path: Path) -> None:
    (tmp_path / "talk.yaml").write_text("turbo: 1\nsteps:\n  - user: one\n  - generate\n", encoding="utf-8")
    with ThreadServer(["x" * 90_000]) as server:
        machine = Machine(tmp_path, server)

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

        done = machine("run", "talk.yaml", "--no-journal", settings={"cache": "on"}, limit=limit)
    assert (done.code, len(done.out)) == (0, 90_001)
    assert done.err.startswith("warning: the cache ")


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "talk.yaml").write_text(TALK, encoding="utf-8")
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(CLOCK, encoding="utf-8")
    with ThreadServer(["first", Answer(status=500), "second"]) as server:
        machine = Machine(tmp_path, server)
        machine.environment["PYTHONPATH"] += f":{tmp_path / 'clock'}"
        began = time.monotonic()
        waiting = machine("run", "talk.yaml", settings={"cache": "on"})
        assert waiting.code == 5, waiting.err
        (run,) = machine.runs()
        assert run["status"] == "waiting"
        done = machine("resume", run["run"], "--reply", "two")
        assert (done.code, done.out) == (0, "second\n"), done.err
        assert len(server.received) == 3
        took = [float(seconds) for seconds in _SECONDS.findall(machine("runs", "show", run["run"]).out)]
        assert len(took) == 3 and max(took) < 30, took
        again = machine("run", "talk.yaml", settings={"cache": "on"})
        assert (again.code, len(server.received)) == (5, 3), again.err
        assert time.monotonic() - began < 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_reader_that_stops_holds_the_run_which_still_ends_at_a_signal(
    number: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "many.yaml").write_text(MANY, encoding="utf-8")
    with ThreadServer() as server:
        machine = Machine(tmp_path, server)
        words = machine.words("run", "many.yaml", "--jsonl")
        with subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=machine.environment
        ) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.readline()
            _stands_still(process.pid)
            assert _resident(process.pid) < 80
            process.send_signal(number)
            assert process.wait(20) == 128 + number
            assert b"Traceback" not in process.stderr.read()


def test_a_model_that_never_stops_is_cut_off_where_the_limit_is(tmp_path: Path) -> None:
    (tmp_path / "talk.yaml").write_text("turbo: 1\nsteps:\n  - user: one\n  - generate\n", encoding="utf-8")
    said = [chunk({"content": "word " * 10_000})] * 2000  # 100 MB
    with ThreadServer([Answer(events=said)]) as server:
        done = Machine(tmp_path, server)("run", "talk.yaml", "--jsonl", "--no-journal")
        assert done.code in (3, 4), done.err
        assert server.written < 20_000_000
    assert "talk.yaml:4:" in done.err
    assert len(done.out) < 20_000_000


def _stands_still(process: int) -> None:
    """Wait until a process does nothing any more."""
    last, since = -1, time.monotonic()
    while time.monotonic() - since < 0.3:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        now = int(fields[11]) + int(fields[12])
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.02)


def _resident(process: int) -> float:
    """Return the memory of a process in MiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024

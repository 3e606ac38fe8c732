"""The command as a process: signals, closed pipes, and what standard output gets when."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

Process = Callable[..., tuple[int, str, str]]

WAITING = "turbo: 1\nsteps:\n  - log: begun\n  - sleep: 60s\n"
BUSY = """\
turbo: 1
steps:
  - log: begun
  - sleep: 1ms
  - for: i
    in: range(1000)
    do:
      - for: j
        in: range(100000)
        do:
          - set: {n: "{{ i * j }}"}
"""


@pytest.fixture
def begun(folder: Path, environ: dict[str, str]) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Start a flow that says `begun` and then goes on for long."""
    started: list[subprocess.Popen[str]] = []

    def start(flow: str) -> subprocess.Popen[str]:
        (folder / "long.yaml").write_text(flow, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "turbo_yaml", "run", "long.yaml", "--set", "limits.work=10000000000"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environ,
        )
        started.append(process)
        assert process.stderr is not None
        assert process.stderr.readline() == "begun\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=30)


@pytest.mark.parametrize("flow", [WAITING, BUSY], ids=["waiting", "busy"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_within_a_second_and_without_a_word(
    begun: Callable[[str], subprocess.Popen[str]], flow: str, number: signal.Signals, code: int
) -> None:
    process = begun(flow)
    start = monotonic()
    process.send_signal(number)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == code
    assert monotonic() - start < 5  # a second on an idle machine; this one may be busy


def test_a_reader_that_goes_away_is_no_reason_for_a_complaint(folder: Path, environ: dict[str, str]) -> None:
    flow = "turbo: 1\nsteps:\n  - for: i\n    in: range(20000)\n    do:\n      - result: '{{ i }}'\n"
    (folder / "many.yaml").write_text(flow, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "turbo_yaml", "many.yaml", "--jsonl"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environ,
    )
    assert process.stdout is not None and process.stderr is not None
    assert json.loads(process.stdout.readline())["content"] == 0
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=30) == 141


def test_a_full_disk_is_told_in_one_line(folder: Path, environ: dict[str, str]) -> None:
    if not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "turbo_yaml", "hello.yaml", "-m", "echo", "-p", "name", "Ada"],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environ,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "error: No space left on device\n"


def test_closed_streams_are_no_reason_for_a_complaint(folder: Path, environ: dict[str, str]) -> None:
    words = [sys.executable, "-m", "turbo_yaml", "hello.yaml", "-m", "echo", "-p", "name", "Ada"]
    for closed in ("<&-", ">&-", "2>&-"):
        shell = ["/bin/sh", "-c", f'"$@" {closed}', "sh", *words]
        done = subprocess.run(shell, capture_output=True, text=True, cwd=folder, env=environ, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == ("" if closed == ">&-" else "Hello Ada, 1\n")


def test_text_that_was_piped_in_for_nothing_is_told(process: Process) -> None:
    done = process("hello.yaml", "-m", "echo", "-p", "name", "Ada", piped="ignored")
    assert done == (0, "Hello Ada, 1\n", "warning: the flow took nothing of the text that was piped in\n")


def test_what_the_encoding_lacks_is_written_as_an_escape(process: Process) -> None:
    done = process("hello.yaml", "-m", "echo", "-p", "name", "Zoë", extra={"PYTHONIOENCODING": "ascii"})
    assert done == (0, "Hello Zo\\xeb, 1\n", "")


LOADED = """
import sys
from turbo_yaml.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    assert not stop.code
print(*sorted({"yaml", "jinja2", "jsonschema", "openai"} & set(sys.modules)))
"""


def test_a_second_run_needs_no_yaml_parser_even_with_settings_files(
    folder: Path, environ: dict[str, str]
) -> None:
    (folder / "turbo.yaml").write_text("model: echo\n", encoding="utf-8")

    def loaded() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", LOADED, "hello.yaml", "-p", "name", "Ada"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=folder,
            env=environ,
            check=True,
        )
        answer, libraries = done.stdout.splitlines()
        assert answer == "Hello Ada, 1"
        return libraries.split()

    assert loaded() == ["jinja2", "yaml"]
    assert loaded() == []

"""How far a run is: told on standard error, when it is wanted, and never among the answer."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import HELLO, Done
from tests.cli.test_terminal import Terminal, terminal  # noqa: F401  (a fixture)
from turbo_yaml.cli.conversation.progress import BETWEEN_LINES, Progress, progress_mode
from turbo_yaml.cli.conversation.views import Notices
from turbo_yaml.compiler.edge import loads
from turbo_yaml.protocol import Result
from turbo_yaml.runtime.events import LogEvent

pytestmark = pytest.mark.slow

SLOW = "turbo: 1\nsteps:\n  - user: hi\n  - generate\n  - sleep: 1200ms\n    id: nap\n  - result: done\n"


@pytest.fixture
def slow(folder: Path) -> Path:
    path = folder / "slow.yaml"
    path.write_text(SLOW, encoding="utf-8")
    return path


class Watched:
    """Progress of a run that is over, at times that the test decides."""

    def __init__(self, mode: str) -> None:
        self.now = 0.0
        run = loads(HELLO).configure({"model": "echo"})(name="Ada")
        asyncio.run(run.finish())
        self.progress = Progress(Notices(), run, mode, clock=lambda: self.now)  # type: ignore[arg-type]

    def at(self, now: float) -> None:
        self.now = now
        self.progress.tick()


def test_a_short_run_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for mode in ("live", "lines"):
        watched = Watched(mode)
        watched.at(1.5)
        watched.progress.ended()
    assert capsys.readouterr() == ("", "")


def test_lines_come_now_and_then_and_one_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    watched = Watched("lines")
    for now in (BETWEEN_LINES, BETWEEN_LINES + 1, 3 * BETWEEN_LINES, 125.0):
        watched.at(now)
    watched.progress.ended()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "progress: 10 s, 1 turn",
        "progress: 30 s, 1 turn",
        "progress: 2 min 05 s, 1 turn",
        "progress: 2 min 05 s, 1 turn",
    ]


def test_a_line_on_a_terminal_is_taken_away_before_anything_else_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    watched = Watched("live")
    watched.at(5.0)
    watched.progress.hear(LogEvent(message="note", flow="f", step="a\x1b[2Jb"))
    watched.at(6.0)
    watched.progress.result(Result("x"))
    watched.progress.ended()
    wipe = "\r\x1b[K"
    assert capsys.readouterr().err == (f"{wipe}5 s, 1 turn{wipe}note\n{wipe}6 s, 1 turn; at a\\x1b[2Jb{wipe}")


def test_it_is_shown_unasked_only_in_a_log_of_ci_or_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert (progress_mode(None), progress_mode(True), progress_mode(False)) == (None, "lines", None)
    monkeypatch.setenv("CI", "true")
    assert (progress_mode(None), progress_mode(False)) == ("lines", None)


def test_the_answer_stays_alone_on_standard_output(turbo: Callable[..., Done]) -> None:
    done = turbo("hello.yaml", "-m", "echo", "-p", "name", "Ada", "--progress")
    assert done == (0, "Hello Ada, 1\n", "progress: 0 s, 1 turn\n")


def test_a_person_who_pipes_the_answer_sees_how_far_it_is(
    terminal: Callable[..., Terminal],  # noqa: F811
    slow: Path,
) -> None:
    shown = terminal("slow.yaml", "-m", "echo", "--progress", stdout=subprocess.PIPE)
    assert shown.process.stdout is not None
    with shown.process.stdout as answer:
        assert answer.read() == b"done\n"
    assert shown.end() == 0
    assert "\r\x1b[K0 s, 1 turn" in shown.seen
    assert shown.seen.endswith("\r\x1b[K")


def test_a_person_at_a_terminal_sees_how_far_a_run_is_that_says_nothing(
    terminal: Callable[..., Terminal],  # noqa: F811
    folder: Path,
) -> None:
    text = "turbo: 1\nsteps:\n  - input: Go?\n  - sleep: 1h\n    id: nap\n"
    (folder / "nap.yaml").write_text(text, encoding="utf-8")
    shown = terminal("nap.yaml", "-m", "echo")
    shown.read_until("Go?")
    shown.read_for(2.5)
    assert "turns" not in shown.seen  # nothing is told over a question
    shown.type("yes\n")
    shown.read_until("0 turns")
    assert shown.interrupt() == 130
    assert shown.seen.rpartition("0 turns")[2].count("\r\x1b[K") >= 1

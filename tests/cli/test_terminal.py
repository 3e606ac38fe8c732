"""The command on a terminal: what is shown as it comes, how questions are asked, how Ctrl-C ends it."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

WAIT = 30.0


class Terminal:
    """A command whose standard streams, but for those redirected, are a terminal."""

    def __init__(
        self, folder: Path, environ: dict[str, str], words: tuple[str, ...], **redirected: int
    ) -> None:
        self.keyboard, slave = pty.openpty()
        streams = {"stdin": slave, "stdout": slave, "stderr": slave} | redirected
        self.process = subprocess.Popen(
            [sys.executable, "-m", "turbo_yaml", *words],
            cwd=folder,
            env=environ | {"TERM": "xterm"},
            start_new_session=True,
            preexec_fn=lambda: _take_terminal(slave),
            **streams,
        )
        os.close(slave)
        self.seen = ""

    def read_until(self, part: str) -> str:
        """Read until a text has come; return all that has."""
        end = monotonic() + WAIT
        while part not in self.seen:
            assert monotonic() < end, f"{part!r} did not come: {self.seen!r}"
            if not self._read():
                raise AssertionError(f"the command ended before {part!r} came: {self.seen!r}")
        return self.seen

    def read_for(self, seconds: float) -> None:
        """Read what comes before nothing has come for some time."""
        while select.select([self.keyboard], [], [], seconds)[0] and self._read():
            pass

    def type(self, text: str) -> None:
        """Type text."""
        os.write(self.keyboard, text.encode())

    def interrupt(self) -> int:
        """Press Ctrl-C, as often as a person would, until the command has ended; return the exit code.

        Python does not see a signal that comes between its check and the wait of the line editor.
        """
        while self.process.poll() is None:
            self.type("\x03")
            try:
                self.process.wait(0.5)
            except subprocess.TimeoutExpired:
                continue
        return self.end()

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        return self.process.wait(WAIT)

    def close(self) -> None:
        """End what is still running."""
        self.process.kill()
        self.process.wait()
        os.close(self.keyboard)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.keyboard], [], [], WAIT)
        assert ready, f"nothing more came: {self.seen!r}"
        try:
            data = os.read(self.keyboard, 4096)
        except OSError:
            return False
        self.seen += data.decode()
        return bool(data)


def _take_terminal(slave: int) -> None:
    """Make the terminal the one that the process is controlled by, so that Ctrl-C reaches it."""
    from fcntl import ioctl

    ioctl(slave, termios.TIOCSCTTY, 0)


@pytest.fixture
def terminal(folder: Path, environ: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    """Start a command on a terminal: `terminal("run", "hello.yaml")`."""
    opened: list[Terminal] = []

    def start(*words: str, **redirected: int) -> Terminal:
        opened.append(Terminal(folder, environ, words, **redirected))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def lines(text: str) -> list[str]:
    """Return the lines on a terminal, without what editing writes to draw them."""
    return [
        line for line in re.sub(r"\x1b\[\?2004[hl]\r?", "", text).replace("\r\n", "\n").split("\n") if line
    ]


def test_replies_results_and_logs_are_shown_as_they_come_and_the_outcome_once(
    terminal: Callable[..., Terminal], folder: Path
) -> None:
    shown = terminal("chatty.yaml", "-m", "echo")
    assert shown.end() == 0
    assert lines(shown.seen) == ["first", "between", "second", "{", '  "answer": 42', "}"]


def test_an_outcome_that_was_shown_last_is_not_shown_again(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("hello.yaml", "-m", "echo", "-p", "name", "Ada")
    assert shown.end() == 0
    assert lines(shown.seen) == ["Hello Ada, 1"]


def test_a_question_is_asked_with_line_editing_and_again_where_the_answer_does_not_fit(
    terminal: Callable[..., Terminal],
) -> None:
    shown = terminal("ask.yaml")
    assert lines(shown.read_until("> "))[:2] == ["Which colour?", "(red / green)"]
    shown.type("blue\n")
    shown.read_until('"blue" is not `red` or `green`')
    shown.read_until("(red / green)")
    # A letter typed wrongly and deleted, and the start of the line reached with Ctrl-A.
    shown.type("reenx\x7f\x01g\n")
    shown.read_until("And your name?")
    shown.type("Ada\n")
    assert shown.end() == 0
    assert lines(shown.seen)[-1] == "Ada likes green"


def test_the_conversation_goes_to_standard_error_where_the_answer_is_piped(
    terminal: Callable[..., Terminal],
) -> None:
    shown = terminal("ask.yaml", stdout=subprocess.PIPE)
    shown.read_until("Which colour?")
    shown.type("red\n")
    shown.read_until("And your name?")
    shown.type("Ada\n")
    assert shown.process.stdout is not None
    with shown.process.stdout as answer:
        assert answer.read() == b"Ada likes red\n"
    assert shown.end() == 0
    assert "likes" not in shown.seen


def test_nothing_of_a_flow_without_questions_is_shown_beside_a_piped_answer(
    terminal: Callable[..., Terminal],
) -> None:
    shown = terminal("hello.yaml", "-m", "echo", "-p", "name", "Ada", stdout=subprocess.PIPE)
    assert shown.process.stdout is not None
    with shown.process.stdout as answer:
        assert answer.read() == b"Hello Ada, 1\n"
    assert shown.end() == 0
    assert shown.seen == ""


@pytest.mark.parametrize("form", [(), ("--no-stream",)])
def test_control_characters_of_a_model_become_visible(
    terminal: Callable[..., Terminal], form: tuple[str, ...]
) -> None:
    shown = terminal("hello.yaml", "-m", "echo", "-p", "name", "\x1b[2J\x9b1m\u202e\r\n\tA", *form)
    assert shown.end() == 0
    assert shown.seen == "Hello \\x1b[2J\\x9b1m\\u202e\r\n\tA, 1\r\n"


def test_ctrl_c_at_a_question_ends_at_once_with_130_and_leaves_the_terminal_as_it_was(
    terminal: Callable[..., Terminal],
) -> None:
    shown = terminal("ask.yaml")
    before = termios.tcgetattr(shown.keyboard)[3]
    shown.read_until("> ")
    start = monotonic()
    assert shown.interrupt() == 130
    assert monotonic() - start < 5  # a second on an idle machine
    assert "Traceback" not in shown.seen
    assert termios.tcgetattr(shown.keyboard)[3] == before


def test_ctrl_c_while_a_flow_works_ends_at_once_with_130(
    terminal: Callable[..., Terminal], folder: Path
) -> None:
    (folder / "long.yaml").write_text(
        "turbo: 1\nsteps:\n  - result: begun\n  - sleep: 60s\n", encoding="utf-8"
    )
    shown = terminal("long.yaml")
    shown.read_until("begun")
    start = monotonic()
    shown.type("\x03")
    assert shown.end() == 130
    assert monotonic() - start < 5  # a second on an idle machine
    assert "Traceback" not in shown.seen


def test_the_end_of_input_at_a_question_is_an_interruption(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("ask.yaml")
    shown.read_until("> ")
    shown.type("\x04")
    assert shown.end() == 130


def test_mistakes_are_coloured_on_a_terminal(terminal: Callable[..., Terminal], folder: Path) -> None:
    (folder / "bad.yaml").write_text("turbo: 1\nsteps:\n  - usr: x\n", encoding="utf-8")
    shown = terminal("check", "bad.yaml")
    assert shown.end() == 1
    assert "\x1b[1;31merror[unknown-step]" in shown.seen

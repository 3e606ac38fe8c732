"""Questions of a flow to answers: from `--reply`, from piped text, from the person at the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from turbo_yaml.cli.main import INTERRUPTED
from turbo_yaml.cli.piped import Piped
from turbo_yaml.cli.terminal import is_terminal
from turbo_yaml.errors import FlowError, UsageError

PROMPT = "> "


class Unanswered(FlowError):
    """A question was asked, and nobody is there to answer."""

    exit_code = UsageError.exit_code


class Answers:
    """Where answers come from: replies given in advance, then piped text as one answer, then a person."""

    def __init__(self, replies: Iterable[str], piped: Piped) -> None:
        self._replies = list(reversed(list(replies)))
        self._piped = piped
        self.person = is_terminal(sys.stdin) and (is_terminal(sys.stdout) or is_terminal(sys.stderr))

    def given(self) -> str | None:
        """Return the next answer that was given in advance."""
        return self._replies.pop() if self._replies else self._piped.take()

    def read(self) -> str:
        """Return what the person types."""
        return read_line()

    def unused(self) -> int:
        """Return how many replies no question took."""
        return len(self._replies)


def read_line() -> str:
    """Read a line from the terminal, with line editing. Its end (Ctrl-D) is an interruption, like Ctrl-C."""
    try:
        return typed(PROMPT)
    except EOFError:
        raise KeyboardInterrupt(INTERRUPTED) from None


def typed(prompt: str) -> str:
    """Return a line typed at the terminal, with line editing; `EOFError` at its end."""
    try:
        import readline  # noqa: F401  (gives `input` line editing and a history)
    except ImportError:
        pass
    try:
        text = input(prompt) if is_terminal(sys.stdout) else _beside_stdout(prompt)
    except UnicodeDecodeError:
        raise UsageError("what was typed is not UTF-8 text") from None
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _beside_stdout(prompt: str) -> str:
    """Ask on standard error, lent to `input` as standard output: elsewhere it edits no lines."""
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        return input(prompt)
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)

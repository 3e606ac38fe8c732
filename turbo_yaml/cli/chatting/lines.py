"""Lines typed at a terminal, or read from a pipe; and the history of those typed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Final

from turbo_yaml.cli.conversation.answers import typed
from turbo_yaml.cli.terminal import is_terminal
from turbo_yaml.errors import JournalError

HISTORY: Final = "chat_history"
_MOST: Final = 1000


def next_line(prompt: str) -> str:
    """Return the next line without its end; `EOFError` after the last."""
    if is_terminal(sys.stdin):
        return typed(prompt)
    line = "" if sys.stdin is None else sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")


@contextmanager
def history(*, kept: bool) -> Iterator[None]:
    """Let the person go through the lines typed; those of earlier chats too where they are `kept`."""
    lines = _readline() if is_terminal(sys.stdin) else None
    path = _history_file() if kept and lines is not None else None
    if lines is not None and path is not None:
        lines.set_history_length(_MOST)
        with suppress(OSError):
            lines.read_history_file(path)
    try:
        yield
    finally:
        if lines is not None and path is not None:
            with suppress(OSError):
                lines.write_history_file(path)


def _readline() -> ModuleType | None:
    try:
        import readline
    except ImportError:
        return None
    return readline


def _history_file() -> Path | None:
    """Return the file with the lines of earlier chats, for the user alone; None where there can be none."""
    from turbo_yaml.journal.folder import make_private, make_private_file, state_folder

    try:
        folder = state_folder()
        make_private(folder)
        make_private_file(folder / HISTORY)
    except JournalError:
        return None
    return folder / HISTORY

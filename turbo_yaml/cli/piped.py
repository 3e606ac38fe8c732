"""Standard input that is a pipe or a file, read when somebody wants it, and once."""

from __future__ import annotations

import os
import stat
import sys

from turbo_yaml.cli.files import read_stdin, without_last_line_end
from turbo_yaml.cli.terminal import is_terminal


class Piped:
    """The text piped into the command. A terminal, a closed or an empty standard input give none."""

    def __init__(self) -> None:
        self._open = sys.stdin is not None and not sys.stdin.closed and not is_terminal(sys.stdin)

    def take(self) -> str | None:
        """Return the whole text without its last line end; None where there is none or it was taken."""
        if not self._open:
            return None
        self._open = False
        return without_last_line_end(read_stdin()) or None

    def left_over(self) -> bool:
        """Tell whether there is text that nobody took, without waiting for it and without taking it."""
        if not self._open:
            return False
        try:
            number = sys.stdin.fileno()
            found = os.fstat(number)
            if stat.S_ISREG(found.st_mode):
                # Where somebody has read before, as a shell's loop does, the rest is not for us.
                return found.st_size > 0 and os.lseek(number, 0, os.SEEK_CUR) == 0
            return stat.S_ISFIFO(found.st_mode) and _waiting(number) > 0
        except (OSError, ValueError):
            return False


def _waiting(pipe: int) -> int:
    """Return how many bytes stand in a pipe; 0 where the system cannot tell."""
    try:
        from fcntl import ioctl
        from termios import FIONREAD
    except ImportError:
        return 0
    return int.from_bytes(ioctl(pipe, FIONREAD, b"\0" * 4), sys.byteorder)

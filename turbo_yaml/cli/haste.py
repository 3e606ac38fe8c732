"""Writing that waits for no reader: after a signal the process ends, whether anybody reads or not."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

_GRACE = 0.1
"""Seconds that what is left to write may take."""


@contextmanager
def in_haste() -> Iterator[None]:
    """Let nothing within wait for long: it fails as where nobody reads. Nothing changes without alarms."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def nobody_reads(*_: object) -> NoReturn:
        raise BrokenPipeError

    signal.signal(signal.SIGALRM, nobody_reads)
    signal.setitimer(signal.ITIMER_REAL, _GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)

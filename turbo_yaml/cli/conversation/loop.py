"""Coroutines run one after another on one event loop; a signal stops them at once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, NoReturn, TypeVar

from turbo_yaml.cli.haste import in_haste

T = TypeVar("T")

# How long cancelled work may take to clean up, in seconds, before it is left where it is.
GRACE = 0.3
BETWEEN_TICKS = 0.5


class Loop:
    """An event loop for the main thread. Between two `run`s no task is alive, so that a question can be
    read from the terminal there; SIGINT and SIGTERM cancel what runs and raise
    `KeyboardInterrupt` with the exit code."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._runner = asyncio.Runner()
        self._task: asyncio.Task[Any] | None = None
        self._before: dict[int, Any] = {}
        self.tick: Callable[[], None] | None = None
        """What is called about twice a second while something runs."""
        self.soften: Callable[[], bool] | None = None
        """What Ctrl-C does first: it tells whether it could, and else what runs is cancelled."""
        self.softened = False

    def __enter__(self) -> Loop:
        self._runner.__enter__()
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._stop)
        if hasattr(signal, "SIGALRM"):
            self._before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._out_of_patience)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.signal is not None:
                self._close_in_haste()
            self._runner.close()
        finally:
            _arm(0)
            for number, handler in self._before.items():
                # After a signal that was meant to end the run, the next one may end the process.
                signal.signal(number, handler if self.signal is None else signal.SIG_DFL)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end and return its value."""
        try:
            return self._runner.run(self._watched(work))
        except asyncio.CancelledError:
            if self.signal is None:
                raise
            raise KeyboardInterrupt(self.exit_code) from None
        finally:
            self._task = None

    def forgive(self) -> bool:
        """Go on after Ctrl-C as if nothing had happened; tell whether it was Ctrl-C that stopped the run."""
        _arm(0)
        if self.signal != signal.SIGINT:
            return False
        self.signal = None
        return True

    async def _watched(self, work: Coroutine[Any, Any, T]) -> T:
        self._task = asyncio.current_task()
        if self.tick is None:
            return await work
        clock = _Clock(self.tick)
        try:
            return await work
        finally:
            clock.stop()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Cancel what runs; at the second signal, or where nothing runs, stop right here."""
        if number == signal.SIGINT and self.signal is None and self._task is not None and self._softly():
            return
        again = self.signal is not None
        self.signal = self.signal or number
        if self._task is None or again:
            raise KeyboardInterrupt(self.exit_code)
        self._task.cancel()
        self._wake()
        _arm(GRACE)

    def _softly(self) -> bool:
        if self.soften is None or not self.soften():
            return False
        self.softened = True
        self._wake()
        return True

    def _wake(self) -> None:
        """Let the loop look: a signal does not wake one that waits, a call from "another thread" does."""
        self._runner.get_loop().call_soon_threadsafe(lambda: None)

    def _out_of_patience(self, number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(self.exit_code)

    def _close_in_haste(self) -> None:
        """Clean up as far as the time allows; what is still busy then is ended with the process."""
        _arm(GRACE)
        try:
            self._runner.close()
        except KeyboardInterrupt:
            _leave(self.exit_code)
        if threading.active_count() > 1:
            _leave(self.exit_code)

    @property
    def exit_code(self) -> int:
        """The exit code that tells which signal stopped the run: 128 and its number."""
        return 128 + (self.signal or signal.SIGINT)


class _Clock:
    """Calls something again and again on the running event loop, without a task."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._next = asyncio.get_running_loop().call_later(BETWEEN_TICKS, self._beat)

    def _beat(self) -> None:
        self._tick()
        self._next = asyncio.get_running_loop().call_later(BETWEEN_TICKS, self._beat)

    def stop(self) -> None:
        """Call it no more."""
        self._next.cancel()


def _arm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _leave(code: int) -> NoReturn:
    """End the process without waiting for threads, which Python would do."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError), in_haste():
            stream.flush()
    os._exit(code)

"""Statements to committed ones: one thread that writes, and commits together whatever waits."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, TypeAlias

from turbo_yaml.errors import JournalError
from turbo_yaml.journal.database import FAULTY, FILE, connect, explained

Statement: TypeAlias = tuple[str, Sequence[Any]]


_RESERVE: Final = 4 << 20
"""Bytes that only take room in what a process may address, until they are let go."""


class _Order(NamedTuple):
    """Statements to be done together, and who waits for them, if anybody."""

    statements: Sequence[Statement]
    loop: asyncio.AbstractEventLoop | None
    future: asyncio.Future[None] | None
    done: threading.Event | None = None


_NOTHING: Final = _Order((), None, None)
_END: Final = _Order((), None, None)


class Writer:
    """Writes for all runs of a process. What is put first is committed first, or at the same time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._orders: SimpleQueue[_Order] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._failure: JournalError | None = None
        self.commits = 0
        """How often the disk was waited for."""

    def put(self, statements: Sequence[Statement]) -> None:
        """Let statements be done soon; if they fail, the next `commit` does."""
        self._begin()
        self._orders.put(_Order(statements, None, None))

    def commit(self, statements: Sequence[Statement]) -> asyncio.Future[None]:
        """Return what is done when the statements are safe on the disk; it raises `JournalError`."""
        self._begin()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._orders.put(_Order(statements, loop, future))
        return future

    def settle(self) -> None:
        """Wait until all that was put is written."""
        if self._thread is not None:
            done = threading.Event()
            self._orders.put(_Order((), None, None, done))
            done.wait()

    def close(self, *, wait: bool = True) -> None:
        """Write what waits and let go of the file. May be called twice; a later `put` begins anew."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._orders.put(_END)
            if wait:
                thread.join()

    def _begin(self) -> None:
        if self._thread is None:
            # A daemon: what must not be lost is waited for, and a process may end while this one is idle.
            thread = threading.Thread(target=self._work, name="turbo-yaml journal", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                raise self._unwritten("no room for another thread") from None
            self._thread = thread

    def _unwritten(self, reason: str) -> JournalError:
        return JournalError(f"the journal `{self.folder / FILE}` cannot be written: {reason}")

    def _work(self) -> None:
        """Write until the end. Whoever waits is told what fails: without memory, with what was laid by."""
        taken: list[_Order] = []
        while True:
            reserve = _laid_by()
            try:
                return self._write_all(taken)
            except Exception as problem:
                del reserve
                # Python itself can raise a `SystemError` where it has no memory.
                lacking = isinstance(problem, MemoryError | SystemError)
                reason = "no memory" if lacking else str(problem)
            last = bool(taken) and taken[-1] is _END
            self._tell(taken, self._unwritten(reason))
            if last:
                return None

    def _write_all(self, taken: list[_Order]) -> None:
        db: sqlite3.Connection | None = None
        last = False
        while not last:
            self._take(taken)
            last = taken[-1] is _END
            problem: JournalError | None = None
            try:
                if any(order.statements for order in taken):
                    db = connect(self.folder) if db is None else db
                    self._write(db, taken)
            except FAULTY as failed:
                problem = explained(failed, self.folder / FILE)
            except JournalError as failed:
                problem = failed
            self._tell(taken, problem)
        if db is not None:
            db.close()

    def _take(self, taken: list[_Order]) -> None:
        """Wait for an order and take what waits with it. Its place is made first: none is lost."""
        while not taken or taken[-1] is not _END:
            taken.append(_NOTHING)
            try:
                taken[-1] = self._orders.get(block=len(taken) == 1)
            except Empty:
                taken.pop()
                return

    def _write(self, db: sqlite3.Connection, orders: Sequence[_Order]) -> None:
        db.execute("begin immediate")
        try:
            for order in orders:
                for sql, values in order.statements:
                    db.execute(sql, values)
            db.execute("commit")
        except BaseException:
            if db.in_transaction:
                db.execute("rollback")
            raise
        self.commits += 1

    def _tell(self, orders: list[_Order], problem: JournalError | None) -> None:
        """Wake who waits, each event loop once, and be done with these orders."""
        if all(order.future is None for order in orders):
            self._failure = problem or self._failure
        elif problem is None:
            problem, self._failure = self._failure, None
        waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        for order in orders:
            if order.loop is not None and order.future is not None:
                waiting.setdefault(order.loop, []).append(order.future)
            if order.done is not None:
                order.done.set()
        for loop, futures in waiting.items():
            try:
                loop.call_soon_threadsafe(_wake, futures, problem)
            except RuntimeError:
                pass  # the loop is closed: nobody waits any more
        orders.clear()


def _wake(futures: Sequence[asyncio.Future[None]], problem: JournalError | None) -> None:
    for future in futures:
        if future.done():
            continue
        if problem is None:
            future.set_result(None)
        else:
            future.set_exception(JournalError(problem.message, hint=problem.hint))


def _laid_by() -> bytearray:
    try:
        return bytearray(_RESERVE)
    except MemoryError:
        return bytearray()

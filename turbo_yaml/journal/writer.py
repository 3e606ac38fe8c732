"""Statements to committed ones: one thread that writes, and commits together whatever waits."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeAlias

from turbo_yaml.errors import JournalError
from turbo_yaml.journal.database import FILE, connect, explained

Statement: TypeAlias = tuple[str, Sequence[Any]]


class _Order(NamedTuple):
    """Statements to be done together, and who waits for them, if anybody."""

    statements: Sequence[Statement]
    loop: asyncio.AbstractEventLoop | None
    future: asyncio.Future[None] | None
    done: threading.Event | None = None


class Writer:
    """Writes for all runs of a process. What is put first is committed first, or at the same time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
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
            self._orders.put(None)
            if wait:
                thread.join()

    def _begin(self) -> None:
        if self._thread is None:
            # A daemon: what must not be lost is waited for, and a process may end while this one is idle.
            self._thread = threading.Thread(target=self._work, name="turbo-yaml journal", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        db: sqlite3.Connection | None = None
        orders: list[_Order] = []
        while True:
            last = self._orders.get()
            while last is not None:
                orders.append(last)
                try:
                    last = self._orders.get_nowait()
                except Empty:
                    break
            if orders:
                problem: JournalError | None = None
                try:
                    db = connect(self.folder) if db is None else db
                    self._write(db, orders)
                except sqlite3.Error as failed:
                    problem = explained(failed, self.folder / FILE)
                except JournalError as failed:
                    problem = failed
                except MemoryError:
                    problem = JournalError(f"the journal `{self.folder / FILE}` cannot be written: no memory")
                self._tell(orders, problem)
                orders.clear()
            if last is None:
                break
        if db is not None:
            db.close()

    def _write(self, db: sqlite3.Connection, orders: Sequence[_Order]) -> None:
        if not any(order.statements for order in orders):
            return
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

    def _tell(self, orders: Sequence[_Order], problem: JournalError | None) -> None:
        """Wake who waits, each event loop once."""
        if problem is None:
            problem, self._failure = self._failure, None
        elif all(order.future is None for order in orders):
            self._failure = problem
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


def _wake(futures: Sequence[asyncio.Future[None]], problem: JournalError | None) -> None:
    for future in futures:
        if future.done():
            continue
        if problem is None:
            future.set_result(None)
        else:
            future.set_exception(JournalError(problem.message, hint=problem.hint))

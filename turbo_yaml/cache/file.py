"""Replies kept in a SQLite file, for all processes of a user."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from math import inf
from pathlib import Path
from time import time
from typing import Any, Final, NamedTuple, TypeVar

from turbo_yaml.cache.keys import KeyedCache
from turbo_yaml.errors import CacheError, JournalError
from turbo_yaml.journal.database import FAULTY
from turbo_yaml.journal.folder import make_private, make_private_file

FILE: Final = "cache.db"
_VERSION: Final = 1
_PATIENCE: Final = 10.0
_ELSEWHERE: Final = "name another folder with `--state DIR`"
_ANEW: Final = f"delete the file, or {_ELSEWHERE}"
T = TypeVar("T")


class Stats(NamedTuple):
    """What a cache holds: entries, bytes of the file, how often one was used; the oldest in epoch seconds."""

    entries: int
    size: int
    hits: int
    oldest: float | None


class SqliteCache(KeyedCache):
    """Keeps values in the file `cache.db` of a folder, each for `ttl` seconds; None: until it is cleared.

    The file is opened for each use, in a thread: there is nothing to close. `CacheError` where it cannot be
    used.
    """

    def __init__(self, folder: str | os.PathLike[str], ttl: float | None = None) -> None:
        self.path = Path(folder) / FILE
        self._ttl = ttl

    async def has(self, key: str) -> bool:
        """Tell whether there is a value for the key."""
        return await self._do(lambda db: self._find(db, key)) is not None

    async def get(self, key: str) -> Any:
        """Return the value for the key; `KeyError` where there is none."""
        found = await self._do(lambda db: self._use(db, key))
        if found is None:
            raise KeyError(key)
        try:
            return json.loads(found)
        except (ValueError, RecursionError) as problem:
            raise CacheError(f"the cache `{self.path}` is damaged", hint=_ANEW) from problem

    async def set(self, key: str, value: Any) -> None:
        """Keep a JSON value under the key."""
        text = json.dumps(value)
        await self._do(
            lambda db: db.execute("insert or replace into reply values(?, ?, ?, 0)", (key, text, time()))
        )

    async def clear(self, before: float | None = None) -> None:
        """Forget everything, or what was kept `before` a moment, in seconds of the epoch."""
        await self._do(lambda db: _clear(db, before))

    async def stats(self) -> Stats:
        """Return what there is."""
        entries, hits, oldest = await self._do(
            lambda db: db.execute("select count(*), coalesce(sum(hits), 0), min(at) from reply").fetchone()
        )
        return Stats(entries, self.path.stat().st_size, hits, oldest)

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await asyncio.to_thread(self._with, work)
        except RuntimeError as problem:  # there is no room for another thread
            raise CacheError(f"the cache `{self.path}` cannot be used: {problem}") from None

    def _with(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            make_private(self.path.parent)
            make_private_file(self.path)
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as db:
                self._prepare(db)
                return work(db)
        except JournalError as problem:
            raise CacheError(problem.message, hint=f"{_ELSEWHERE}; `--set cache=off` uses none") from None
        except (*FAULTY, OSError) as problem:
            raise CacheError(
                f"the cache `{self.path}` cannot be used: {problem}",
                hint=_ANEW,
            ) from problem

    def _prepare(self, db: sqlite3.Connection) -> None:
        version = db.execute("pragma user_version").fetchone()[0]
        if version == _VERSION:
            return
        if version > _VERSION:
            raise CacheError(f"the cache `{self.path}` was written by a newer turbo-yaml")
        db.execute("pragma journal_mode=wal")
        db.execute("begin immediate")
        db.execute(
            "create table if not exists reply(key text primary key, value text not null, "
            "at real not null, hits integer not null) without rowid"
        )
        db.execute(f"pragma user_version={_VERSION}")
        db.execute("commit")

    def _find(self, db: sqlite3.Connection, key: str) -> str | None:
        # What seems to be of the future is as old as the clock was wrong: nobody knows how old.
        now = time()
        span = (0.0, inf) if self._ttl is None else (now - self._ttl, now + self._ttl)
        sql = "select value from reply where key = ? and at between ? and ?"
        found = db.execute(sql, (key, *span)).fetchone()
        return None if found is None else str(found[0])

    def _use(self, db: sqlite3.Connection, key: str) -> str | None:
        found = self._find(db, key)
        if found is not None:
            db.execute("update reply set hits = hits + 1 where key = ?", (key,))
        return found


def _clear(db: sqlite3.Connection, before: float | None) -> None:
    db.execute("pragma secure_delete=on")
    if before is None:
        db.execute("delete from reply")
    else:
        db.execute("delete from reply where at < ?", (before,))
    db.execute("vacuum")
    db.execute("pragma wal_checkpoint(truncate)")

"""A named conversation in a SQLite file: another run goes on with it, in this process or a later one."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from time import time
from typing import Any, Final, TypeVar
from weakref import finalize

from turbo_yaml.errors import JournalError, UsageError
from turbo_yaml.journal.database import FAULTY
from turbo_yaml.journal.folder import state_folder
from turbo_yaml.journal.locks import Owner, process_of
from turbo_yaml.memory.conversations import FILE, at_once, connect, said, unusable
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.messages import stored
from turbo_yaml.memory.truncated import TruncatedMemory
from turbo_yaml.protocol import BaseMemory, Message

LONGEST_NAME: Final = 100
T = TypeVar("T")


class SqliteMemory(BaseMemory):
    """The conversation `name` in the file `conversations.db` of a folder, by default the user's own.

    One run at a time goes on with it: `setup` takes it, `release` gives it back, and so does the end of the
    process. With `max_tokens` only the newest messages that fit are sent. `UsageError` for what is no name,
    and where another run is at it; `JournalError` where the file cannot be used.
    """

    __slots__ = (
        "__weakref__",
        "_db",
        "_held",
        "_lock",
        "_owner",
        "chat",
        "name",
        "path",
        "used",
        "used_before",
    )

    def __init__(
        self, name: str, folder: str | os.PathLike[str] | None = None, *, max_tokens: int | None = None
    ) -> None:
        if not (0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()):
            raise UsageError(
                f"{name[:LONGEST_NAME]!r} is not the name of a conversation",
                hint=f"up to {LONGEST_NAME} letters, digits, signs and spaces between them",
            )
        self.name = name
        self.path = state_folder(folder) / FILE
        self.chat: LocalMemory = LocalMemory() if max_tokens is None else TruncatedMemory(max_tokens)
        """What is in the file, as far as this process knows."""
        self._db: sqlite3.Connection | None = None
        self._owner: Owner | None = None
        self._held = ExitStack()
        finalize(self, self._held.close)
        self._lock = threading.Lock()
        self.used = self.used_before = 0.0
        """When this process took the conversation, and when somebody did the last time before."""

    @classmethod
    def declared(cls, options: Mapping[str, Any]) -> SqliteMemory:
        """Refuse: a flow says that its conversation is kept, and whoever runs it under which name."""
        raise UsageError(
            "this flow goes on with a named conversation, and none is named",
            hint="`turbo-yaml run FLOW --conversation NAME`, or `fn(memory=SqliteMemory(NAME))`",
        )

    def __repr__(self) -> str:
        return f"SqliteMemory({self.name!r}, {len(self.chat.messages)} messages)"

    async def setup(self, **options: Any) -> None:
        """Take the conversation, and read what was said in it; nothing stays open where that cannot be."""
        taken = self._owner is not None
        try:
            await self._do(self._take)
        except Exception:
            if not taken:
                await self.release()
            raise

    async def put_back(self, count: int, state: Mapping[str, Any]) -> None:
        """Let the conversation be as it was with its first messages, so many, and with this remembered."""
        self.chat.messages = self.chat.messages[:count]
        await self._do(lambda db: self._write(db, [], count))
        await self.set_state(state)

    async def release(self) -> None:
        """Let others go on with the conversation."""
        try:
            await asyncio.to_thread(self._let_go)
        except RuntimeError:  # there is no room for another thread
            self._let_go()

    async def get(self) -> list[Message]:
        """Return every message kept, oldest first."""
        return await self.chat.get()

    async def extend(self, messages: Iterable[Message]) -> None:
        """Add messages at the end: all of them are kept, or none."""
        new, first = [*messages], len(self.chat.messages)
        await self._do(lambda db: self._write(db, new, first))
        await self.chat.extend(new)

    async def forget(self, *, label: str | None = None, last: int | None = None) -> None:
        """Drop the messages with a label, or the last so many, or all; a tool's result goes with its call."""
        await self.chat.forget(label=label, last=last)
        kept = self.chat.messages
        await self._do(lambda db: self._write(db, kept, 0))

    async def get_state(self) -> Mapping[str, Any]:
        """Return what was remembered, by name."""
        return await self.chat.get_state()

    async def set_state(self, state: Mapping[str, Any], *, merge: bool = False) -> None:
        """Replace what was remembered, or with `merge` add to it."""
        await self.chat.set_state(state, merge=merge)
        text = json.dumps(self.chat.state)
        sql = "update conversation set state = ? where name = ?"
        await self._do(lambda db: db.execute(sql, (text, self.name)))

    async def prepare_prompt(self, max_tokens: int | None = None) -> list[Message]:
        """Return the messages to send; with `max_tokens` as many of the newest as are estimated to fit."""
        return await self.chat.prepare_prompt(max_tokens)

    async def fork(self) -> BaseMemory:
        """Return a copy that goes its own way and is not kept."""
        return await self.chat.fork()

    # The file -------------------------------------------------------------------------------------------

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await asyncio.to_thread(self._with, work)
        except RuntimeError as problem:  # there is no room for another thread
            raise JournalError(f"the conversations in `{self.path}` cannot be used: {problem}") from None

    def _with(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work in one transaction; `JournalError` where it cannot be done."""
        with self._lock:
            try:
                if self._db is None:
                    self._db = connect(self.path)
                    self._held.callback(self._db.close)
                return at_once(self._db, work)
            except FAULTY as problem:
                raise unusable(self.path, problem) from problem

    def _take(self, db: sqlite3.Connection) -> None:
        row = db.execute(
            "select state, owner, used from conversation where name = ?", (self.name,)
        ).fetchone()
        state, holder, used = row or ("{}", None, 0.0)
        if self._owner is None:
            process = None if holder is None else process_of(self.path.parent, holder)
            if process is not None:
                raise UsageError(
                    f"the conversation `{self.name}` is going on now, in process {process}",
                    hint="wait for it to end, or name another conversation",
                )
            self._owner = Owner(self.path.parent)
            self._held.callback(self._owner.release)
            self.used, self.used_before = time(), float(used)
            db.execute(
                "insert into conversation values(?, ?, ?, ?, ?) "
                "on conflict(name) do update set owner = excluded.owner, used = excluded.used",
                (self.name, state, self._owner.name, self.used, self.used),
            )
        found = said(db, self.name)
        self.chat.messages, self.chat.state = found.messages, dict(found.state)

    def _write(self, db: sqlite3.Connection, messages: list[Message], first: int) -> None:
        """Write messages from a place on; what stood there is dropped."""
        db.execute("delete from message where conversation = ? and number >= ?", (self.name, first))
        rows = ((self.name, first + number, stored(message)) for number, message in enumerate(messages))
        db.executemany("insert into message values(?, ?, ?)", rows)

    def _let_go(self) -> None:
        with self._lock:
            self._db = self._owner = None
            self._held.close()

"""The file of named conversations: its tables, and what of them is listed, read and deleted from outside."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from turbo_yaml.errors import JournalError, UsageError
from turbo_yaml.journal.database import FAULTY
from turbo_yaml.journal.folder import make_private, make_private_file
from turbo_yaml.journal.locks import process_of
from turbo_yaml.memory.messages import message_of
from turbo_yaml.protocol import Message

FILE: Final = "conversations.db"
VERSION: Final = 1
_PATIENCE: Final = 30.0
_TABLES: Final = """
create table conversation(
    name text primary key, state text not null, owner text, began real not null, used real not null);
create table message(
    conversation text not null, number integer not null, data text not null,
    primary key(conversation, number)) without rowid;
"""
_LISTED: Final = """
select name, began, used, owner, (select count(*) from message where conversation = name) from conversation
"""
T = TypeVar("T")


class Conversation(NamedTuple):
    """What is known of a conversation without reading it; `process` is at it now, None where none is."""

    name: str
    began: float
    used: float
    messages: int
    process: str | None


class Said(NamedTuple):
    """What was said in a conversation, and what is remembered."""

    messages: list[Message]
    state: Mapping[str, Any]


def conversations(folder: Path) -> list[Conversation]:
    """Return the conversations of a folder, the one that was used last first; `JournalError`."""

    def read(db: sqlite3.Connection) -> list[Conversation]:
        rows = db.execute(f"{_LISTED} order by used desc, name").fetchall()
        return [_conversation(folder, row) for row in rows]

    return _outside(folder, read) or []


def said_in(folder: Path, name: str) -> Said:
    """Return what a conversation of a folder holds; `UsageError` where there is none of this name."""
    found = _outside(folder, lambda db: None if _find(db, folder, name) is None else said(db, name))
    if found is None:
        raise _unknown(name)
    return found


def delete(folder: Path, names: Iterable[str]) -> None:
    """Delete conversations so that nothing of them is left in the file: all of them, or none.

    `UsageError` where there is none of a name, and where a run is at one.
    """
    wanted = list(dict.fromkeys(names))

    def remove(db: sqlite3.Connection) -> bool:
        for name in wanted:
            found = _find(db, folder, name)
            if found is None:
                raise _unknown(name)
            if found.process is not None:
                raise UsageError(
                    f"the conversation `{name}` is going on now, in process {found.process}",
                    hint="wait for it to end",
                )
            db.execute("delete from message where conversation = ?", (name,))
            db.execute("delete from conversation where name = ?", (name,))
        return True

    if wanted and not _outside(folder, remove, then=_wipe):
        raise _unknown(wanted[0])


def said(db: sqlite3.Connection, name: str) -> Said:
    """Return what a conversation holds: nothing where there is none of this name.

    `sqlite3.DatabaseError` where what stands there is not what was said.
    """
    row = db.execute("select state from conversation where name = ?", (name,)).fetchone()
    rows = db.execute("select data from message where conversation = ? order by number", (name,))
    try:
        messages = [message_of(json.loads(data)) for (data,) in rows]
        return Said(messages, {} if row is None else dict(json.loads(row[0])))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
        raise sqlite3.DatabaseError(f"what was said in `{name}` is damaged") from problem


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, made on first use; every statement is a transaction of its own unless one is begun."""
    make_private(path.parent)
    make_private_file(path)
    db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        db.execute("pragma journal_mode=wal")
        db.execute("pragma secure_delete=on")
        db.execute("begin immediate")
        version = db.execute("pragma user_version").fetchone()[0]
        if version > VERSION:
            raise JournalError(f"the conversations in `{path}` were written by a newer turbo-yaml")
        if version == 0:
            for statement in _TABLES.split(";\n"):
                db.execute(statement)
            db.execute(f"pragma user_version={VERSION}")
        db.execute("commit")
    except BaseException:
        db.close()
        raise
    return db


def at_once(db: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Do work in one transaction."""
    db.execute("begin immediate")
    try:
        done = work(db)
        db.execute("commit")
    except BaseException:
        db.execute("rollback")
        raise
    return done


def unusable(path: Path, problem: Exception) -> JournalError:
    """Return the error of a file that SQLite cannot use."""
    return JournalError(
        f"the conversations in `{path}` cannot be used: {problem}",
        hint="move the file away, or name another folder with `--state DIR`",
    )


def _outside(
    folder: Path,
    work: Callable[[sqlite3.Connection], T],
    then: Callable[[sqlite3.Connection], None] | None = None,
) -> T | None:
    """Do work in one transaction of a connection of its own; None where there is no file yet."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        with closing(connect(path)) as db:
            done = at_once(db, work)
            if then is not None:
                then(db)
            return done
    except FAULTY as problem:
        raise unusable(path, problem) from problem


def _wipe(db: sqlite3.Connection) -> None:
    """Empty the file in which changes wait: what was deleted may still stand there."""
    if db.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
        raise JournalError(
            f"it is deleted, but another process uses `{FILE}`: what was said stays beside it meanwhile",
            hint="delete another conversation then, or wait: the file is emptied when nobody uses it",
        )


def _find(db: sqlite3.Connection, folder: Path, name: str) -> Conversation | None:
    if not name.isprintable():
        return None  # nothing is called so
    row = db.execute(f"{_LISTED} where name = ?", (name,)).fetchone()
    return None if row is None else _conversation(folder, row)


def _conversation(folder: Path, row: tuple[Any, ...]) -> Conversation:
    name, began, used, owner, messages = row
    return Conversation(name, began, used, messages, owner and process_of(folder, owner))


def _unknown(name: str) -> UsageError:
    return UsageError(
        f"there is no conversation `{name}`", hint="`turbo-yaml conversations` lists those that are kept"
    )

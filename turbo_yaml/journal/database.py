"""The journal's file to a connection: its tables, its version, and its faults in the operator's words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from turbo_yaml.errors import JournalError
from turbo_yaml.journal.folder import WITHOUT, make_private, make_private_file

FILE: Final = "journal.db"
VERSION: Final = 2
FAULTY: Final = (sqlite3.Error, UnicodeDecodeError)
"""What is raised for a file that cannot be used: SQLite's own message can quote its damaged bytes."""
PATIENCE: Final = 30.0
"""Seconds that a process waits for another one to be done with the file."""

_TABLES: Final = """
create table run(
    id integer primary key, flow text not null, file text, status text not null, began real not null,
    ended real, call text not null, outcome text, problem text, failed_at text, parent integer, owner text);
create index run_began on run(began);
create table text(id integer primary key, hash blob not null unique, body not null);
create table link(
    hash blob primary key, before blob, role text not null, name text, form text not null,
    text blob not null) without rowid;
create table event(
    run integer not null, place text not null, number integer not null, kind text not null,
    state text not null, line text, prompt blob, ask blob, model text, began real not null, ended real,
    text blob, data text, input_tokens integer, output_tokens integer, primary key(run, place)) without rowid;
create index event_number on event(run, number);
create table file(
    run integer not null, name text not null, text blob not null, primary key(run, name)) without rowid;
create table mark(name text primary key, value) without rowid;
"""
PARTS: Final = ("event", "file")
"""The tables that hold what belongs to a run. Texts, and messages with all before them, belong to none: they
are stored once for all runs in which they were said."""
SWEEP: Final = (
    "delete from link where hash not in (with recursive said(hash) as ("
    "select prompt from event where prompt is not null "
    "union select l.before from link l join said s on s.hash = l.hash where l.before is not null) "
    "select hash from said)",
    "delete from text where hash not in (select text from link union select text from file "
    "union select text from event where text is not null union select ask from event where ask is not null)",
)
"""The statements that delete messages and texts of which no run is left."""
_UPGRADES: Final = {
    1: """
alter table text rename to text_of_run;
alter table link rename to link_of_run;
create table text(id integer primary key, hash blob not null unique, body not null);
create table link(
    hash blob primary key, before blob, role text not null, name text, form text not null,
    text blob not null) without rowid;
insert or ignore into text(hash, body) select hash, body from text_of_run order by id;
insert or ignore into link select hash, before, role, name, form, text from link_of_run;
drop table text_of_run;
drop table link_of_run;
drop table if exists search;
delete from mark;
"""
}
"""What makes of a file of each older format one of the next."""


def connect(folder: Path) -> sqlite3.Connection:
    """Open the journal of a folder, made on first use; `JournalError` where it cannot be used.

    Every statement is a transaction of its own unless one is begun.
    """
    make_private(folder)
    path = folder / FILE
    make_private_file(path)
    db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    with _closed_where_it_fails(db, path):
        _prepare(db, path)
    return db


def connect_to_look(folder: Path) -> sqlite3.Connection:
    """Open the journal of a folder to look into it, even one that cannot be written.

    `JournalError` where it cannot be used.
    """
    path = folder / FILE
    if not path.exists() or (os.access(path, os.W_OK) and os.access(folder, os.W_OK)):
        return connect(folder)
    log = path.with_name(f"{FILE}-wal")
    # Where nothing waits to be taken over into the file, nobody writes it, and no lock is needed.
    how = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    db = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, check_same_thread=False)
    with _closed_where_it_fails(db, path):
        version = _version(db)
        if version != VERSION:
            _refuse_newer(path, version)
            message = (
                f"the journal `{path}` is of the older format {version}, and cannot be brought up to date"
            )
            raise JournalError(f"{message}: it is read-only", hint="copy its folder, and use `--state DIR`")
    return db


@contextmanager
def _closed_where_it_fails(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Close the journal where it cannot be used, and say why in words."""
    try:
        yield
    except FAULTY as problem:
        db.close()
        raise explained(problem, path) from problem
    except JournalError:
        db.close()
        raise


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    db.execute("pragma journal_mode=wal")
    db.execute("pragma synchronous=full")
    db.execute("pragma secure_delete=on")
    version = _version(db)
    _refuse_newer(path, version)
    if version < VERSION:
        _make_tables(db)


def _refuse_newer(path: Path, version: int) -> None:
    if version > VERSION:
        raise JournalError(
            f"the journal `{path}` was written by a newer turbo-yaml: its format is {version}, "
            f"and this version knows {VERSION}",
            hint="use the newer version, or another folder with `--state DIR`",
        )


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("pragma user_version").fetchone()[0]
    return version


def _make_tables(db: sqlite3.Connection) -> None:
    """Make the tables, or bring older ones up to date, unless another process has done so meanwhile."""
    db.execute("begin immediate")
    try:
        version = _version(db)
        scripts = [_TABLES] if version == 0 else [_UPGRADES[old] for old in range(version, VERSION)]
        for statement in (each for script in scripts for each in script.split(";\n")):
            if statement.strip():
                db.execute(statement)
        if version < VERSION:
            db.execute(f"pragma user_version={VERSION}")
        db.execute("commit")
    except BaseException:
        db.execute("rollback")
        raise


def explained(problem: Exception, path: Path) -> JournalError:
    """Return a fault of the database in the operator's words, with the next move."""
    said = str(problem)
    for sign, what, hint in _FAULTS:
        if sign in said:
            return JournalError(f"the journal `{path}` {what}", hint=hint)
    return JournalError(f"the journal `{path}` cannot be used: {said}", hint=WITHOUT)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Read what is stored; `JournalError` where it cannot be read, or is not what was stored."""
    try:
        yield
    except FAULTY as problem:
        raise explained(problem, folder / FILE) from problem
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
        raise JournalError(f"the journal `{folder / FILE}` {_DAMAGED[1]}", hint=_DAMAGED[2]) from problem


_DAMAGED: Final = (
    "malformed",
    "is damaged",
    "move the file away, or save what can be read: `sqlite3 journal.db .recover`",
)
_FAULTS: Final = (
    ("disk is full", "cannot be written: the disk is full", "make room and resume, or " + WITHOUT),
    ("readonly", "cannot be written: it is read-only", WITHOUT),
    ("unable to open", "cannot be opened", WITHOUT),
    ("locked", f"has been busy for {PATIENCE:g} s: another process holds it", "try again when that is done"),
    ("not a database", "is not a journal", "move the file away, or use another folder with `--state DIR`"),
    _DAMAGED,
    ("ecode", *_DAMAGED[1:]),
    ("disk I/O", "cannot be written: the disk reports an error", WITHOUT),
    ("no such", "is not a journal", "move the file away, or use another folder with `--state DIR`"),
)

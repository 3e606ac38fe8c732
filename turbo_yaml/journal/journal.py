"""The journal of a state folder: runs that begin, go on, are copied and deleted."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from random import Random
from time import time
from types import TracebackType
from typing import Any, NamedTuple, Self
from weakref import finalize

from turbo_yaml.errors import JournalError, UsageError
from turbo_yaml.journal.content import hashed, to_stored, unpacked
from turbo_yaml.journal.database import FILE, PARTS, SWEEP, connect, connect_to_look, reading
from turbo_yaml.journal.folder import state_folder
from turbo_yaml.journal.locks import Owner, process_of
from turbo_yaml.journal.log import BITS, EVENT, Event, RunLog, event_of, run_id, run_name
from turbo_yaml.journal.privacy import Privacy, known_secrets
from turbo_yaml.journal.soundness import sound_run
from turbo_yaml.journal.writer import Statement, Writer


class Run(NamedTuple):
    """What is known of a run. `status`: `running`, `interrupted`, `waiting`, `stopped`, `failed`, `done`.

    `call` is what it was called with; `failed_at` the place of the turn whose failure ended it. Times in
    seconds of the epoch. `cost` is in US dollars, None where it is not known of every reply.
    """

    id: int
    flow: str
    file: str | None
    status: str
    began: float
    ended: float | None
    call: Mapping[str, Any]
    outcome: Any
    problem: Mapping[str, Any] | None
    failed_at: str | None
    parent: int | None
    turns: int
    input_tokens: int
    output_tokens: int
    cost: float | None

    @property
    def name(self) -> str:
        """What the run is called."""
        return run_name(self.id)


COLUMNS = (
    "r.id, r.flow, r.file, r.status, r.began, r.ended, r.call, r.outcome, r.problem, r.failed_at, r.parent, "
    "(select count(*) from event e where e.run = r.id and e.kind = 'turn' and e.state = 'done'), "
    "(select coalesce(sum(e.input_tokens), 0) from event e where e.run = r.id), "
    "(select coalesce(sum(e.output_tokens), 0) from event e where e.run = r.id), "
    "(select case when count(*) = count(json_extract(e.data, '$.cost')) "
    "then coalesce(sum(json_extract(e.data, '$.cost')), 0.0) end "
    "from event e where e.run = r.id and e.kind = 'turn' and e.state = 'done'), r.owner"
)


class Journal:
    """The journal in a folder, by default the user's own. Nothing is opened before a run begins.

    `close` it, or use it in a `with`: what was recorded last may otherwise be lost when the process ends,
    though never a reply or an answer. `to_look`: it is only looked into, and need not be writable.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, to_look: bool = False) -> None:
        self._connect = connect_to_look if to_look else connect
        self.folder = state_folder(folder)
        self._writer = Writer(self.folder)
        self._readers = threading.local()
        self._opened: list[sqlite3.Connection] = []
        finalize(self, _let_go, self._writer, self._opened)
        self._owner: Owner | None = None
        self._held: set[int] = set()
        """The runs that this journal is at work on."""
        self._numbers = Random()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits to be written, and let go of the files. The journal may be used again."""
        self._writer.close()
        self._readers = threading.local()
        while self._opened:
            self._opened.pop().close()
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.release()

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """What the environment holds in variables whose names say that it is secret, and the keys kept."""
        return known_secrets()

    @property
    def commits(self) -> int:
        """How often the disk was waited for."""
        return self._writer.commits

    def reader(self) -> sqlite3.Connection:
        """Return this thread's connection for what is only read; `JournalError` where there is none."""
        db: sqlite3.Connection | None = getattr(self._readers, "db", None)
        if db is None:
            db = self._readers.db = self._connect(self.folder)
            self._opened.append(db)
        return db

    def check(self) -> None:
        """Make sure that runs can be recorded; `JournalError` where they cannot."""
        self.reader()
        _ = self._owner_name

    # Runs that go on ------------------------------------------------------------------------------------

    def begin(
        self,
        flow: str,
        call: Mapping[str, Any],
        *,
        file: str | None = None,
        sources: Mapping[str, str] | None = None,
        privacy: Privacy | None = None,
    ) -> RunLog:
        """Return the log of a new run. `sources` are the texts of its flow files by name.

        `JournalError` where the journal cannot be written.
        """
        privacy = privacy or Privacy()
        self.reader()
        id = self._numbers.getrandbits(BITS)
        self._held.add(id)
        first: list[Statement] = [
            (
                "insert into run(id, flow, file, status, began, call, owner) "
                "values(?, ?, ?, 'running', ?, ?, ?)",
                (id, flow, file, time(), to_stored(privacy.data(call)), self._owner_name),
            )
        ]
        log = RunLog(id, self._writer, self.reader, self._held.discard, privacy, first)
        log.put(self._files(log, sources or {}))
        return log

    def _files(self, log: RunLog, sources: Mapping[str, str]) -> list[Statement]:
        made: list[Statement] = []
        for name, text in sources.items():
            text = log.privacy.text(text)
            hash = hashed(text)
            made += log.texts([(hash, text)])
            made.append(("insert or replace into file values(?, ?, ?)", (log.id, name, hash)))
        return made

    def reopen(self, name: str, *, privacy: Privacy | None = None, again: bool = True) -> RunLog:
        """Return the log of a run that goes on; `JournalError` where it is going on already, or is not there.

        The turn whose failure ended the run is forgotten, so that it is asked `again`.
        """
        self._writer.settle()
        run = self.run(name)
        self._take([run])
        try:
            log = RunLog(run.id, self._writer, self.reader, self._held.discard, privacy or Privacy())
            log.go_on()
            if again and run.failed_at is not None:
                self._forget(log, run.failed_at)
        except BaseException:
            self._held.discard(run.id)
            raise
        return log

    @property
    def _owner_name(self) -> str:
        if self._owner is None:
            self._owner = Owner(self.folder)
            finalize(self, self._owner.release)
        return self._owner.name

    def _take(self, runs: list[Run]) -> None:
        """Make this process the one that is at work on runs; `JournalError` where another one is."""
        own = self._owner_name
        with reading(self.folder), self._changing() as db:
            for run in runs:
                (owner,) = db.execute("select owner from run where id = ?", (run.id,)).fetchone()
                process = self._process_of(run.id, owner)
                if process is not None:
                    raise JournalError(
                        f"run `{run.name}` is going on now, in process {process}",
                        hint="wait for it to end, or stop it first",
                    )
                db.execute("update run set owner = ? where id = ?", (own, run.id))
        self._held.update(run.id for run in runs)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Do all that is done within, or nothing of it."""
        db = self.reader()
        db.execute("begin immediate")
        try:
            yield db
            db.execute("commit")
        except BaseException:
            if db.in_transaction:
                db.execute("rollback")
            raise

    def _process_of(self, id: int, owner: str | None) -> str | None:
        """Return the number of the process that is at work on a run, if one is."""
        if owner is None:
            return None
        if self._owner is not None and owner == self._owner.name:
            return str(os.getpid()) if id in self._held else None
        return process_of(self.folder, owner)

    def _forget(self, log: RunLog, place: str) -> None:
        """Drop a turn with its attempts, and what came of its failure in the steps around it."""
        around = [place]
        while "/" in place:
            place = place.rpartition("/")[0]
            around.append(place)
        statements: list[Statement] = [
            (
                "delete from event where run = ? and (place = ? or substr(place, 1, ?) = ?)",
                (log.id, each, len(each) + 1, each + "#"),
            )
            for each in around
        ]
        self.write(statements)
        log.go_on()

    def change_call(self, run: Run, call: Mapping[str, Any]) -> None:
        """Record anew what a run was called with; `JournalError` where that cannot be done."""
        self.write([("update run set call = ? where id = ?", (to_stored(call), run.id))])

    def write(self, statements: list[Statement]) -> None:
        """Do statements at once, all or none; `JournalError` where they cannot be done."""
        with reading(self.folder), self._changing() as db:
            for sql, values in statements:
                db.execute(sql, values)

    # What is there --------------------------------------------------------------------------------------

    def run(self, name: str) -> Run:
        """Return what is known of a run; `UsageError` where there is no such run."""
        found = self.select("where r.id = ?", self._id(name))
        if not found:
            raise self._unknown(name)
        return found[0]

    def select(self, rest: str, *values: Any) -> list[Run]:
        """Return the runs that a part of a query chooses."""
        with reading(self.folder):
            rows = self.reader().execute(f"select {COLUMNS} from run r {rest}", values).fetchall()
            return [self._run_of(row) for row in rows]

    def _run_of(self, row: tuple[Any, ...]) -> Run:
        read = [None if text is None else json.loads(text) for text in row[6:9]]
        status = row[3]
        if status == "running" and self._process_of(row[0], row[-1]) is None:
            status = "interrupted"
        return sound_run(Run._make((*row[:3], status, *row[4:6], *read, *row[9:-1])))

    def events(self, run: Run) -> list[Event]:
        """Return what a run was told, in the order in which it was asked."""
        with reading(self.folder):
            rows = self.reader().execute(EVENT + " order by e.number", (run.id,))
            return [event_of(row) for row in rows]

    def last_before(self, run: Run, place: str) -> int:
        """Return the number of the last whole event before the one at a place, 0 where there is none."""
        events = self.events(run)
        end = next((event.number for event in events if event.place == place), 0)
        return max((e.number for e in events if e.number < end and e.state != "started"), default=0)

    def sources(self, run: Run) -> dict[str, str]:
        """Return the flow files of a run as they were."""
        with reading(self.folder):
            rows = self.reader().execute(
                "select f.name, t.body from file f join text t on t.hash = f.text where f.run = ?",
                (run.id,),
            )
            return {str(name): unpacked(body) for name, body in rows}

    def _id(self, name: str) -> int:
        id = run_id(name)
        if id is None:
            raise self._unknown(name)
        return id

    def _unknown(self, name: str) -> UsageError:
        return UsageError(f"there is no run `{name:.40}`", hint="`turbo-yaml runs` lists what there is")

    # Copies, and what is deleted ------------------------------------------------------------------------

    def fork(self, name: str, place: str, call: Mapping[str, Any] | None = None) -> str:
        """Copy a run as it was before the event at a place; return the name of the copy.

        `UsageError` where nothing was recorded at that place.
        """
        run = self.run(name)
        with reading(self.folder):
            sql = "select number from event where run = ? and place = ?"
            row = self.reader().execute(sql, (run.id, place)).fetchone()
        if row is None:
            raise UsageError(
                f"run `{name}` has nothing at `{place:.80}`",
                hint=f"`turbo-yaml runs show {name}` shows places",
            )
        copy = self._numbers.getrandbits(BITS)
        statements: list[Statement] = [
            (
                "insert into run(id, flow, file, status, began, call, parent) "
                "values(?, ?, ?, 'stopped', ?, ?, ?)",
                (copy, run.flow, run.file, time(), to_stored(run.call if call is None else call), run.id),
            )
        ]
        for table in PARTS:
            with reading(self.folder):
                columns = [row[1] for row in self.reader().execute(f"pragma table_info({table})")]
            kept = ", ".join(column for column in columns if column != "run")
            sql = f"insert into {table}(run, {kept}) select ?, {kept} from {table} where run = ?"
            values: tuple[Any, ...] = (copy, run.id)
            if table == "event":
                sql += " and number < ? and state <> 'started'"
                values += (row[0],)
            statements.append((sql, values))
        self.write(statements)
        return run_name(copy)

    def delete(self, names: list[str]) -> None:
        """Delete runs, and what was said in no other; `JournalError` where one is going on.

        Nothing of it is left in the file.
        """
        self._writer.settle()
        runs = [self.run(name) for name in dict.fromkeys(names)]
        self._take(runs)
        statements: list[Statement] = [("drop table if exists search", ()), ("delete from mark", ())]
        for run in runs:
            statements += [(f"delete from {table} where run = ?", (run.id,)) for table in PARTS]
            statements.append(("delete from run where id = ?", (run.id,)))
        statements += [(sweep, ()) for sweep in SWEEP]
        try:
            self.write(statements)
            self._wipe()
        finally:
            self._held.difference_update(run.id for run in runs)

    def _wipe(self) -> None:
        """Empty the file in which changes wait: what was deleted may still stand there."""
        with reading(self.folder):
            busy = self.reader().execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        if busy:
            raise JournalError(
                "the runs are deleted, but another process reads the journal: "
                f"what was deleted stays in `{FILE}-wal` until it is done",
                hint="delete a run again, or wait: the file is emptied when nobody uses the journal",
            )


def _let_go(writer: Writer, opened: list[sqlite3.Connection]) -> None:
    """Close what a forgotten journal has left open. Whatever thread this runs in waits for nothing."""
    writer.close(wait=False)
    while opened:
        opened.pop().close()

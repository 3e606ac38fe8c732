"""One run's part of the journal: its events by place, and the texts they are made of."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from time import monotonic, time
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from turbo_yaml.errors import JournalError
from turbo_yaml.journal.content import hashed, packed, to_stored, unpacked
from turbo_yaml.journal.database import reading
from turbo_yaml.journal.privacy import Privacy
from turbo_yaml.journal.soundness import sound_event, sound_link
from turbo_yaml.journal.writer import Statement, Writer

Kind: TypeAlias = Literal["turn", "input", "tool", "sleep", "chance", "fork", "timeout"]
State: TypeAlias = Literal["started", "done", "failed"]

EVENT: Final = (
    "select e.place, e.number, e.kind, e.state, e.line, e.prompt, e.ask, e.model, e.began, e.ended, t.body, "
    "e.data, e.input_tokens, e.output_tokens "
    "from event e left join text t on t.hash = e.text where e.run = ?"
)
_START: Final = (
    "insert or replace into event(run, place, number, kind, state, line, prompt, ask, model, began) "
    "values(?, ?, ?, ?, 'started', ?, ?, ?, ?, ?)"
)
_END: Final = (
    "update event set state = ?, text = ?, data = ?, ended = ?, input_tokens = ?, output_tokens = ? "
    "where run = ? and place = ?"
)
_NOTE: Final = (
    "insert or replace into event(run, place, number, kind, state, line, began, ended, data) "
    "values(?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_TEXT: Final = "insert or ignore into text(hash, body) values(?, ?)"
_LINK: Final = "insert or ignore into link values(?, ?, ?, ?, ?, ?)"


class Event(NamedTuple):
    """Something that a run was told. `prompt` and `ask` are hashes of what was asked; `line` where.

    `text` is what a model replied; `data` what is beside it, or the whole answer. Times in seconds of the
    epoch.
    """

    place: str
    number: int
    kind: Kind
    state: State
    line: str | None
    prompt: bytes | None
    ask: bytes | None
    model: str | None
    began: float
    ended: float | None
    text: str | None
    data: Any
    input_tokens: int | None
    output_tokens: int | None


def event_of(row: tuple[Any, ...]) -> Event:
    """Return the event of a row that `EVENT` selects; `ValueError` where it is none."""
    text, data = row[10], row[11]
    body = None if text is None else unpacked(text)
    data = None if data is None else json.loads(data)
    return sound_event(Event._make((*row[:10], body, data, *row[12:])))


class Link(NamedTuple):
    """A message of a prompt. Its hash is that of all messages up to it."""

    hash: bytes
    before: bytes | None
    role: str
    name: str | None
    form: str
    text: str


class RunLog:
    """What is recorded of one run, and what was. Times are those of the machine's clock.

    What is `put` is on the disk no later than what is committed afterwards.
    """

    def __init__(
        self,
        id: int,
        writer: Writer,
        reader: Callable[[], sqlite3.Connection],
        release: Callable[[int], None],
        privacy: Privacy,
        begin: Iterable[Statement] = (),
    ) -> None:
        self.id = id
        self._writer = writer
        self._reader = reader
        self._release = release
        self.privacy = privacy
        self._first = [*begin]
        """What is written before all else: the run itself."""
        self._stored: set[bytes] = set()
        self._number = 0
        self._begun: dict[str, tuple[float, float]] = {}
        """When what goes on now began: by the clock, and by one that nobody sets."""
        self.left = 0
        """How many recorded events have not been asked for yet."""

    @property
    def name(self) -> str:
        """What the run is called."""
        return run_name(self.id)

    def reading(self) -> AbstractContextManager[None]:
        """Read what was recorded; `JournalError` where it is not what was written."""
        return reading(self._writer.folder)

    # What was recorded ----------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Look up what the run was told before."""
        with self.reading():
            found = self._one("select coalesce(max(number), 0), count(*) from event where run = ?", self.id)
            self._number, self.left = map(int, found)

    def find(self, place: str) -> Event | None:
        """Return what was recorded at a place."""
        if not self.left:
            return None
        with self.reading():
            row = self._reader().execute(EVENT + " and e.place = ?", (self.id, place)).fetchone()
            if row is None:
                return None
            self.left -= 1
            return event_of(row)

    def has(self, place: str) -> bool:
        """Tell whether anything was recorded at a place."""
        with self.reading():
            sql = "select 1 from event where run = ? and place = ?"
            return self._one(sql, self.id, place) is not None

    def later(self, path: str, number: int) -> Event | None:
        """Return the first whole event of a chat that was recorded after the one with a number."""
        with self.reading():
            rows = self._reader().execute(
                EVENT + " and e.number > ? and e.state = 'done' order by e.number", (self.id, number)
            )
            for row in rows:
                if row[0].startswith(path) and "/" not in row[0][len(path) :]:
                    return event_of(row)
        return None

    def text(self, hash: bytes) -> str | None:
        """Return a text by its hash."""
        with self.reading():
            found = self._one("select body from text where hash = ?", hash)
            return None if found is None else unpacked(found[0])

    def prompt(self, hash: bytes | None) -> list[Link]:
        """Return the messages of a prompt, by the hash of its last one."""
        with self.reading():
            return prompt(self._reader(), self.id, hash)

    def _one(self, sql: str, *values: Any) -> Any:
        return self._reader().execute(sql, values).fetchone()

    # What is recorded -----------------------------------------------------------------------------------

    def texts(self, texts: Iterable[tuple[bytes, str]]) -> list[Statement]:
        """Return the statements that store texts under their hashes, each once."""
        made: list[Statement] = []
        for hash, text in texts:
            if hash not in self._stored:
                self._stored.add(hash)
                made.append((_TEXT, (hash, packed(text))))
        return made

    def links(self, links: Iterable[Link]) -> list[Statement]:
        """Return the statements that store messages, each once."""
        made: list[Statement] = []
        for link in links:
            if link.hash not in self._stored:
                self._stored.add(link.hash)
                body = hashed(link.text)
                made += self.texts([(body, link.text)])
                hash, before, role, name, form, _ = link
                made.append((_LINK, (hash, before, role, name, form, body)))
        return made

    def stored(self, links: Iterable[Link]) -> None:
        """Take note that messages are stored already."""
        self._stored.update(link.hash for link in links)

    def start(
        self,
        place: str,
        kind: Kind,
        line: str | None,
        *,
        prompt: bytes | None = None,
        ask: bytes | None = None,
        model: str | None = None,
        instead: Event | None = None,
    ) -> Statement:
        """Return the statement that records that something was asked, in the place of an earlier event."""
        if instead is None:
            self._number += 1
        number = self._number if instead is None else instead.number
        now = time()
        self._begun[place] = now, monotonic()
        return _START, (self.id, place, number, kind, line, prompt, ask, model, now)

    def end(
        self,
        place: str,
        state: State,
        data: Any,
        *,
        text: bytes | None = None,
        tokens: tuple[int | None, int | None] = (None, None),
    ) -> Statement:
        """Return the statement that records the answer."""
        written = None if data is None else to_stored(data)
        return _END, (state, text, written, self._now(place), *tokens, self.id, place)

    def _now(self, place: str) -> float:
        """Return the time as the clock tells it that the event began with: it may have been set since."""
        began = self._begun.pop(place, None)
        return time() if began is None else began[0] + monotonic() - began[1]

    def taken_for(self, place: str, prompt: bytes | None, ask: bytes) -> Statement:
        """Return the statement that lets an answer stand for another question than it was given to."""
        return "update event set prompt = ?, ask = ? where run = ? and place = ?", (
            prompt,
            ask,
            self.id,
            place,
        )

    def note(self, place: str, kind: Kind, data: Any, line: str | None = None) -> None:
        """Record something that was known at once; nobody waits for it."""
        self._number += 1
        now = time()
        self.put([(_NOTE, (self.id, place, self._number, kind, "done", line, now, now, to_stored(data)))])

    def put(self, statements: list[Statement]) -> None:
        """Let statements be done soon."""
        self._writer.put([*self._first, *statements] if self._first else statements)
        self._first = []

    def commit(self, statements: list[Statement]) -> asyncio.Future[None]:
        """Return what is done when statements are safe on the disk; it raises `JournalError`."""
        first, self._first = self._first, []
        return self._writer.commit([*first, *statements] if first else statements)

    def status(
        self, status: str, *, outcome: Any = None, problem: Any = None, failed_at: str | None = None
    ) -> list[Statement]:
        """Return the statement that records how a run stands now."""
        values = (
            status,
            None if outcome is None else to_stored(self.privacy.data(outcome)),
            None if problem is None else to_stored(self.privacy.data(problem)),
            failed_at,
            None if status == "running" else time(),
            self.id,
        )
        sql = "update run set status = ?, outcome = ?, problem = ?, failed_at = ?, ended = ? where id = ?"
        return [(sql, values)]

    def call(self, call: Mapping[str, Any]) -> list[Statement]:
        """Return the statement that records anew what the run was called with."""
        return [
            ("update run set call = ? where id = ?", (to_stored(self.privacy.data(call)), self.id)),
        ]

    def leave(self, statements: list[Statement]) -> list[Statement]:
        """Return statements, and the one by which this process leaves the run."""
        return [*statements, ("update run set owner = null where id = ?", (self.id,))]

    def release(self) -> None:
        """Let others have the run."""
        self._release(self.id)


def prompt(db: sqlite3.Connection, run: int, hash: bytes | None) -> list[Link]:
    """Return the messages of a prompt of a run, by the hash of its last one."""
    found: dict[bytes, Link] = {}
    while hash is not None:
        if hash in found:
            raise ValueError("a message comes before itself")
        row = db.execute(
            "select l.hash, l.before, l.role, l.name, l.form, t.body from link l "
            "join text t on t.hash = l.text where l.hash = ?",
            (hash,),
        ).fetchone()
        if row is None:
            raise JournalError(f"the journal lacks a part of run `{run_name(run)}`")
        found[hash] = sound_link(Link._make((*row[:5], unpacked(row[5]))))
        hash = row[1]
    return [*found.values()][::-1]


_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LETTERS: Final = 8
BITS: Final = 5 * _LETTERS


def run_name(id: int) -> str:
    """Return what a run with this number is called: eight letters and digits."""
    return "".join(_DIGITS[id >> 5 * place & 31] for place in range(_LETTERS - 1, -1, -1))


def run_id(name: str) -> int | None:
    """Return the number of a run by its name; None for what is no name."""
    if len(name) != _LETTERS or not set(name) <= set(_DIGITS):
        return None
    id = 0
    for letter in name:
        id = id << 5 | _DIGITS.index(letter)
    return id

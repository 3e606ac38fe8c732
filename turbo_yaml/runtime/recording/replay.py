"""A recorded run told to its flow again, with nobody asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, NoReturn

from turbo_yaml.errors import JournalError
from turbo_yaml.journal.content import to_json
from turbo_yaml.journal.journal import Journal, Run
from turbo_yaml.journal.log import Event, RunLog
from turbo_yaml.journal.privacy import Privacy
from turbo_yaml.journal.writer import Statement, Writer
from turbo_yaml.models.pool import ModelPool, RunModels
from turbo_yaml.models.providers import Resolved, resolve_model
from turbo_yaml.models.request import Model, OnDelta, Reply, Request
from turbo_yaml.runtime.frames import Frame, Host, HostFailed
from turbo_yaml.runtime.recording.changes import FlowChanged
from turbo_yaml.runtime.recording.places import Place, line_of
from turbo_yaml.runtime.recording.recorder import OnChange, Recorder, Rules
from turbo_yaml.runtime.tooling.standins import stand_ins
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.tool import Tool

ASKED: Final = ("turn", "input", "tool")
"""The kinds of events that somebody was asked for."""
_ANOTHER_TIME: Final = "2001-02-03T04:05:06+00:00"
_NO_RECORD: Final = ("auth", "configuration")
"""Failures of turns that never got so far as to be recorded."""


class Difference(NamedTuple):
    """Where a flow does not do what was recorded: the place, the file and line, how the prompts differ."""

    message: str
    place: str | None = None
    line: str | None = None
    diff: str = ""


class Replayed(NamedTuple):
    """What came of a run that was done again. `told`: what it was told, in the order in which it asked.

    `end` is where the record of a run ends that was not over.
    """

    told: list[Event]
    difference: Difference | None
    end: str | None


class RecordEnds(JournalError):
    """The record of a run that was not over has no answer to what the flow asks. `place` is where."""

    def __init__(self, place: str, line: str | None) -> None:
        super().__init__(f"the record ends at `{place}`")
        self.place = place
        self.line = line


class Told(RunLog):
    """A recorded run that is read, and to which nothing is added."""

    def __init__(self, journal: Journal, run: Run, privacy: Privacy) -> None:
        super().__init__(run.id, Writer(journal.folder), journal.reader, _nothing, privacy)
        self.go_on()

    def put(self, statements: list[Statement]) -> None:
        """Write nothing."""

    def commit(self, statements: list[Statement]) -> asyncio.Future[None]:
        """Write nothing, at once."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


class Replayer(Recorder):
    """Tells a flow what was recorded, and stops it where it asks for more. `asked`: what it asked for."""

    def __init__(self, log: RunLog, host: Host, replaying: Replaying, *, edited: bool) -> None:
        super().__init__(log, host, Rules(replaying.on_change, "retry"), edited=edited)
        self.asked: list[Event] = []
        self.reached: set[str] = set()
        """The places of events that the flow has come to."""
        self._run = replaying.run
        self._by_chance = replaying.by_chance

    def find(self, place: str) -> Event | None:
        """Return what was recorded at a place, and take note that it was asked for."""
        event = super().find(place)
        if self._by_chance and event is not None and event.kind == "chance":
            return event._replace(data=_ANOTHER_TIME) if isinstance(event.data, str) else None
        if event is not None:
            self.reached.add(event.place)
            if event.kind in ASKED:
                self.asked.append(event)
        return event

    @property
    def open_question(self) -> str | None:
        """The place of the question that the run stands at, if it does."""
        return self._question

    def goes_live(self, place: Place, at: str) -> NoReturn:
        """Stop the run: this is not in its record."""
        line = line_of(place.generator)
        later = self.log.later(place.path, place.last)
        if later is not None and later.place != at:
            message = f"the flow asks something new at `{at}`, before `{later.place}`"
        elif self._is_over:
            message = f"the flow asks something at `{at}`, where nothing was recorded"
        else:
            raise HostFailed(RecordEnds(at, line))
        raise HostFailed(FlowChanged(message, at, line=line))

    @property
    def _is_over(self) -> bool:
        """Whether the run had come to an end of its own."""
        problem = self._run.problem or {}
        return self._run.status == "done" or (
            self._run.status == "failed" and problem.get("kind") not in _NO_RECORD
        )


class Replaying:
    """A recorded run that a function is to do again; `recorder` is there once it has begun.

    `by_chance`: time and chance are other ones than those that were recorded.
    """

    def __init__(
        self, journal: Journal, name: str, on_change: OnChange = "fail", *, by_chance: bool = False
    ) -> None:
        self.journal = journal
        self.run = journal.run(name)
        self.on_change: OnChange = on_change
        self.by_chance = by_chance
        self.recorder: Replayer | None = None
        self._asks: dict[bytes, dict[str, Any]] = {}

    def start(self, frame: Frame, privacy: Privacy, sources: Mapping[str, str]) -> Recorder:
        """Return what tells the flow of a frame what was recorded."""
        then = self.journal.sources(self.run)
        edited = then != {name: privacy.text(text) for name, text in sources.items()}
        host = frame.host
        host.models = _NoModels()
        log = Told(self.journal, self.run, privacy)
        self.recorder = Replayer(log, host, self, edited=edited)
        return self.recorder

    def stand_ins(self, declared: Iterable[Declaration]) -> dict[str, Tool]:
        """Return what stands in for the tools that a flow declares, as models were told of them then."""
        told: dict[str, Mapping[str, Any]] = {}
        called: list[str] = []
        for event in self.journal.events(self.run):
            asked = self.asked(event)
            told |= {tool["name"]: tool for tool in asked.get("tools") or ()}
            if event.kind == "tool":
                called.append(asked["tool"])
        return stand_ins(declared, told, called)

    def asked(self, event: Event) -> dict[str, Any]:
        """Return what was asked for at an event, the messages of a turn aside."""
        if event.ask is None:
            return {}
        if event.ask not in self._asks:
            text = Told(self.journal, self.run, Privacy()).text(event.ask)
            self._asks[event.ask] = {} if text is None else json.loads(text)
        return self._asks[event.ask]

    def missed(self) -> Event | None:
        """Return the first that was recorded and that the flow has not come to.

        What branches asked that were ended by another one, or by the time, need not be asked again.
        """
        assert self.recorder is not None
        reached = self.recorder.reached
        events = self.journal.events(self.run)
        ended = [f"{event.place}/".lstrip("/") for event in events if event.kind in ("fork", "timeout")]
        for event in events:
            whole = event.kind in (*ASKED, "timeout") and event.state != "started"
            if whole and event.place not in reached and not event.place.startswith(tuple(ended)):
                return event
        return None

    def data_of(self, value: Any) -> Any:
        """Return data as it comes back from the journal."""
        assert self.recorder is not None
        return json.loads(to_json(self.recorder.log.privacy.data(value)))


class _Nobody:
    """A model that is there by name only."""

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Fail: all replies come from the record."""
        raise AssertionError("a run that is replayed asks no model")

    async def aclose(self) -> None:
        """There is nothing to let go of."""


class _NoModels(RunModels):
    """The names of models, for which no key is needed."""

    def __init__(self) -> None:
        super().__init__(ModelPool())
        self._nobody: Model = _Nobody()

    async def get(self, settings: Mapping[str, Any]) -> tuple[Model, Resolved]:
        """Return a model that is not asked, and where the settings lead; `ModelError` where nowhere."""
        return self._nobody, resolve_model(settings, _ANY)


class _Any(dict[str, str]):
    """An environment with a key for every server."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return what may be a key and an address."""
        return "https://nobody.invalid"


_ANY: Final = _Any()


def _nothing(_: int) -> None:
    """Hold no run, and release none."""

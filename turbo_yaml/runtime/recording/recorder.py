"""Asks a run's journal first, and writes down what it did not know: turns, answers, time and chance."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from time import time
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from turbo_yaml.errors import FlowError, JournalError
from turbo_yaml.journal.content import hashed, to_json
from turbo_yaml.journal.log import Event, Kind, RunLog
from turbo_yaml.journal.writer import Statement
from turbo_yaml.protocol import Generate, GetInput
from turbo_yaml.runtime.events import WarningEvent
from turbo_yaml.runtime.frames import Frame, Host, HostFailed
from turbo_yaml.runtime.recording.changes import FlowChanged, changed, prompt_diff
from turbo_yaml.runtime.recording.places import Place, generator_of, line_of
from turbo_yaml.runtime.recording.replies import Asks, failure_data, failure_of
from turbo_yaml.runtime.recording.tools import recorded_tool
from turbo_yaml.runtime.recording.turns import Turn, look_for_the_end

OnChange: TypeAlias = Literal["fail", "rerun", "keep"]
Unsure: TypeAlias = Literal["retry", "skip", "models"]
_Said = TypeVar("_Said")


class Rules(NamedTuple):
    """How a run is recorded and goes on. `on_change`: what an event means that the flow no longer asks for;
    `unsure`: whether calls that were going on when the run broke off are made again: all, none, or those of
    models, while one of a tool ends the run; `required`: whether the run ends where it cannot be recorded."""

    on_change: OnChange = "fail"
    unsure: Unsure = "models"
    required: bool = True


class Answer(NamedTuple):
    """What answers a question: a value, or the failure that came instead."""

    value: Any
    failure: FlowError | None


class Recorder:
    """The journal's side of one run."""

    def __init__(
        self, log: RunLog, host: Host, rules: Rules, *, edited: bool = False, live: bool = False
    ) -> None:
        self.log = log
        self.host = host
        self.rules = rules
        self.edited = edited
        """Whether a file of the flow is not what it was."""
        self.asks = Asks(log.privacy)
        self.lost = False
        """Whether the journal cannot be written any more, and the run goes on all the same."""
        self.live = live
        """Whether anything was asked that was not recorded, or nothing was recorded before."""
        self.waited = 0.0
        """Seconds for which the question that the run stands at had waited before."""
        self.refused: FlowError | None = None
        """What answers that question where no value does."""
        self._question: str | None = None

    @property
    def name(self) -> str:
        """What the run is called in its journal."""
        return self.log.name

    # Turns ----------------------------------------------------------------------------------------------

    def turn(self, frame: Frame, chat: Frame, ask: Generate) -> Turn:
        """Return the recorded side of a turn of a flow, on a chat."""
        assert frame.place is not None and chat.place is not None
        return Turn(self, frame, chat, frame.place.next(ask.id or "generate"))

    async def tool(
        self, frame: Frame, name: str, arguments: Mapping[str, Any], work: Callable[[], Awaitable[Any]]
    ) -> Any:
        """Return what a tool gave back, or raise its failure: as it was recorded, else as `work` has it."""
        return await recorded_tool(self, frame, name, arguments, work)

    def read(self, said: Callable[[], _Said]) -> _Said:
        """Return what recorded data says; the run ends where that is nothing that was ever written."""
        try:
            with self.log.reading():
                return said()
        except JournalError as problem:
            raise HostFailed(problem) from problem

    def find(self, place: str) -> Event | None:
        """Return what was recorded at a place."""
        try:
            return None if self.lost else self.log.find(place)
        except JournalError as problem:
            self.give_up(problem)
            return None

    async def commit(self, statements: list[Statement]) -> None:
        """Wait until statements are on the disk."""
        if self.lost:
            return
        try:
            await self.log.commit(statements)
        except JournalError as problem:
            self.give_up(problem)

    def give_up(self, problem: JournalError) -> None:
        """Go on without a journal, or end the run, as the rules say."""
        if self.rules.required:
            raise HostFailed(problem) from problem
        if not self.lost:
            self.lost = True
            self.host.note(WarningEvent(message=f"the run is recorded no further: {problem.message}"))

    def goes_live(self, place: Place, at: str) -> None:
        """Take note that something is asked now; raise where that should not be unnoticed."""
        self.live = True
        if not (self.edited and self.log.left and self.rules.on_change == "fail"):
            return
        event = self.log.later(place.path, place.last)
        if event is not None and event.place != at:
            raise HostFailed(
                FlowChanged(f"the flow asks something new at `{at}`, before `{event.place}`", at)
            )

    # Questions ------------------------------------------------------------------------------------------

    def standing(self, frame: Frame) -> tuple[Frame, Any]:
        """Return the frame of the flow whose question is at the caller, and its generator."""
        return frame.innermost(), generator_of(frame)

    async def question(self, frame: Frame, generator: Any, question: GetInput) -> Answer | None:
        """Return the recorded answer to a question that the run has come to; None where there is none yet."""
        assert frame.place is not None
        place = frame.place
        self._question = at = place.next(question.id or "input")
        asked = {"question": question.content, "choices": question.choices, "type": question.type}
        text = to_json(self.log.privacy.data(asked))
        ask = hashed(text)
        event = self.find(at)
        self.waited = 0.0
        if event is not None and self._agrees(place, at, event, ask, text, line_of(generator)):
            if event.state == "done":
                place.last = event.number
                if event.data is not None and "failure" in event.data:
                    failed = event.data["failure"]
                    return Answer(None, self.read(lambda: failure_of(failed)))
                return Answer(event.text if event.data is None else event.data["value"], None)
            self.live = True
            self.waited = max(0.0, time() - event.began)
            await self.commit(self.log.status("waiting"))
            return None
        self.goes_live(place, at)
        statements = self.log.texts([(ask, text)])
        statements.append(self.log.start(at, "input", line_of(generator), ask=ask, instead=event))
        await self.commit([*statements, *self.log.status("waiting")])
        return None

    def _agrees(self, place: Place, at: str, event: Event, ask: bytes, text: str, line: str | None) -> bool:
        """Tell whether a recorded question is the one that is asked now, or is to be taken for it."""
        if event.ask == ask or event.state != "done" or self.rules.on_change == "keep":
            return event.ask == ask or event.state == "done"
        if self.rules.on_change == "rerun":
            return False
        before = None if event.ask is None else self.log.text(event.ask)
        raise HostFailed(changed(at, event, line, prompt_diff([before or ""], [text])))

    async def answered(self, value: Any) -> None:
        """Record what answered the question that the run stands at: a value, unless it was refused."""
        at, self._question = self._question, None
        failure, self.refused = self.refused, None
        if at is None:
            return
        privacy = self.log.privacy
        if failure is None and isinstance(value, str):
            text = privacy.text(value)
            statements = self.log.texts([(hashed(text), text)])
            statements.append(self.log.end(at, "done", None, text=hashed(text)))
        else:
            data = (
                {"value": privacy.data(value)}
                if failure is None
                else {"failure": failure_data(failure, privacy)}
            )
            statements = [self.log.end(at, "done", data)]
        await self.commit([*statements, *self.log.status("running")])

    # Time, chance, and what ended first -----------------------------------------------------------------

    def note(self, place: Place, at: str, kind: Kind, data: Any) -> None:
        """Record something that is known at once."""
        if not self.lost:
            self.log.note(at, kind, data, line_of(place.generator))

    def recall(self, place: Place, name: str) -> tuple[str, Any]:
        """Return the next place under a name, and what was noted there, if anything was."""
        at = place.next(name)
        event = self.find(at)
        if event is None:
            return at, None
        place.last = event.number
        return at, event.data

    def inner(self, outer: Place, name: str) -> Place:
        """Return the place of a flow, or of branches, with what was noted to have ended them early."""
        place = outer.inner(name)
        event = self.find(place.path[:-1])
        if event is not None:
            place.expired = event.kind == "timeout"
            place.ended_by = event.data
        return place

    def check_time(self, place: Place, timeout: float | None) -> None:
        """Look whether work whose time was over when it was recorded still has a `timeout`.

        Without one it is not ended any more, or the run is, as the rules say of a flow that was edited.
        """
        if not place.expired or timeout is not None:
            return
        if self.rules.on_change != "fail":
            place.expired = False
            return
        at = place.path[:-1]
        line = None if place.outer is None else line_of(place.outer.generator)
        where = f" ({line})" if line else ""
        message = f"`{at}`{where} was ended by its `timeout` when it was recorded, and has none now"
        raise HostFailed(FlowChanged(message, at, line=line))

    def note_end(self, place: Place | None, branch: int | None) -> None:
        """Note what has ended the work at a place early: one of its branches, or the time."""
        assert place is not None
        place = place.first
        if not place.expired and place.ended_by is None:
            self.note(place, place.path[:-1], "timeout" if branch is None else "fork", branch)

    def pause(self, frame: Frame, seconds: float) -> float:
        """Return how many seconds of a pause are left; it goes on while nobody runs the flow."""
        assert frame.place is not None
        at, until = self.recall(frame.place, "sleep")
        if until is None:
            self.goes_live(frame.place, at)
            self.note(frame.place, at, "sleep", time() + seconds)
            return seconds
        if self.log.later(frame.place.path, frame.place.last) is None:
            look_for_the_end(frame.place)
        return min(seconds, max(0.0, float(until) - time()))

    # The end --------------------------------------------------------------------------------------------

    async def ended(self, outcome: Any) -> None:
        """Record that the run is over."""
        self.live = True
        await self.commit(self.log.leave(self.log.status("done", outcome=outcome)))
        self.log.release()

    async def failed(self, problem: BaseException) -> None:
        """Record that the run failed, or was stopped. What ends it at once is not waited for."""
        if isinstance(problem, FlowError):
            data = failure_data(problem, self.log.privacy)
            failed = self.log.status("failed", problem=data, failed_at=problem.recorded)
            await self.commit(self.log.leave(failed))
        elif not (self.lost or isinstance(problem, JournalError)):
            self.log.put(self.log.leave(self.log.status("stopped")))
        self.log.release()

    async def stopped(self) -> None:
        """Record that the run was closed before its end; one that waits for an answer goes on waiting."""
        stopped = self.log.status("stopped") if self._question is None else []
        await self.commit(self.log.leave(stopped))
        self.log.release()

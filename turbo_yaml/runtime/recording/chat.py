"""A conversation to one recorded run: a flow, and then a run for each thing that a person says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from time import time
from typing import Any, Final

from turbo_yaml.errors import FlowError, JournalError, TurboError
from turbo_yaml.journal.content import hashed
from turbo_yaml.journal.journal import Journal
from turbo_yaml.journal.log import Event, RunLog
from turbo_yaml.journal.privacy import Privacy
from turbo_yaml.journal.writer import Statement
from turbo_yaml.runtime.frames import Frame, HostFailed
from turbo_yaml.runtime.recording.places import Place
from turbo_yaml.runtime.recording.recorder import Recorder, Rules

STOPPED: Final = "stopped"
"""The kind of failure of what was going on when the person stopped a reply."""
_STOP: Final = (
    "update event set state = 'failed', data = ?, ended = ? "
    "where run = ? and state = 'started' and kind in ('turn', 'tool')"
)
_FAILURE: Final = {"class": "FlowError", "kind": STOPPED, "message": "it was stopped"}


class StoppedThen(TurboError):
    """The person stopped this when it was recorded: it stops there again."""


class RecordedChat:
    """The record of a conversation. `call`: what is kept with it, as JSON data, the inputs among it.

    With `resumed`, the name of a run, it goes on with that one; `JournalError` where it is going on already.
    """

    def __init__(
        self, journal: Journal, rules: Rules, call: Mapping[str, Any], resumed: str | None = None
    ) -> None:
        self.journal = journal
        self.rules = rules
        self._call = call
        self._said = 0
        self._resumed = resumed is not None
        self._sources: Mapping[str, str] = {}
        self._log: RunLog | None = None
        self._outcome: Any = None
        if resumed is not None:
            self._sources = journal.sources(journal.run(resumed))
            self._log = journal.reopen(resumed)
            self._log.put(self._log.status("running"))

    @property
    def name(self) -> str | None:
        """What the conversation is called in its journal; None before it has begun."""
        return None if self._log is None else self._log.name

    def flow(self) -> Part:
        """Return how the flow is recorded with which the conversation begins."""
        return Part(self)

    def heard(self) -> Any:
        """Return what was said next when this was recorded, as the content of a message; None at its end."""
        event = None if self._log is None else self._log.find(self._place(self._said + 1))
        if event is None:
            return None
        self._said += 1
        return event.text if event.data is None else event.data["value"]

    def answer(self, content: Any = None) -> Part:
        """Return how the run is recorded that answers what the person says now, or what was heard last."""
        return Part(self, content)

    def stop(self) -> None:
        """Record that the person stopped what was going on."""
        if self._log is not None:
            self._log.put([(_STOP, (json.dumps(_FAILURE), time(), self._log.id))])

    def failed(self) -> None:
        """Take note that the conversation has failed before it began: nobody goes on with it now."""
        self._log = None

    def leave(self) -> None:
        """Let others go on with the conversation: the person has left."""
        if self._log is not None:
            self._log.put(self._log.leave(self.waits(self._log)))
            self._log.release()

    def waits(self, log: RunLog, outcome: Any = None) -> list[Statement]:
        """Return the statement that records that the conversation waits, and what came of it last."""
        self._outcome = self._outcome if outcome is None else outcome
        return log.status("waiting", outcome=self._outcome)

    def start(
        self, frame: Frame, privacy: Privacy, sources: Mapping[str, str], content: Any
    ) -> tuple[Recorder, str]:
        """Return what records the next run, and its path. The record begins with the first one."""
        log = self._log
        if log is None:
            file = None if frame.info is None or frame.info.source is None else frame.info.source.name
            log = self._log = self.journal.begin(
                frame.name, self._call, file=file, sources=sources, privacy=privacy
            )
        else:
            if self._sources:
                log.privacy = privacy
            log.put(log.status("running"))
        known = {name: then for name, then in self._sources.items() if name in sources}
        edited = known != {name: privacy.text(sources[name]) for name in known}
        self._sources = {}
        if content is not None:
            self._said += 1
            log.put(_words(log, self._place(self._said), content))
        more = self._resumed and log.has(self._place(self._said + 1))
        rules = self.rules._replace(unsure="skip") if more else self.rules
        recorder = _PartRecorder(log, frame.host, rules, edited=edited, live=not log.left)
        recorder.chat, recorder.first = self, self._said == 0
        return recorder, f"{self._place(self._said)}/" if self._said else ""

    def _place(self, number: int) -> str:
        """Return the place of what was said: no step can have such a name."""
        return f"said:{number}"


def _words(log: RunLog, at: str, content: Any) -> list[Statement]:
    """Return the statements that record what was said."""
    start = log.start(at, "input", None)
    if isinstance(content, str):
        text = log.privacy.text(content)
        return [*log.texts([(hashed(text), text)]), start, log.end(at, "done", None, text=hashed(text))]
    return [start, log.end(at, "done", {"value": log.privacy.data(content)})]


class Part:
    """How one run of a conversation is recorded: at a path of its own. `content`: what is said before it."""

    def __init__(self, chat: RecordedChat, content: Any = None) -> None:
        self.journal = chat.journal
        self._chat = chat
        self._content = content

    def start(self, frame: Frame, privacy: Privacy, sources: Mapping[str, str]) -> Recorder:
        """Return what records the run of a frame, or tells it what was recorded."""
        recorder, path = self._chat.start(frame, privacy, sources, self._content)
        frame.place = Place(path)
        return recorder


class _PartRecorder(Recorder):
    """Records one run of a conversation, which goes on after it."""

    chat: RecordedChat
    first: bool

    def find(self, place: str) -> Event | None:
        """Return what was recorded at a place; stop where the person has stopped it."""
        event = super().find(place)
        if event is not None and event.state == "failed" and event.data["kind"] == STOPPED:
            raise HostFailed(StoppedThen("this was stopped"))
        return event

    async def ended(self, outcome: Any) -> None:
        """Record that the run is over, and that the conversation waits for the person."""
        await self.commit(self.chat.waits(self.log, outcome))

    async def failed(self, problem: BaseException) -> None:
        """Record that the conversation waits for the person, unless it is over with this."""
        if self.first and isinstance(problem, FlowError):
            await super().failed(problem)
            self.chat.failed()
        elif not (self.lost or isinstance(problem, JournalError | StoppedThen)):
            self.log.put(self.chat.waits(self.log))

    async def stopped(self) -> None:
        """Record that the conversation waits for the person."""
        await self.commit(self.chat.waits(self.log))

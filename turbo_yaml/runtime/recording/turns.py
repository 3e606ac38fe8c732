"""One turn of a model, with its attempts: from the journal, else asked and written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from turbo_yaml.errors import FlowError, ModelError
from turbo_yaml.journal.content import hashed
from turbo_yaml.journal.log import Event, Link
from turbo_yaml.journal.writer import Statement
from turbo_yaml.models.request import Reply, Request
from turbo_yaml.runtime.events import WarningEvent
from turbo_yaml.runtime.frames import Frame, HostFailed
from turbo_yaml.runtime.policy.deadlines import RecordedEnd
from turbo_yaml.runtime.recording.changes import changed, prompt_diff, shown_prompt
from turbo_yaml.runtime.recording.chats import Chat
from turbo_yaml.runtime.recording.places import Place, generator_of, line_of
from turbo_yaml.runtime.recording.replies import failure_data, failure_of, reply_data, reply_of

if TYPE_CHECKING:
    from turbo_yaml.runtime.recording.recorder import Recorder

UNSURE: Final = "unsure"
"""The kind of failure of a call that may or may not have been answered before, and is not made again."""


class Turn:
    """One turn and its attempts, each an event of its own: `draft`, then `draft#2`."""

    __slots__ = ("_attempts", "_chat", "_frame", "_recorder", "place")

    def __init__(self, recorder: Recorder, frame: Frame, chat: Frame, place: str) -> None:
        self._recorder = recorder
        self._frame = frame
        self._chat = chat
        self._attempts = 0
        self.place = place

    async def reply(self, request: Request, work: Callable[[], Awaitable[Reply]]) -> Reply:
        """Return the reply that was recorded, else that of `work`, recorded before it is returned."""
        recorder, log = self._recorder, self._recorder.log
        self._attempts += 1
        at = self.place if self._attempts == 1 else f"{self.place}#{self._attempts}"
        links, prompt = self._follow(request)
        ask, asked = recorder.asks.of(request)
        place = self._frame.place
        assert place is not None
        event = recorder.find(at)
        if event is not None:
            if event.state == "started":
                await self._doubt(at, event)
            elif self._agrees(at, event, (prompt, ask), asked):
                place.last = event.number
                if (event.prompt, event.ask) == (prompt, ask):
                    log.stored(links)
                else:
                    log.put([*log.links(links), *log.texts([(ask, asked)]), log.taken_for(at, prompt, ask)])
                return self._told(event)
        look_for_the_end(place)
        recorder.goes_live(place, at)
        line = line_of(generator_of(self._chat))
        statements = log.links(links)
        statements += log.texts([(ask, asked)])
        started = log.start(at, "turn", line, prompt=prompt, ask=ask, model=request.model, instead=event)
        statements.append(started)
        await recorder.commit(statements)
        try:
            reply = await work()
        except FlowError as problem:
            data = failure_data(problem, log.privacy)
            await recorder.commit([log.end(at, "failed", data)])
            raise
        await recorder.commit(self._end(at, reply))
        return reply

    def _follow(self, request: Request) -> tuple[list[Link], bytes | None]:
        place = self._chat.place
        assert place is not None
        if place.chat is None:
            place.chat = Chat(place.chat_before())
        return place.chat.follow(request.messages, self._recorder.log.privacy)

    def _end(self, at: str, reply: Reply) -> list[Statement]:
        log = self._recorder.log
        text = log.privacy.text(reply.content)
        hash = hashed(text)
        used = reply.usage
        tokens = (None, None) if used is None else (used.input_tokens, used.output_tokens)
        end = log.end(at, "done", reply_data(reply, log.privacy), text=hash, tokens=tokens)
        return [*log.texts([(hash, text)]), end]

    def _told(self, event: Event) -> Reply:
        """Return the reply that was recorded, or raise the failure."""
        if event.state == "failed":
            raise self._recorder.read(lambda: failure_of(event.data))
        reply = self._recorder.read(lambda: reply_of(event.text, event.data))
        host = self._recorder.host
        host.calls += 1
        host.take(reply, reply.cost)
        return reply

    def _agrees(self, at: str, event: Event, keys: tuple[bytes | None, bytes], asked: str) -> bool:
        """Tell whether a recorded turn is the one that is asked now, or is to be taken for it."""
        recorder = self._recorder
        if (event.prompt, event.ask) == keys or recorder.rules.on_change == "keep":
            return True
        if recorder.rules.on_change == "rerun":
            return False
        log = recorder.log
        before = "" if event.ask is None else log.text(event.ask) or ""
        assert self._chat.place is not None and self._chat.place.chat is not None
        now = self._chat.place.chat.links(log.privacy)
        diff = prompt_diff(shown_prompt(log.prompt(event.prompt), before), shown_prompt(now, asked))
        raise HostFailed(changed(at, event, line_of(generator_of(self._chat)), diff))

    async def _doubt(self, at: str, event: Event) -> None:
        """Tell that a call may have been paid already; raise where it is not to be made again."""
        recorder = self._recorder
        recorder.live = True
        if recorder.rules.unsure == "skip":
            raise unsure(at, event)
        await tell_again(recorder, self._frame, at, event, "it may be paid twice")


def unsure(at: str, event: Event) -> ModelError:
    """Return the failure of a call that was going on when the run broke off, and is not made again."""
    where = f" ({event.line})" if event.line else ""
    return ModelError(
        f"`{at}`{where} was asked when the run broke off; whether it was answered is not known",
        kind=UNSURE,
        hint="`--retry-unsure` asks again",
    )


async def tell_again(recorder: Recorder, frame: Frame, at: str, event: Event, what: str) -> None:
    """Tell that a call which was going on when the run broke off is made again."""
    where = f" ({event.line})" if event.line else ""
    message = f"`{at}`{where} was asked when the run broke off and is asked again: {what}"
    await recorder.host.emit(WarningEvent(flow=frame.name, message=message))


def look_for_the_end(place: Place) -> None:
    """Raise `RecordedEnd` where the time was over when this was recorded: what would go on here is ended."""
    for each in place.around():
        if each.expired:
            raise RecordedEnd(each)

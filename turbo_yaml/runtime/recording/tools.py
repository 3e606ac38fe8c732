"""One call of a tool: its result from the journal, else called and written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from turbo_yaml.errors import FlowError, JournalError
from turbo_yaml.journal.content import hashed, to_json
from turbo_yaml.journal.log import Event
from turbo_yaml.runtime.frames import Frame, HostFailed
from turbo_yaml.runtime.recording.changes import changed, prompt_diff
from turbo_yaml.runtime.recording.places import line_around
from turbo_yaml.runtime.recording.replies import failure_data, failure_of
from turbo_yaml.runtime.recording.turns import look_for_the_end, tell_again, unsure

if TYPE_CHECKING:
    from turbo_yaml.runtime.recording.recorder import Recorder


async def recorded_tool(
    recorder: Recorder,
    frame: Frame,
    name: str,
    arguments: Mapping[str, Any],
    work: Callable[[], Awaitable[Any]],
) -> Any:
    """Return what a tool was recorded to give back, or raise its failure; else do `work` and record it.

    A call that was going on when the run broke off may have done what it does. It is made again, or fails,
    only where that was said; `JournalError` otherwise.
    """
    place, log = frame.place, recorder.log
    assert place is not None
    at = place.next(name)
    asked = to_json(log.privacy.data({"tool": name, "arguments": arguments}))
    ask = hashed(asked)
    line = line_around(place)
    event = recorder.find(at)
    if event is not None:
        if event.state == "started":
            await _doubt(recorder, frame, at, event)
        elif _agrees(recorder, at, event, ask, asked, line):
            place.last = event.number
            if event.state == "failed":
                raise recorder.read(lambda: failure_of(event.data))
            return event.data["value"]
    look_for_the_end(place)
    recorder.goes_live(place, at)
    started = log.start(at, "tool", line, ask=ask, instead=event)
    await recorder.commit([*log.texts([(ask, asked)]), started])
    try:
        value = await work()
    except FlowError as problem:
        await recorder.commit([log.end(at, "failed", failure_data(problem, log.privacy))])
        problem.recorded = at
        raise
    await recorder.commit([log.end(at, "done", {"value": log.privacy.data(value)})])
    return value


def _agrees(recorder: Recorder, at: str, event: Event, ask: bytes, asked: str, line: str | None) -> bool:
    if event.ask == ask or recorder.rules.on_change == "keep":
        return True
    if recorder.rules.on_change == "rerun":
        return False
    before = "" if event.ask is None else recorder.log.text(event.ask) or ""
    raise HostFailed(changed(at, event, line, prompt_diff([before], [asked])))


async def _doubt(recorder: Recorder, frame: Frame, at: str, event: Event) -> None:
    recorder.live = True
    match recorder.rules.unsure:
        case "skip":
            raise unsure(at, event)
        case "retry":
            await tell_again(recorder, frame, at, event, "it may be done twice")
        case _:
            where = f" ({event.line})" if event.line else ""
            raise HostFailed(
                JournalError(
                    f"the tool at `{at}`{where} was called when the run broke off; "
                    "whether it did its work is not known",
                    hint="`--retry-unsure` calls it again, `--skip-unsure` lets the call fail",
                )
            )

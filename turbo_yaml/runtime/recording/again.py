"""A function and a recorded run to what the function does differently now, with nobody asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from turbo_yaml.errors import FlowError
from turbo_yaml.protocol import Message
from turbo_yaml.runtime.recording.changes import FlowChanged, prompt_diff
from turbo_yaml.runtime.recording.replay import Difference, RecordEnds, Replayed, Replaying

if TYPE_CHECKING:
    from turbo_yaml.runtime.function import TurboGenFn


async def replay(
    fn: TurboGenFn, replaying: Replaying, inputs: Mapping[str, Any], *, first: Message | None = None
) -> Replayed:
    """Run a function as a run was recorded, up to the first difference. No model, tool or person is asked.

    `first`: a message that the chat began with. `UsageError` where the inputs do not fit.
    """
    declared = () if fn.info is None else fn.info.declared
    fn = fn.using(journal=replaying, tools=replaying.stand_ins(declared))
    difference: Difference | None = None
    end: str | None = None
    async with fn(inputs) as run:
        try:
            if first is not None:
                await run.init()
                await run.memory.append(first)
            result = await run.run()
            while not result.done and not result.needs_input:
                result = await run.run()
            if result.needs_input:
                assert replaying.recorder is not None
                end = replaying.recorder.open_question
            else:
                difference = _missed(replaying) or _other_end(replaying, replaying.data_of(run.outcome))
        except RecordEnds as stop:
            end = stop.place
        except FlowChanged as changed:
            difference = Difference(changed.message, changed.place, changed.line, changed.diff)
        except FlowError as problem:
            difference = _failed(replaying, problem)
    assert replaying.recorder is not None
    differs_at = None if difference is None else difference.place
    told = [event for event in replaying.recorder.asked if event.place != differs_at]
    return Replayed([event for event in told if event.state != "started"], difference, end)


def _missed(replaying: Replaying) -> Difference | None:
    """Return the first that was recorded and that the flow has not asked for, if there is any."""
    missed = replaying.missed()
    if missed is None:
        return None
    where = f" ({missed.line})" if missed.line else ""
    what = "ended by its `timeout`" if missed.kind == "timeout" else "asked"
    message = f"`{missed.place}`{where} was {what} when the run was recorded, and is no longer"
    return Difference(message, missed.place, missed.line)


def _other_end(replaying: Replaying, outcome: Any) -> Difference | None:
    """Return how the outcome differs from the one that was recorded, if it does."""
    run = replaying.run
    if run.status == "failed" and run.problem is not None:
        kind, message = run.problem["kind"], run.problem["message"]
        return Difference(f"the flow ends well, and failed when it was recorded: {kind}: {message}")
    if run.status != "done" or run.outcome == outcome:
        return None
    return Difference(
        "the flow comes to another result", diff=prompt_diff(_lines(run.outcome), _lines(outcome))
    )


def _lines(outcome: Any) -> list[str]:
    text = outcome if isinstance(outcome, str) else json.dumps(outcome, indent=2, ensure_ascii=False)
    return text.splitlines()


def _failed(replaying: Replaying, problem: FlowError) -> Difference | None:
    """Return the failure, unless it is the one that was recorded."""
    then = replaying.run.problem
    message = replaying.data_of(problem.message)
    if then is not None and (then["kind"], then["message"]) == (problem.kind, message):
        return None
    line = None
    if problem.source is not None and problem.span is not None:
        line = f"{problem.source.name}:{problem.source.position(problem.span.start).line}"
    where = f" ({line})" if line else ""
    return Difference(f"the flow fails{where}, which it did not: {problem.kind}: {message}", None, line)

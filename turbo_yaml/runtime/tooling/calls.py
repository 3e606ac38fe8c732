"""The tool calls of one reply to their results: all at once, each in its place."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import FlowError, LimitError, ModelError, ToolError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import BaseMemory, GetInput, Result, ToolCall, ToolResult
from turbo_yaml.runtime.delegates.forks import Forks, branches_of
from turbo_yaml.runtime.frames import Frame, frame_for
from turbo_yaml.runtime.tooling.arguments import read_arguments
from turbo_yaml.runtime.tooling.toolbox import Offer, Ready
from turbo_yaml.runtime.tooling.use import Use, tell_call, tell_result

MOST_CALLS: Final = 128
"""Calls that one reply may make."""
_ENDING: Final = frozenset(("no_answer", "host"))
"""Kinds of failure that are not the model's to mend."""


class Outcome(NamedTuple):
    """What a call came to: the text that the model gets, and the failure that it tells of, if any."""

    content: str
    problem: FlowError | None = None


def distinct(calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
    """Return calls with an id each, which some servers do not see to; `ModelError` for far too many."""
    if len(calls) > MOST_CALLS:
        raise ModelError(
            f"the model calls {len(calls)} tools at once, and {MOST_CALLS} may be", kind="bad_reply"
        )
    seen: set[str] = set()
    found = []
    for number, call in enumerate(calls, 1):
        id_ = call.id or f"call_{number}"
        while id_ in seen:
            id_ += "_"
        seen.add(id_)
        found.append(ToolCall(id_, call.name, call.arguments))
    return tuple(found)


def run_calls(frame: Frame, calls: Sequence[ToolCall], offer: Offer, step: str | None) -> Forks:
    """Return the run of calls side by side: answer their questions, then take an `Outcome` of each."""
    bodies = [partial(_one, call, offer, step, frame) for call in calls]
    return branches_of(bodies, LocalMemory(), at_once=frame.host.shared.max_concurrency)


def results_of(calls: Sequence[ToolCall], outcomes: Sequence[Outcome]) -> list[ToolResult]:
    """Return the messages that tell a model what its calls came to."""
    return [
        ToolResult(outcome.content, name=call.name, tool_call_id=call.id)
        for call, outcome in zip(calls, outcomes, strict=True)
    ]


async def _one(
    call: ToolCall, offer: Offer, step: str | None, frame: Frame, memory: BaseMemory
) -> AsyncGenerator[GetInput | Result, Any]:
    """Make one call. What fails is the result, but for limits of the run."""
    problem: FlowError | None = None
    content: Any = None
    arguments: Any = call.arguments
    here = frame_for(memory)
    here.level = frame.level
    try:
        try:
            ready = _find(call, offer)
            arguments = read_arguments(call, ready.tool)
        finally:
            await tell_call(frame, step, call.name, call.id, arguments)
        use = Use(here, ready, arguments, id=step, by_model=call.id)
        async for question in use:
            use.answer((yield question))
        content = use.value
        text = _as_text(content, frame, call)
    except FlowError as failure:
        if failure.kind in _ENDING or isinstance(failure, LimitError):
            raise
        problem, content = failure, failure.message
        text = json.dumps({"error": failure.message}, ensure_ascii=False)
    await tell_result(frame, step, call.name, call.id, content, problem)
    yield Result(Outcome(text, problem), done=True)


def _find(call: ToolCall, offer: Offer) -> Ready:
    ready = offer.tools.get(call.name)
    if ready is None:
        near = did_you_mean(call.name, offer.tools)
        raise ToolError(f"there is no tool `{call.name}`; {near}", kind="unknown_tool")
    return ready


def _as_text(value: Any, frame: Frame, call: ToolCall) -> str:
    """Return what a tool gave back as the model gets it: text as it is, data as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    most = frame.host.limits["output"]
    if len(text) > most:
        raise ToolError(f"`{call.name}` gave back {len(text)} characters, over the limit of {most}")
    return text

"""A `Generate` to the model's reply: settings, retries, repair, budget."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from turbo_yaml.errors import FlowError, ModelError, UsageError
from turbo_yaml.models.request import Delta, OnDelta, Reply, Request
from turbo_yaml.protocol import Assistant, Generate, Message, Usage, User
from turbo_yaml.records import maker, replace
from turbo_yaml.runtime.events import DeltaEvent, PartialEvent, ReasoningEvent, RetryEvent, UsageEvent
from turbo_yaml.runtime.frames import Frame, Host
from turbo_yaml.runtime.policy.answerers import Answerer
from turbo_yaml.runtime.policy.deadlines import OutOfTime, rest
from turbo_yaml.runtime.policy.fallback import first_answerer, next_answerer
from turbo_yaml.runtime.policy.retrying import Attempts, Retry
from turbo_yaml.runtime.policy.spending import reply_cost, spent_in_vain
from turbo_yaml.types.declared import MISSING

if TYPE_CHECKING:
    from turbo_yaml.runtime.recording.turns import Turn
    from turbo_yaml.types.validation import Problem

_OWN_RULES: Final = frozenset(("json", "choices", "depth", ""))
"""What a reply may break that is no keyword of a JSON Schema."""
_SHOWN: Final = 200
"""Characters of a reply that an error shows."""

_asked: Final = maker(Request, "model", "messages", "settings", "output", "choices", "structured")
_assistant: Final = maker(Assistant, "content", "tool_calls", "usage", "finish_reason", "model", "value")


async def take_turn(frame: Frame, chat: Frame, ask: Generate) -> Assistant:
    """Return the model's reply to the chat so far, as text or as the checked data that was asked for.

    `ModelError` where there is none in the end, `LimitError` where the budget is used up. What was said back
    and forth to repair a reply does not join the chat.
    """
    host = frame.host
    local = chat.at_hand
    messages = await chat.memory.prepare_prompt() if local is None else local.prompt()
    if len(messages) > host.limits["messages"]:
        raise host.chat_too_long(len(messages))
    try:
        try:
            scope, own = frame.scope, ask.settings
            settings = scope.turn(ask.id, own) if own or ask.id is not None else scope.values
        except UsageError as problem:
            raise ModelError(problem.message, kind="configuration", hint=problem.hint) from None
        who = host.answerer
        if who is None or who.settings is not settings:
            who = await first_answerer(frame, ask, settings)
        request = _request(ask, who, messages)
        if (
            host.gate is None
            and host.listener is None
            and ask.output is None
            and ask.choices is None
            and who.cache is None
        ):
            try:
                begun, later = _begin(host, who, request, who.on_delta)
                reply = begun if later is None else await later
            except ModelError as problem:
                reply, value = await _persist(frame, chat, ask, who, request, problem)
                cost = reply.cost
            else:
                value, cost = reply.content, reply_cost(who.price, reply.usage)
        else:
            reply, value = await _persist(frame, chat, ask, who, request)
            cost = reply.cost
    except FlowError as problem:
        if problem.step is None:
            problem.step = ask.id
        raise
    calls, usage = reply.tool_calls, reply.usage
    if calls and not ask.tools:
        calls = ()  # nothing was offered: a call without a result would spoil the chat
    if usage is not None and cost is not None:
        usage = Usage(usage.input_tokens, usage.output_tokens, cost, usage.reasoning_tokens)
    return _assistant(reply.content, calls, usage, reply.finish_reason, reply.model, value)


def _request(ask: Generate, who: Answerer, messages: Sequence[Message]) -> Request:
    """Return what is asked of a model for a turn."""
    request = _asked(who.name, messages, who.settings, ask.output, ask.choices, who.structured)
    if not ask.tools:
        return request
    from turbo_yaml.runtime.tooling.turns import offering

    return offering(request, ask)


async def _persist(
    frame: Frame, chat: Frame, ask: Generate, who: Answerer, first: Request, problem: ModelError | None = None
) -> tuple[Reply, Any]:
    """Return a reply that fits, with its value; tries and repairs as often as the settings allow, then asks
    the models of `fallback` in the same way.

    `problem` is what the first attempt came to, if it was made.
    """
    request = first
    attempts: Attempts | None = None
    found: Sequence[Problem] = ()
    repaired = 0
    host = frame.host
    turn = None if host.recorder is None else host.recorder.turn(frame, chat, ask)
    counted: Request | None = None
    while True:
        if problem is None:
            try:
                if counted is not request:
                    counted, key = request, _cache_key(frame, who, request)
                reply = await _ask_watched(frame, ask, who, request, turn, key)
                value, found = _read(ask, reply)
                if not found:
                    return reply, value
                problem = _invalid(reply, found)
            except ModelError as raised:
                problem, found = raised, ()
        if found and repaired < _repairs(ask, who.settings):
            repaired += 1
            request = replace(request, messages=[*first.messages, *_correction(ask, reply, found)])
            await _tell_retry(frame, ask, problem, repaired, 0.0)
        else:
            if attempts is None:
                attempts = Attempts(Retry.of(ask.retry) or Retry(who.settings.get("retries", 0)))
            pause = attempts.pause(problem)
            if pause is None:
                problem.recorded = None if turn is None else turn.place
                who = await next_answerer(frame, ask, who.settings, problem)
                request = first = _request(ask, who, first.messages)
                problem, attempts, repaired = None, None, 0
                continue
            await _tell_retry(frame, ask, problem, attempts.failed, pause)
            if found:
                request, repaired = first, 0
            if pause and not host.recalls:
                await asyncio.sleep(pause)
        problem = None


def _repairs(ask: Generate, settings: Any) -> int:
    """Return how often a reply that does not fit goes back: what the step says, else the settings."""
    own = ask.repair
    return int(settings["repair"]) if own is None else own


def _cache_key(frame: Frame, who: Answerer, request: Request) -> str | None:
    """Return the key of a request that the cache may answer, counted for the run: once for all its attempts.

    A run that goes on has made the requests, too, whose replies it is told.
    """
    if who.cache is None:
        return None
    from turbo_yaml.runtime.caching import count_request

    return count_request(frame, who, request)


async def _ask_watched(
    frame: Frame, ask: Generate, who: Answerer, request: Request, turn: Turn | None, key: str | None
) -> Reply:
    """Ask the model once, where others listen or ask at the same time, or the run is recorded."""
    work = partial(_ask_once, frame, ask, who, request)
    if key is not None:
        from turbo_yaml.runtime.caching import cached

        work = partial(cached, frame, ask, who, request, key, work)
    return await (work() if turn is None else turn.reply(request, work))


async def _ask_once(frame: Frame, ask: Generate, who: Answerer, request: Request) -> Reply:
    """Ask the model itself."""
    host = frame.host
    on_delta = who.on_delta if host.listener is None else _on_delta(frame, ask, request)
    try:
        if host.gate is None:
            reply = await _reply_of(host, who, request, on_delta)
        else:
            async with host.gate:
                reply = await _reply_of(host, who, request, on_delta)
    except ModelError as problem:
        if problem.worked:
            problem.took = spent_in_vain(who.price, request)
        raise
    cost = reply_cost(who.price, reply.usage)
    if cost is not None:
        reply = replace(reply, cost=cost)
    if reply.usage is not None and host.listener is not None:
        await host.emit(
            UsageEvent(
                flow=frame.name,
                step=ask.id,
                depth=frame.level,
                input_tokens=reply.usage.input_tokens,
                output_tokens=reply.usage.output_tokens,
                model=reply.model or request.model,
                cost=cost,
                unpriced=True if cost is None else None,
            )
        )
    return reply


async def _reply_of(host: Host, who: Answerer, request: Request, on_delta: OnDelta | None) -> Reply:
    """Return what the model says, or as much of a text as had come when it was stopped."""
    coming = None
    if host.stops is not None and request.output is None and request.choices is None:
        coming = host.stops.begin(on_delta)
        on_delta = None if on_delta is None else coming.hear
    begun, later = _begin(host, who, request, on_delta)
    if later is None:
        reply: Reply = begun
        return reply
    return await (later if coming is None else coming.whole(later))


def _begin(
    host: Host, who: Answerer, request: Request, on_delta: OnDelta | None
) -> tuple[Any, Coroutine[Any, Any, Reply] | None]:
    """Ask the model once, within the budget: return its reply if it has it at once, else what brings it.

    A coroutine that has nothing to wait for is not waited for: that saves two on the way.
    """
    if host.budget is not None:
        host.check_budget(who.price, who.priced)
    host.calls += 1
    work = who.model.reply(request, on_delta if on_delta is None else _no_longer(host, on_delta))
    if who.deadline is None:
        return None, _whole(host, who, work)
    try:
        first = work.send(None)
    except StopIteration as end:
        host.take(end.value, reply_cost(who.price, end.value.usage))
        return end.value, None
    return None, _whole(host, who, rest(who.deadline, work, first))


def _no_longer(host: Host, on_delta: OnDelta) -> OnDelta:
    """Return what takes the pieces of a reply until they are more than one may have: it might never end."""
    said = thought = held = 0

    async def take(delta: Delta) -> None:
        nonlocal said, thought, held
        said += len(delta.text)
        thought += len(delta.reasoning)
        held += len(delta.held)
        if (longest := max(said, thought, held)) > host.limits["reply"]:
            raise host.reply_too_long(longest)
        await on_delta(delta)

    return take


async def _whole(host: Host, who: Answerer, work: Coroutine[Any, Any, Reply]) -> Reply:
    """Wait for the model's reply."""
    try:
        reply = await work
    except OutOfTime:
        message = f"the model gave no whole answer within {who.deadline:g} s"
        raise ModelError(message, kind="timeout", retryable=True) from None
    host.take(reply, reply_cost(who.price, reply.usage))
    return reply


def _on_delta(frame: Frame, ask: Generate, request: Request) -> OnDelta | None:
    """Return what tells the listener the pieces of a reply; None where the reply comes as a whole."""
    host = frame.host
    if request.settings.get("stream") is False:
        return None
    plain = request.output is None and request.choices is None
    forward = ask.forward and plain and frame.level == 0
    partials = None
    if request.output is not None:
        from turbo_yaml.runtime.content.partials import Partials

        partials = Partials()

    async def tell(delta: Delta) -> None:
        if delta.reasoning:
            await host.emit(
                ReasoningEvent(flow=frame.name, step=ask.id, depth=frame.level, text=delta.reasoning)
            )
        if delta.text:
            await host.emit(
                DeltaEvent(flow=frame.name, step=ask.id, depth=frame.level, text=delta.text, forward=forward)
            )
        if partials is not None and (value := partials.add(delta)) is not MISSING:
            await host.emit(PartialEvent(flow=frame.name, step=ask.id, depth=frame.level, value=value))

    return tell


async def _tell_retry(frame: Frame, ask: Generate, problem: FlowError, attempt: int, wait: float) -> None:
    if frame.host.listener is not None:
        await frame.host.emit(
            RetryEvent(
                flow=frame.name,
                step=ask.id,
                depth=frame.level,
                error=problem.kind,
                message=problem.message,
                attempt=attempt,
                wait=wait,
            )
        )


def _read(ask: Generate, reply: Reply) -> tuple[Any, Sequence[Problem]]:
    """Return the value of a reply and nothing, or what is wrong with it."""
    if (ask.output is None and ask.choices is None) or (reply.tool_calls and ask.tools):
        return reply.content, ()
    from turbo_yaml.types.reply import read_choice, read_reply

    if ask.output is not None:
        return read_reply(ask.output, reply.content)
    return read_choice(ask.choices or (), reply.content)


def _correction(ask: Generate, reply: Reply, found: Sequence[Problem]) -> list[Message]:
    """Return what is said to the model about a reply that does not fit."""
    lines = ["That reply does not fit:", *(f"- {problem.message}" for problem in found)]
    if ask.choices is not None:
        lines.append("Answer with exactly one of: " + ", ".join(ask.choices))
    else:
        form = "lines" if ask.output is not None and "x-lines" in ask.output else "JSON and nothing else"
        lines.append(f"Answer again in full: the corrected {form}.")
    said: list[Message] = [Assistant(reply.content)] if reply.content else []
    return [*said, User("\n".join(lines))]


def _invalid(reply: Reply, found: Sequence[Problem]) -> ModelError:
    """Return the error of a reply that does not fit: what is wrong, where in it, and the reply, cut."""
    first = found[0]
    where = f" at `{first.pointer}`" if first.pointer else ""
    if first.rule not in _OWN_RULES:
        where += f" (`{first.rule}`)"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    text = reply.content if len(reply.content) <= _SHOWN else reply.content[: _SHOWN - 1] + "…"
    came = "; the reply was `{}`".format(text.replace("\n", "⏎")) if text.strip() else ""
    cut = "it was cut off at `max_tokens`" if reply.finish_reason == "length" else None
    message = f"the reply does not fit{where}: {first.message}{more}{came}"
    return ModelError(message, kind="invalid_output", hint=cut)

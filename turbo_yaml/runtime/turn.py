"""A `Generate` to the model's reply: settings, retries, repair, budget."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final, NamedTuple

from turbo_yaml.errors import FlowError, ModelError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.truncated import TruncatedMemory
from turbo_yaml.models.request import Delta, Model, OnDelta, Reply, Request
from turbo_yaml.protocol import Assistant, BaseMemory, Generate, Message, User
from turbo_yaml.runtime.events import DeltaEvent, ReasoningEvent, RetryEvent, UsageEvent
from turbo_yaml.runtime.frames import Frame
from turbo_yaml.runtime.policy.deadlines import OutOfTime, within
from turbo_yaml.runtime.policy.retrying import Attempts, Retry
from turbo_yaml.types.reply import read_choice, read_reply
from turbo_yaml.types.validation import Problem

PROMPTED: Final = frozenset((LocalMemory, TruncatedMemory))
"""Memories that say what to send without waiting."""
_SHOWN = 200


async def take_turn(frame: Frame, memory: BaseMemory, ask: Generate) -> Assistant:
    """Return the model's reply to the chat so far, as text or as the checked data that was asked for.

    `ModelError` where there is none in the end, `LimitError` where the budget is used up. What was said back
    and forth to repair a reply does not join the chat.
    """
    if type(memory) in PROMPTED:
        messages: list[Message] = memory.prompt()  # type: ignore[attr-defined]
    else:
        messages = await memory.prepare_prompt()
    try:
        reply, value = await _checked_reply(frame, ask, messages)
    except FlowError as problem:
        if problem.step is None:
            problem.step = ask.id
        raise
    return Assistant(
        reply.content,
        tool_calls=reply.tool_calls,
        usage=reply.usage,
        finish_reason=reply.finish_reason,
        model=reply.model,
        value=value,
    )


class _Target(NamedTuple):
    """Who answers. `deadline` in seconds: for a model of the host's own, which may know none."""

    model: Model
    deadline: float | None


async def _checked_reply(frame: Frame, ask: Generate, messages: list[Message]) -> tuple[Reply, Any]:
    """Return a reply that fits, with its value; tries and repairs as often as the settings allow."""
    settings = frame.scope.turn(ask.id, ask.settings)
    model, name, deadline = await frame.host.model_for(settings)
    structured = settings.get("structured")
    first = request = Request(
        name,
        messages,
        settings,
        ask.output,
        ask.choices,
        structured=None if structured == "auto" else structured,
    )
    target = _Target(model, deadline)
    repairs = allowed = _repairs(ask, settings)
    attempts: Attempts | None = None
    while True:
        try:
            reply = await _call(frame, ask, target, request)
            value, found = _read(ask, reply)
            if not found:
                return reply, value
            problem = _invalid(reply, found)
        except ModelError as raised:
            problem = raised
            found = []
        if found and repairs > 0:
            repairs -= 1
            request = replace(request, messages=[*messages, *_correction(ask, reply, found)])
            await _tell_retry(frame, ask, problem, allowed - repairs, 0.0)
            continue
        if attempts is None:
            attempts = Attempts(Retry.of(ask.retry) or Retry(settings.get("retries", 0)))
        pause = attempts.pause(problem)
        if pause is None:
            raise problem
        await _tell_retry(frame, ask, problem, attempts.failed, pause)
        if found:
            request, repairs = first, allowed
        if pause:
            await asyncio.sleep(pause)


def _repairs(ask: Generate, settings: Any) -> int:
    """Return how often a reply that does not fit goes back: what the step says, else the settings."""
    own = ask.repair
    return own if own is not None and own != 1 else int(settings.get("repair", 1))


async def _call(frame: Frame, ask: Generate, target: _Target, request: Request) -> Reply:
    """Ask the model once."""
    host = frame.host
    if host.gate is None:
        reply = await _ask_model(frame, ask, target, request)
    else:
        async with host.gate:
            reply = await _ask_model(frame, ask, target, request)
    if reply.usage is not None:
        host.usage += reply.usage
        if host.listener is not None:
            await host.emit(
                UsageEvent(
                    flow=frame.name,
                    step=ask.id,
                    depth=frame.level,
                    input_tokens=reply.usage.input_tokens,
                    output_tokens=reply.usage.output_tokens,
                    model=reply.model or request.model,
                )
            )
    return reply


async def _ask_model(frame: Frame, ask: Generate, target: _Target, request: Request) -> Reply:
    frame.host.spend_call()
    work = target.model.reply(request, _on_delta(frame, ask, request))
    if target.deadline is None:
        return await work
    try:
        return await within(target.deadline, work)
    except OutOfTime:
        raise ModelError(
            f"the model gave no whole answer within {target.deadline:g} s", kind="timeout", retryable=True
        ) from None


def _on_delta(frame: Frame, ask: Generate, request: Request) -> OnDelta | None:
    """Return who hears the pieces of a reply: the listener, or nobody where the reply comes as a whole."""
    stream = request.settings.get("stream")
    host = frame.host
    if host.listener is None:
        return _unheard if stream else None
    if stream is False:
        return None
    plain = request.output is None and request.choices is None
    forward = ask.forward and plain and frame.level == 0

    async def tell(delta: Delta) -> None:
        if delta.reasoning:
            await host.emit(
                ReasoningEvent(flow=frame.name, step=ask.id, depth=frame.level, text=delta.reasoning)
            )
        if delta.text:
            await host.emit(
                DeltaEvent(flow=frame.name, step=ask.id, depth=frame.level, text=delta.text, forward=forward)
            )

    return tell


async def _unheard(delta: Delta) -> None:
    """Take a piece of a reply that is streamed only because the settings say so."""


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


def _read(ask: Generate, reply: Reply) -> tuple[Any, list[Problem]]:
    """Return the value of a reply and nothing, or what is wrong with it."""
    if ask.output is not None:
        return read_reply(ask.output, reply.content)
    if ask.choices is not None:
        return read_choice(ask.choices, reply.content)
    return reply.content, []


def _correction(ask: Generate, reply: Reply, found: list[Problem]) -> list[Message]:
    """Return what is said to the model about a reply that does not fit."""
    lines = ["That reply does not fit:", *(f"- {problem.message}" for problem in found)]
    if ask.choices is not None:
        lines.append("Answer with exactly one of: " + ", ".join(ask.choices))
    else:
        lines.append("Answer again in full: the corrected JSON and nothing else.")
    said: list[Message] = [Assistant(reply.content)] if reply.content else []
    return [*said, User("\n".join(lines))]


def _invalid(reply: Reply, found: list[Problem]) -> ModelError:
    """Return the error of a reply that does not fit: the rule, the place in the reply, the reply."""
    first = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    text = reply.content if len(reply.content) <= _SHOWN else reply.content[: _SHOWN - 1] + "…"
    cut = "it was cut off at `max_tokens`" if reply.finish_reason == "length" else None
    return ModelError(
        f"the reply does not fit: {first.message}{more}; `{first.rule}` at `{first.pointer}` of {text!r}",
        kind="invalid_output",
        hint=cut,
    )

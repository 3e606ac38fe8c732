"""A `Generate` with tools to single turns and calls, until the model answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from typing import Any, Final

from turbo_yaml.errors import FlowError, OutOfTurns, ToolError
from turbo_yaml.models.request import Request
from turbo_yaml.protocol import Assistant, Generate, GetInput, Message, Signal, TurboGenTemplate, Usage
from turbo_yaml.records import replace
from turbo_yaml.runtime.frames import CURRENT, Frame, HostFailed, leave
from turbo_yaml.runtime.policy.deadlines import OutOfTime, RecordedEnd, ends, within
from turbo_yaml.runtime.tooling.calls import Outcome, distinct, results_of, run_calls
from turbo_yaml.runtime.tooling.toolbox import Offer
from turbo_yaml.runtime.tooling.use import toolbox_of

USUAL_TURNS: Final = 10


class SingleTurn(Generate):
    """One reply of a turn with tools. `again`: the model has been asked before, and need call none now."""

    __slots__ = ("again", "offer")

    def __init__(self, ask: Generate, offer: Offer, *, again: bool) -> None:
        super().__init__(
            ask.forward,
            id=ask.id,
            output=ask.output,
            choices=ask.choices,
            repair=ask.repair,
            retry=ask.retry,
            tools=tuple(offer.tools),
            **ask.settings,
        )
        self.offer = offer
        self.again = again


def offering(request: Request, ask: Generate) -> Request:
    """Return a request that tells the model of the tools of a turn."""
    if not isinstance(ask, SingleTurn):
        return request
    settings = request.settings
    if ask.again and settings.get("tool_choice") not in (None, "auto", "none"):
        # A model that must call a tool each time would never answer.
        settings = {**settings, "tool_choice": "auto"}
    return replace(request, tools=ask.offer.told, settings=settings)


class ToolTurns:
    """The generator of a flow, in which turns with tools take as many turns as their calls need.

    A driver pumps it in the generator's place.
    """

    __slots__ = ("ask", "flow", "frame", "inner", "reply", "turns", "waiting")

    def __init__(self, frame: Frame, flow: TurboGenTemplate, ask: Generate) -> None:
        self.frame = self.inner = frame
        """Where the flow runs, and where the flow in it does that has asked for the turn."""
        self.flow = flow
        self.turns: AsyncGenerator[Signal, Any] | None = None
        self.ask = ask
        self.waiting = True
        """Whether the turn `ask` has yet to begin."""
        self.reply: Assistant | None = None

    @property
    def ag_frame(self) -> Any:
        """What an async generator has until it is over."""
        return getattr(self.flow, "ag_frame", self)

    async def begin(self, ask: Generate) -> Signal:
        """Return the first signal of a turn with tools."""
        self.inner = self.frame.innermost()
        self.ask, self.reply = ask, None
        self.turns = self._take_turns(ask)
        return await self._step(self.turns.asend(None))

    async def asend(self, value: Any) -> Signal:
        """Go on with the answer to the last signal."""
        if self.waiting:
            self.waiting = False
            return await self.begin(self.ask)
        if self.turns is not None:
            return await self._step(self.turns.asend(value))
        return await self._watch(self.flow.asend(value))

    async def athrow(self, problem: Any) -> Signal:
        """Raise an error where the flow stands: a failed turn ends the turns."""
        turns = self.turns
        if turns is not None and isinstance(problem, FlowError):
            return await self._step(turns.athrow(problem))
        self.turns = None
        if turns is not None:
            await turns.aclose()
        return await self._watch(self.flow.athrow(problem))

    async def _watch(self, resumed: Awaitable[Signal]) -> Signal:
        """Return the next signal of the flow itself, or the first of the turn with tools that it asks for."""
        signal = await resumed
        return await self.begin(signal) if isinstance(signal, Generate) and signal.tools else signal

    async def _step(self, resumed: Awaitable[Signal]) -> Signal:
        """Return the next signal of the turns; after their end, the next one of the flow."""
        token = CURRENT.set(self.inner)
        failure: FlowError | None = None
        try:
            return await resumed
        except StopAsyncIteration:
            pass
        except FlowError as problem:
            failure = problem
        finally:
            leave(token)
        self.turns = None
        if failure is None:
            return await self._watch(self.flow.asend(self.reply))
        failure.step = failure.step or self.ask.id
        failure.__traceback__ = None
        active = self.frame.active
        if active is None:
            return await self._watch(self.flow.athrow(failure))
        active.fail(failure)
        return await self._watch(self.flow.asend(None))

    # The turns -----------------------------------------------------------------------------------------

    async def _take_turns(self, ask: Generate) -> AsyncGenerator[Signal, Any]:
        """Ask for replies and make the calls in them, until one calls nothing: that is `reply`."""
        frame = self.inner
        offer = await toolbox_of(frame).offer(frame.host, frame.info, ask.tools, frame.lent)
        most = ask.max_turns or USUAL_TURNS
        begun = Assistant("")
        failures: list[ToolError | FlowError] = []
        for number in range(1, most + 1):
            reply: Assistant | None = yield SingleTurn(ask, offer, again=number > 1)
            if reply is None:
                return  # it failed, and the flow that asked knows
            usage = _together(begun.usage, reply.usage) if number > 1 else reply.usage
            begun = replace(begun, usage=usage, tool_calls=begun.tool_calls + reply.tool_calls)
            if not reply.tool_calls:
                self.reply = replace(reply, usage=usage, tool_calls=begun.tool_calls)
                return
            if number == most:
                raise OutOfTurns(most)
            length = sum(len(call.arguments) for call in reply.tool_calls)
            if length > frame.host.limits["reply"]:
                raise frame.host.reply_too_long(length)
            reply = replace(reply, tool_calls=distinct(reply.tool_calls))
            calls = run_calls(frame, reply.tool_calls, offer, ask.id)
            while (question := await self._next_question(calls)) is not None:
                if not isinstance(question, GetInput):
                    return  # the time of the flow that asked is over
                calls.answer((yield question))
            outcomes: list[Outcome] = calls.values()
            failures += [outcome.problem for outcome in outcomes if outcome.problem is not None]
            _check_failures(failures, frame.host.limits["tool_failures"])
            await self._say([reply, *results_of(reply.tool_calls, outcomes)])

    async def _next_question(self, calls: Any) -> GetInput | bool | None:
        """Return the next question of calls; None when all are done, False when there is no more time."""
        deadline = self.inner.deadline
        left = None if deadline is None else deadline - asyncio.get_running_loop().time()
        try:
            question: GetInput = await within(left, anext(calls))
        except StopAsyncIteration:
            return None
        except OutOfTime:
            active = self.frame.active
            while active is not None and not active.overdue(deadline or 0.0):
                active = active.frame.active
            return False
        except RecordedEnd as end:
            if not ends(self.frame, end):
                raise
            return False
        return question

    async def _say(self, messages: list[Message]) -> None:
        """Let calls and their results join the chat together: one is never there without the other."""
        frame = self.frame
        local = frame.at_hand
        try:
            if local is not None:
                local.messages.extend(messages)
            else:
                await frame.memory.extend(messages)
        except Exception as problem:
            raise HostFailed(problem) from problem
        if frame.host.listener is not None:
            from turbo_yaml.runtime.driver import message_event

            for message in messages:
                await frame.host.emit(message_event(self.inner, message))


def _together(first: Usage | None, second: Usage | None) -> Usage | None:
    """Return what several replies took; their cost is not known where one of them does not tell."""
    return None if first is second is None else (first or Usage()) + (second or Usage())


def _check_failures(failures: list[Any], most: int) -> None:
    """Raise the last failure where there were more than may go back to the model."""
    told = [problem for problem in failures if problem.kind != "refused"]
    if len(told) > most:
        last = told[-1]
        count = f"{len(told)} calls of tools failed, and {most} may in one step; the last one: "
        raise ToolError(count + last.message, kind=last.kind, hint="raise `limits.tool_failures`")

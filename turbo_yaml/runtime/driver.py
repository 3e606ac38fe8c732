"""A generator of signals to what concerns its caller: the one pump. It always closes what it pumps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from turbo_yaml.errors import FlowError, UsageError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import (
    Assistant,
    BaseMessageCollection,
    Generate,
    GetInput,
    Message,
    Result,
    System,
    TurboGenTemplate,
    User,
)
from turbo_yaml.runtime.events import MessageEvent
from turbo_yaml.runtime.failures import fits, start_of
from turbo_yaml.runtime.frames import CURRENT, Frame, HostFailed, leave
from turbo_yaml.runtime.policy.deadlines import OutOfTime, RecordedEnd, ends, within
from turbo_yaml.runtime.program import Bound
from turbo_yaml.runtime.turn import take_turn

_BREATH: Final = 1023
"""After so many signals (a power of two, less one) other tasks get their turn, a cancellation among them."""

_UNCOUNTED: Final = 512
"""Characters of a message up to which it costs nothing for the run that keeps it."""

_SAID: Final = frozenset((System, User, Assistant, Message))
"""What is most often said: to look a class up takes a fifth of the time of `isinstance`."""


class Driver:
    """Pumps one flow on one chat, and the flows that it hands over to."""

    __slots__ = (
        "answer",
        "ended",
        "failure",
        "forwarded",
        "frame",
        "generator",
        "last",
        "output",
        "returned",
    )

    def __init__(self, frame: Frame, generator: TurboGenTemplate, output: Any = None) -> None:
        self.frame = frame
        self.generator = generator
        self.output = output
        """The schema that the outcome must fit, if any."""
        self.answer: Any = None
        """What the flow's last signal is answered with when it goes on."""
        self.failure: Exception | None = None
        """What is raised in the flow instead."""
        self.ended = False
        self.returned: Result | None = None
        self.last: Result | None = None
        self.forwarded: Result | None = None
        if frame.place is not None:
            frame.place.runs(generator)

    @property
    def outcome(self) -> Any:
        """What the flow has come to: what it returned, else its last result, else its last reply given."""
        result = self.returned or self.last or self.forwarded
        return None if result is None else result.content

    def fail(self, problem: Exception) -> None:
        """Let the last signal be answered by a failure, in the flow that gave it: an inner one, if any."""
        active = self.frame.active
        if active is None:
            self.failure = problem
        else:
            active.fail(problem)

    async def advance(self) -> Result | GetInput | None:
        """Go on to the next result or question of the flow; None at its end. What fails closes the flow."""
        if self.ended:
            return None
        token = CURRENT.set(self.frame)
        local = self.frame.at_hand if self.frame.host.listener is None else None
        send: Callable[[Any], Awaitable[Any]] = self.generator.asend
        most, said = min(self.frame.longest, _UNCOUNTED), 0
        answer, self.answer, failing = self.answer, None, self.failure is not None
        try:
            while True:
                try:
                    signal = await (self._throw() if failing else send(answer))
                    while local is not None and type(signal) in _SAID:
                        content = signal.content
                        if type(content) is not str or len(content) > most or signal.forward:
                            break
                        local.messages.append(signal)
                        said += 1
                        if not said & _BREATH:
                            await asyncio.sleep(0)
                        signal = await send(None)
                except StopAsyncIteration:
                    if self.frame.next is None:
                        return self._finish()
                    send, answer, failing = self._hand_over(self.frame.next), None, False
                    continue
                answer = None
                if isinstance(signal, Generate):
                    if signal.tools and (begun := self._with_tools(signal)) is not None:
                        send, failing = begun, False
                        continue
                    answer = await self._turn(signal, local)
                    if answer is not None and signal.forward:
                        return self._forward(answer)
                elif isinstance(signal, Result):
                    if not signal.done:
                        return self._result(signal)
                    self.returned = signal
                    if self.frame.info is None:
                        return await self._cut_off()
                elif given := await self._given(signal):
                    return given
                failing = self.failure is not None
        except BaseException as problem:
            await self._close_after(problem)
            raise
        finally:
            self.frame.host.messages += said
            leave(token)

    def _with_tools(self, ask: Generate) -> Callable[[Any], Awaitable[Any]] | None:
        """Let turns with tools be taken one reply at a time from now on; return what goes on with this one.

        None where it is one reply already.
        """
        from turbo_yaml.runtime.tooling.turns import SingleTurn, ToolTurns

        if isinstance(ask, SingleTurn):
            return None
        turns = ToolTurns(self.frame, self.generator, ask)
        self.generator = turns  # type: ignore[assignment]
        return turns.asend

    def _forward(self, reply: Assistant) -> Result:
        """Return the result that a reply is to the caller; the flow gets the reply when it goes on."""
        self.answer = reply
        self.forwarded = Result(reply.value, original_role="assistant")
        return self.forwarded

    def _result(self, result: Result) -> Result:
        """Take note of a result on the way, which the caller gets."""
        self.frame.host.results += 1
        self.last = result
        return result

    async def _given(self, signal: Any) -> Result | GetInput | None:
        """Take note of a signal that asks nothing of the model; return what of it the caller gets now."""
        host = self.frame.host
        if isinstance(signal, Message | GetInput) and (problem := self._too_long(signal)) is not None:
            self.fail(problem)
            return None
        if isinstance(signal, Message):
            host.messages += 1
            await self._say(signal)
            if not host.messages & _BREATH:
                await asyncio.sleep(0)
            return Result(signal.content, original_role=signal.role) if signal.forward else None
        if isinstance(signal, GetInput):
            if signal.record and signal.content:
                await self._say(Assistant(signal.content))
            return signal
        if isinstance(signal, BaseMessageCollection):
            for message in await signal.get():
                host.messages += 1
                await self._say(message)
            return None
        self.fail(_no_signal(signal))
        return None

    def _too_long(self, signal: Message | GetInput) -> FlowError | None:
        """Return what is wrong with the length of a text; one that is not short counts for the run."""
        host, length = self.frame.host, _length(signal)
        if length > self.frame.longest:
            return host.text_too_long(length)
        try:
            if length > _UNCOUNTED and self.frame.info is not None:
                host.spend(length * 4)
        except FlowError as problem:
            return problem
        return None

    def _throw(self) -> Awaitable[Any]:
        """Raise the failure in the flow. Where it was raised before is of no use to the flow's author."""
        failure, self.failure = self.failure, None
        assert failure is not None
        if isinstance(failure, FlowError):
            failure.__traceback__ = None
        return self.generator.athrow(failure)

    async def _turn(self, signal: Generate, local: LocalMemory | None) -> Assistant | None:
        """Return the model's reply, which has joined the chat, or None where the turn failed."""
        frame = self.frame
        inner = frame if frame._active is None else frame.innermost()
        frame.host.turns += 1
        try:
            if inner.deadline is None:
                reply = await take_turn(inner, frame, signal)
            else:
                left = inner.deadline - asyncio.get_running_loop().time()
                reply = await within(left, take_turn(inner, frame, signal))
        except OutOfTime:
            self._give_up(inner.deadline or 0.0)
            return None
        except RecordedEnd as end:
            if not ends(frame, end):
                raise
            return None
        except FlowError as problem:
            self.fail(problem)
            return None
        except Exception as problem:
            raise HostFailed(problem) from problem
        if signal.tools and reply.tool_calls:
            signal.forward = False  # no answer yet: it joins the chat with what its calls come to
        elif local is not None:
            local.messages.append(reply)
        else:
            await self._say(reply)
        return reply

    def _give_up(self, deadline: float) -> None:
        """End the outermost included flow whose time is over."""
        active = self.frame.active
        while active is not None and not active.overdue(deadline):
            active = active.frame.active

    async def _say(self, message: Message) -> None:
        """Let a message join the chat, and tell the listener."""
        frame = self.frame
        try:
            await frame.memory.append(message)
        except Exception as problem:
            raise HostFailed(problem) from problem
        if frame.host.listener is not None:
            await frame.host.emit(message_event(frame.innermost(), message))

    def _hand_over(self, bound: Bound) -> Callable[[Any], Awaitable[Any]]:
        """Go on in another flow, on the same chat; return what sends to it."""
        self.frame = frame = self.frame.successor(bound)
        CURRENT.set(frame)
        self.generator = bound.start(frame.memory)
        if frame.place is not None:
            frame.place.runs(self.generator)
        return self.generator.asend

    async def _cut_off(self) -> Result | None:
        """End a flow written by hand at the result that it returns: it may not know that it should."""
        await self.aclose()
        return self._finish()

    def _finish(self) -> Result | None:
        self.ended = True
        if self.output is not None and (self.returned is None or self.frame.handovers):
            info = self.frame.info
            source = None if info is None else info.source
            fits(self.outcome, self.output, start_of(self.generator, source))
        return self.returned

    async def aclose(self) -> None:
        """End the flow where it stands."""
        self.ended = True
        await close_flow(self.frame, self.generator)

    async def _close_after(self, problem: BaseException) -> None:
        self.ended = True
        if isinstance(problem, GeneratorExit):
            # Nothing may be awaited now. The event loop closes the flow when it is garbage.
            return
        try:
            await self.aclose()
        except Exception as second:
            problem.add_note(f"closing the flow failed as well: {second}")


async def close_flow(frame: Frame, generator: TurboGenTemplate) -> None:
    """End a flow where it stands, the inner ones first, as if one generator held the other."""
    active, frame.active = frame.active, None
    token = CURRENT.set(frame)
    try:
        if active is not None:
            await active.aclose()
    finally:
        try:
            await _close(generator)
        finally:
            leave(token)


async def _close(generator: TurboGenTemplate) -> None:
    """Close a generator, even one whose `finally` yields: what it asks for there, nobody gives it.

    `aclose` gives up at the first such yield, and the generator is then neither closed nor can it be.
    """
    if getattr(generator, "ag_frame", generator) is None:
        return  # it is over, and would be silent about it
    try:
        for _ in range(_BREATH):
            await generator.athrow(GeneratorExit)
    except (GeneratorExit, StopAsyncIteration):
        pass


def _length(signal: Message | GetInput) -> int:
    """Return how many characters a message or a question says, what is attached to it aside."""
    content = signal.content
    if isinstance(content, str):
        return len(content)
    return sum(len(part["text"]) for part in content or () if isinstance(part.get("text"), str))


def message_event(frame: Frame, message: Message) -> MessageEvent:
    """Return what the listener is told of a message."""
    return MessageEvent(
        flow=frame.name, depth=frame.level, role=message.role, content=message.content, name=message.name
    )


def _no_signal(signal: object) -> UsageError:
    return UsageError(
        f"the flow yielded {signal!r:.80}, which is no signal",
        hint="yield a message, `Generate`, `GetInput` or `Result`",
    )

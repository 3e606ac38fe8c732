"""A generator of signals to what concerns its caller: the one pump. It always closes what it pumps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

from turbo_yaml.errors import FlowError, LimitError, UsageError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.truncated import TruncatedMemory
from turbo_yaml.protocol import Assistant, Generate, GetInput, Message, Result, TurboGenTemplate
from turbo_yaml.runtime.events import MessageEvent
from turbo_yaml.runtime.failures import fits
from turbo_yaml.runtime.frames import Frame, enter, leave
from turbo_yaml.runtime.policy.deadlines import OutOfTime, within
from turbo_yaml.runtime.program import Bound
from turbo_yaml.runtime.turn import take_turn

LOCAL: Final = frozenset((LocalMemory, TruncatedMemory))
"""Memories to whose list of messages the pump may append without waiting."""
_BREATH: Final = 1023
"""After so many signals (a power of two, less one) other tasks get their turn, a cancellation among them."""


class Driver:
    """Pumps one flow on one chat, and the flows that it hands over to."""

    __slots__ = (
        "answer",
        "ended",
        "failure",
        "forwarded",
        "frame",
        "generator",
        "handovers",
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
        self.handovers = 0

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
        """Go on to the next result or question of the flow; None at its end.

        A failure that the flow does not catch comes out as it is. The flow is then closed, and so it is when
        the caller is cancelled.
        """
        if self.ended:
            return None
        token = enter(self.frame)
        try:
            return await self._pump()
        except GeneratorExit:
            # Nothing may be awaited here. The event loop closes the flow when it is garbage.
            self.ended = True
            raise
        except BaseException as problem:
            await self._close_after(problem)
            raise
        finally:
            leave(token)

    async def _pump(self) -> Result | GetInput | None:
        frame = self.frame
        host, memory = frame.host, frame.memory
        keep = memory.messages.append if type(memory) in LOCAL else None  # type: ignore[attr-defined]
        listened = host.listener is not None
        send = self.generator.asend
        answer, self.answer = self.answer, None
        signals = 0
        while True:
            try:
                signal = await (send(answer) if self.failure is None else self._throw())
            except StopAsyncIteration:
                if frame.next is None:
                    return self._finish()
                frame = self._hand_over(frame.next)
                send, answer = self.generator.asend, None
                continue
            answer = None
            signals += 1
            if not signals & _BREATH:
                await asyncio.sleep(0)
            if isinstance(signal, Message):
                host.messages += 1
                if keep is not None:
                    keep(signal)
                else:
                    await memory.append(signal)
                if listened:
                    await host.emit(message_event(frame.innermost(), signal))
                if signal.forward:
                    return Result(signal.content, original_role=signal.role)
            elif isinstance(signal, Generate):
                answer = await self._turn(signal)
                if answer is not None and signal.forward:
                    self.answer = answer
                    self.forwarded = Result(answer.value, original_role="assistant")
                    return self.forwarded
            elif isinstance(signal, GetInput):
                if signal.record and signal.content:
                    await self._say(Assistant(signal.content))
                return signal
            elif isinstance(signal, Result):
                if not signal.done:
                    host.results += 1
                    self.last = signal
                    return signal
                self.returned = signal
                if frame.info is None:
                    await self.aclose()
                    return self._finish()
            else:
                self.fail(_no_signal(signal))

    def _throw(self) -> Awaitable[Any]:
        """Raise the failure in the flow. Where it was raised before is of no use to the flow's author."""
        failure, self.failure = self.failure, None
        assert failure is not None
        if isinstance(failure, FlowError):
            failure.__traceback__ = None
        return self.generator.athrow(failure)

    async def _turn(self, signal: Generate) -> Assistant | None:
        """Return the model's reply, which has joined the chat, or None where the turn failed."""
        frame = self.frame
        inner = frame.innermost()
        frame.host.turns += 1
        try:
            if inner.deadline is None:
                reply = await take_turn(inner, frame.memory, signal)
            else:
                left = inner.deadline - asyncio.get_running_loop().time()
                reply = await within(left, take_turn(inner, frame.memory, signal))
        except OutOfTime:
            self._give_up(inner.deadline or 0.0)
            return None
        except Exception as problem:
            if problem is frame.host.fault:
                raise
            self.fail(problem)
            return None
        await self._say(reply)
        return reply

    def _give_up(self, deadline: float) -> None:
        """End the outermost included flow whose time is over."""
        active = self.frame.active
        while active is not None and not active.overdue(deadline):
            active = active.frame.active

    async def _say(self, message: Message) -> None:
        """Let a message that the flow itself did not write join the chat."""
        frame = self.frame
        memory = frame.memory
        if type(memory) in LOCAL:
            memory.messages.append(message)  # type: ignore[attr-defined]
        else:
            await memory.append(message)
        if frame.host.listener is not None:
            await frame.host.emit(message_event(frame.innermost(), message))

    def _hand_over(self, bound: Bound) -> Frame:
        """Go on in another flow, on the same chat."""
        self.handovers += 1
        most = self.frame.host.limits["rounds"]
        if self.handovers > most:
            raise LimitError(f"flows handed over to one another {most} times", kind="limit")
        self.frame = frame = self.frame.successor(bound)
        enter(frame)
        self.generator = bound.start(frame.memory)
        return frame

    def _finish(self) -> Result | None:
        self.ended = True
        if self.output is not None and (self.returned is None or self.handovers):
            fits(self.outcome, self.output)
        return self.returned

    async def aclose(self) -> None:
        """End the flow where it stands."""
        self.ended = True
        await close_flow(self.frame, self.generator)

    async def _close_after(self, problem: BaseException) -> None:
        try:
            await self.aclose()
        except Exception as second:
            problem.add_note(f"closing the flow failed as well: {second}")


async def close_flow(frame: Frame, generator: TurboGenTemplate) -> None:
    """End a flow where it stands, the inner ones first, as if one generator held the other."""
    active, frame.active = frame.active, None
    token = enter(frame)
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
    try:
        for _ in range(_BREATH):
            await generator.athrow(GeneratorExit)
    except (GeneratorExit, StopAsyncIteration):
        pass


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

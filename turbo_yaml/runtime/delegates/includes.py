"""A flow at work in the chat of another: its signals pass through that one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from turbo_yaml.errors import FlowError
from turbo_yaml.protocol import Assistant, BaseMemory, Generate, GetInput, Result, Signal, TurboGenTemplate
from turbo_yaml.runtime.driver import close_flow
from turbo_yaml.runtime.failures import Failures, fits, start_of
from turbo_yaml.runtime.frames import CURRENT, Frame, frame_for, leave
from turbo_yaml.runtime.policy.deadlines import (
    OutOfTime,
    RecordedEnd,
    check_time,
    out_of_time,
    within,
)
from turbo_yaml.runtime.policy.retrying import Attempts, Retry, wait_for_retry
from turbo_yaml.runtime.program import Bound, bind
from turbo_yaml.runtime.values.bounds import CALL, spend


def include(
    flow: Any,
    memory: BaseMemory,
    given: Mapping[str, Any] | None = None,
    *,
    tools: tuple[str, ...] = (),
    retry: Mapping[str, Any] | int | None = None,
    timeout: float | None = None,
    id: str | None = None,
) -> Include:
    """Return a flow's signals, to be passed on one by one in this chat; then take `value`.

    With `retry` the chat is put back before each further attempt. `timeout` in seconds is for each attempt.
    """
    spend(CALL)
    frame = frame_for(memory)
    return Include(frame, bind(flow, given, frame.lend(tools)), memory, Retry.of(retry), timeout, id)


class Include:
    """A flow at work in the chat of another, on behalf of a step: its signals pass through that one."""

    __slots__ = (
        "__weakref__",
        "answered",
        "asked",
        "attempts",
        "bound",
        "deadline",
        "expired",
        "failure",
        "frame",
        "generator",
        "id",
        "memory",
        "parent",
        "retry",
        "returned",
        "saved",
        "signal",
        "timeout",
        "value",
    )

    def __init__(
        self,
        parent: Frame,
        bound: Bound,
        memory: BaseMemory,
        retry: Retry | None,
        timeout: float | None,
        id: str | None,
    ) -> None:
        self.parent = parent
        self.bound = bound
        self.memory = memory
        self.retry = retry
        self.timeout = timeout
        self.id = id
        self.attempts: Attempts | None = None
        self.saved: BaseMemory | None = None
        self.frame = parent
        self.generator: TurboGenTemplate | None = None
        self.deadline: float | None = None
        self.asked = 0.0
        self._clear()

    def _clear(self) -> None:
        self.answered: Any = None
        self.failure: Exception | None = None
        self.expired = False
        self.signal: Signal | None = None
        self.value: Any = None
        self.returned = 0
        """2 once the flow has returned a value, 1 once it gave a result, 0 before."""

    def __aiter__(self) -> Include:
        return self

    async def __anext__(self) -> Signal:
        while True:
            try:
                signal = await self._next_signal()
            except Failures as problem:
                await wait_for_retry(self, problem)
                self.generator = None
                continue
            if signal is None:
                raise StopAsyncIteration
            self.signal = signal
            self.parent.active = self
            if self.frame.deadline is not None:
                self.asked = _now()
            return signal

    def answer(self, value: Any) -> None:
        """Answer the signal that was given last."""
        self.parent.active = None
        self.answered = value
        signal = self.signal
        if isinstance(signal, Generate):
            if signal.forward and isinstance(value, Assistant) and self.returned < 1:
                self.value = value.value
        elif isinstance(signal, GetInput) and self.frame.deadline is not None:
            waited = _now() - self.asked
            self.frame.deadline += waited
            if self.deadline is not None:
                self.deadline += waited

    def fail(self, problem: Exception) -> None:
        """Let the answer be a failure, at the step that asked."""
        active = self.frame.active
        if active is None:
            self.failure = problem
        else:
            active.fail(problem)

    def overdue(self, now: float) -> bool:
        """Tell whether its time was over at `now`; if so it gives up when it goes on."""
        self.expired = self.deadline is not None and self.deadline <= now
        return self.expired

    def over(self, end: RecordedEnd) -> bool:
        """Tell whether its own time was over when it was recorded; if so it gives up when it goes on."""
        self.expired = end.is_of(self.frame)
        return self.expired

    async def aclose(self) -> None:
        """End the included flow."""
        if self.generator is not None:
            await close_flow(self.frame, self.generator)

    async def _start(self) -> TurboGenTemplate:
        if self.retry is not None:
            if self.saved is None:
                self.saved = await self.memory.fork()
            else:
                await _restore(self.memory, self.saved)
        self.frame = frame = self.parent.child(self.bound, self.memory, self.id, level=0)
        check_time(frame, self.timeout)
        self.deadline = None if self.timeout is None else _now() + self.timeout
        deadlines = [at for at in (self.deadline, self.parent.deadline) if at is not None]
        frame.deadline = min(deadlines, default=None)
        self._clear()
        self.generator = self.bound.start(self.memory)
        return self.generator

    async def _next_signal(self) -> Signal | None:
        """Go on to the next signal that is not the flow's own affair; None at its end."""
        generator = self.generator or await self._start()
        while True:
            if self.expired:
                await self.aclose()
                raise out_of_time(self.bound.name, self.timeout, self.frame)
            token = CURRENT.set(self.frame)
            try:
                left = None if self.deadline is None else self.deadline - _now()
                signal: Signal = await within(left, self._resume(generator))
            except RecordedEnd as end:
                if not self.over(end):
                    raise
                continue
            except StopAsyncIteration:
                following = self.frame.next
                if following is None:
                    self._finish()
                    return None
                self.frame = self.frame.successor(following)
                generator = self.generator = following.start(self.memory)
                continue
            except OutOfTime:
                raise out_of_time(self.bound.name, self.timeout, self.frame) from None
            finally:
                leave(token)
            if not isinstance(signal, Result):
                return signal
            if not signal.done:
                if self.returned < 2:
                    self.value, self.returned = signal.content, 1
                return signal
            self.value, self.returned = signal.content, 2
            if self.frame.info is None:
                await self.aclose()
                return None

    def _resume(self, generator: TurboGenTemplate) -> Any:
        """Go on in the flow with the answer, or with the failure, to its last signal."""
        answer, self.answered = self.answered, None
        failure, self.failure = self.failure, None
        if failure is None:
            return generator.asend(answer)
        if isinstance(failure, FlowError):
            failure.__traceback__ = None
        return generator.athrow(failure)

    def _finish(self) -> None:
        info = self.bound.info
        if info is not None and info.output is not None and self.returned < 2:
            fits(self.value, info.output, start_of(self.generator, info.source))


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _restore(memory: BaseMemory, saved: BaseMemory) -> None:
    """Put a chat back as it was when the copy was made."""
    await memory.forget()
    await memory.extend(await saved.get())
    await memory.set_state(await saved.get_state())

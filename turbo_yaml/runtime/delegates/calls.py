"""A flow at work in a chat of its own: its questions pass through the one that called."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.registry import new_memory
from turbo_yaml.protocol import BaseMemory, GetInput
from turbo_yaml.records import replace
from turbo_yaml.runtime.driver import Driver
from turbo_yaml.runtime.failures import Failures
from turbo_yaml.runtime.frames import Frame, frame_for
from turbo_yaml.runtime.policy.deadlines import (
    OutOfTime,
    RecordedEnd,
    end_as_recorded,
    out_of_time,
    within,
)
from turbo_yaml.runtime.policy.retrying import Attempts, Retry, wait_for_retry
from turbo_yaml.runtime.program import Bound, bind
from turbo_yaml.runtime.values.bounds import CALL, spend


def call(
    flow: Any,
    given: Mapping[str, Any] | None = None,
    *,
    tools: tuple[str, ...] = (),
    retry: Mapping[str, Any] | int | None = None,
    timeout: float | None = None,
    id: str | None = None,
) -> Call:
    """Return the run of a flow in a new chat: iterate over its questions and answer each, then take `value`.

    `tools`: those of this flow that it gets. `timeout`: the seconds of an attempt, without waits for answers.
    """
    spend(CALL)
    frame = frame_for(LocalMemory())
    return Call(frame, bind(flow, given, frame.lend(tools)), Retry.of(retry), timeout, id)


class Call:
    """A flow at work in a chat of its own, on behalf of a step."""

    __slots__ = (
        "__weakref__",
        "attempts",
        "bound",
        "driver",
        "id",
        "left",
        "parent",
        "retry",
        "timeout",
        "value",
    )

    def __init__(
        self, parent: Frame, bound: Bound, retry: Retry | None, timeout: float | None, id: str | None
    ) -> None:
        self.parent = parent
        self.bound = bound
        self.retry = retry
        self.timeout = self.left = timeout
        self.id = id
        self.attempts: Attempts | None = None
        self.driver: Driver | None = None
        self.value: Any = None

    @property
    def frame(self) -> Frame:
        """The frame of the flow that was called."""
        assert self.driver is not None
        return self.driver.frame

    def __aiter__(self) -> Call:
        return self

    async def __anext__(self) -> GetInput:
        while True:
            try:
                question = await self._next_question()
            except Failures as problem:
                await self._again_or_raise(problem)
                continue
            if question is None:
                raise StopAsyncIteration
            self.parent.active = self
            return unrecorded(question)

    def answer(self, value: Any) -> None:
        """Answer the question that was given last."""
        self.parent.active = None
        assert self.driver is not None
        self.driver.answer = value

    def fail(self, problem: Exception) -> None:
        """Let the answer be a failure, at the step that asked."""
        assert self.driver is not None
        self.driver.fail(problem)

    def overdue(self, now: float) -> bool:
        """Tell that no deadline of a called flow runs while its caller is at work."""
        return False

    def over(self, end: RecordedEnd) -> bool:
        """Tell that the end of a called flow is not its caller's to see."""
        return False

    async def aclose(self) -> None:
        """End the flow that was called."""
        if self.driver is not None:
            await self.driver.aclose()

    async def _next_question(self) -> GetInput | None:
        if self.driver is None:
            self.driver = await self._start()
            end_as_recorded(self.bound.name, self.timeout, self.frame)
        if self.left is None:
            return await self._questions(self.driver)
        clock = asyncio.get_running_loop()
        began = clock.time()
        try:
            question = await within(self.left, self._questions(self.driver))
        except OutOfTime:
            raise out_of_time(self.bound.name, self.timeout, self.frame) from None
        self.left -= clock.time() - began
        return question

    async def _start(self) -> Driver:
        info = self.bound.info
        memory: BaseMemory = new_memory(info.memory) if info is not None and info.memory else LocalMemory()
        await memory.setup()
        frame = self.parent.child(self.bound, memory, self.id, level=1)
        return Driver(frame, self.bound.start(memory), info and info.output)

    async def _questions(self, driver: Driver) -> GetInput | None:
        """Go on to the next question; None at the end. Results on the way stay with the called flow."""
        while (signal := await driver.advance()) is not None:
            if isinstance(signal, GetInput):
                return signal
        self.value = driver.outcome
        return None

    async def _again_or_raise(self, problem: Exception) -> None:
        await wait_for_retry(self, problem)
        self.driver = None
        self.left = self.timeout


def unrecorded(question: GetInput) -> GetInput:
    """Return a question that another chat has recorded already."""
    if not question.record:
        return question
    return replace(question, record=False)

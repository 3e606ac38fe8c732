"""The step `tool`: a call without a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turbo_yaml.errors import FlowError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import GetInput
from turbo_yaml.runtime.driver import Driver
from turbo_yaml.runtime.frames import frame_for
from turbo_yaml.runtime.policy.retrying import Retry
from turbo_yaml.runtime.tooling.arguments import fit_arguments
from turbo_yaml.runtime.tooling.use import Use, tell_call, tell_result, toolbox_of


def call_tool(
    name: str,
    given: Mapping[str, Any] | None = None,
    *,
    retry: Mapping[str, Any] | int | None = None,
    timeout: float | None = None,
    id: str | None = None,
) -> Use:
    """Return the call of a tool: iterate over its questions and answer each, then take `value`.

    `ToolError` where the arguments do not fit, or where it fails. `timeout` in seconds is for each attempt;
    the time in which a question waits does not count.
    """
    frame = frame_for(LocalMemory())
    ready = toolbox_of(frame).ready(frame.info, name)
    arguments = fit_arguments(given or {}, ready.tool)
    return _Step(frame, ready, arguments, retry=Retry.of(retry), timeout=timeout, id=id)


class _Step(Use):
    """A call that a step makes: the listener is told what it came to."""

    __slots__ = ()

    async def _start(self) -> Driver:
        await tell_call(self.parent, self.id, self.ready.tool.name, None, self.arguments)
        return await super()._start()

    async def _next_question(self) -> GetInput | None:
        name = self.ready.tool.name
        try:
            question = await super()._next_question()
        except FlowError as problem:
            await tell_result(self.parent, self.id, name, None, problem.message, problem)
            raise
        if question is None:
            await tell_result(self.parent, self.id, name, None, self.value, None)
        return question

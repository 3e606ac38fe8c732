"""One call of a tool, by a model or by a step: approval, the call itself, its events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from turbo_yaml.errors import FlowError, ToolError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import GetInput, Result
from turbo_yaml.runtime.delegates.calls import Call, call
from turbo_yaml.runtime.driver import Driver
from turbo_yaml.runtime.events import ToolCallEvent, ToolResultEvent
from turbo_yaml.runtime.frames import Frame
from turbo_yaml.runtime.policy.deadlines import OutOfTime, within
from turbo_yaml.runtime.policy.retrying import Retry
from turbo_yaml.runtime.program import Bound
from turbo_yaml.runtime.tooling.approval import ask_approval, check_approval
from turbo_yaml.runtime.tooling.arguments import fit_arguments
from turbo_yaml.runtime.tooling.servers import ServerTool
from turbo_yaml.runtime.tooling.toolbox import Ready, ToolBox


class Use(Call):
    """A tool at work: iterate over the questions that it asks, answer each, then take `value`.

    `by_model` is the id of the model's call, None for a step's. `timeout` in seconds is for each attempt.
    """

    __slots__ = ("arguments", "by_model", "ready")

    def __init__(
        self,
        parent: Frame,
        ready: Ready,
        arguments: Mapping[str, Any],
        *,
        retry: Retry | None = None,
        timeout: float | None = None,
        id: str | None = None,
        by_model: str | None = None,
    ) -> None:
        super().__init__(parent, Bound(_no_flow, None, ready.tool.name, {}), retry, timeout, id)
        self.ready = ready
        self.arguments = arguments
        self.by_model = by_model

    async def _start(self) -> Driver:
        frame = self.parent.fork(LocalMemory())
        frame.level = self.parent.level
        return Driver(frame, self._work())

    async def _work(self) -> AsyncGenerator[GetInput | Result, Any]:
        """Ask a person if one must approve, then call the tool."""
        if isinstance(self.ready.tool, ServerTool):
            self.ready = Ready(await self.ready.tool.found(self.parent.host))
            self.arguments = fit_arguments(self.arguments, self.ready.tool)
        ready, name = self.ready, self.ready.tool.name
        approve = ready.tool.approve
        if approve == "always" or (approve == "ask" and self.by_model is not None):
            answer = yield ask_approval(name, self.arguments, by_model=self.by_model is not None, id=self.id)
            check_approval(name, answer)
        self.parent.host.tools += 1
        recorder = self.parent.host.recorder
        if ready.flow is None and recorder is not None:
            value = await recorder.tool(self.frame, name, self.arguments, self._called)
        elif ready.flow is None:
            value = await self._called()
        else:
            running = call(ready.flow, self.arguments, timeout=ready.timeout)
            async for question in running:
                running.answer((yield question))
            value = running.value
        yield Result(self._checked(value), done=True)

    async def _called(self) -> Any:
        """Return what the tool gives back, called as one of so many of the run at once."""
        host = self.parent.host
        if host.tool_gate is None:
            host.tool_gate = asyncio.Semaphore(host.shared.max_concurrency)
        seconds = self.ready.timeout or self.parent.scope.values.get("timeout")
        async with host.tool_gate:
            try:
                return await within(seconds, self.ready.tool.call(self.arguments))
            except OutOfTime:
                name = self.ready.tool.name
                message = f"`{name}` was not done within {seconds:g} s"
                raise ToolError(message, kind="timeout", retryable=True) from None

    def _checked(self, value: Any) -> Any:
        """Return what came back, with defaults filled in; `ToolError` where it is not as declared."""
        schema = self.ready.tool.returns
        if schema is None or self.ready.flow is not None:
            return value
        from turbo_yaml.types.filling import fill
        from turbo_yaml.types.validation import problems

        value = fill(schema, value)
        found = problems(schema, value)
        if found:
            raise ToolError(f"`{self.ready.tool.name}` gave back what is not as declared: {found[0].message}")
        return value


async def tell_call(parent: Frame, step: str | None, name: str, call_id: str | None, arguments: Any) -> None:
    """Tell the listener that a tool is to be called."""
    if parent.host.listener is not None:
        await parent.host.emit(
            ToolCallEvent(
                flow=parent.name,
                step=step,
                depth=parent.level,
                tool=name,
                arguments=arguments,
                call_id=call_id,
            )
        )


def _no_flow(*_: Any) -> Any:
    raise AssertionError("a tool is no flow of its own")


async def tell_result(
    parent: Frame, step: str | None, name: str, call_id: str | None, content: Any, problem: FlowError | None
) -> None:
    """Tell the listener what a call came to."""
    if parent.host.listener is not None:
        await parent.host.emit(
            ToolResultEvent(
                flow=parent.name,
                step=step,
                depth=parent.level,
                tool=name,
                call_id=call_id,
                content=content,
                error=None if problem is None else problem.kind,
            )
        )


def toolbox_of(frame: Frame) -> ToolBox:
    """Return the tools of the run."""
    shared = frame.host.shared
    if shared.tools is None:
        shared.tools = ToolBox({}, ())
    return shared.tools

"""Where a flow runs: what it shares with its run, its settings, its chat."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar, Token
from typing import Any, Protocol
from weakref import ref

from turbo_yaml.errors import LimitError
from turbo_yaml.models.pool import ModelPool, RunModels
from turbo_yaml.models.request import Model
from turbo_yaml.protocol import BaseMemory, Usage
from turbo_yaml.runtime.events import Event, Listener
from turbo_yaml.runtime.policy.scope import Scope
from turbo_yaml.runtime.program import Bound, FlowInfo
from turbo_yaml.settings.keys import BUILT_IN


class Delegate(Protocol):
    """Another flow's work for a step: a signal of that flow is at the caller and waits for the answer."""

    @property
    def frame(self) -> Frame:
        """The frame of the flow whose signal it is."""
        ...

    def fail(self, problem: Exception) -> None:
        """Let the answer be a failure, at the step that asked."""
        ...

    def overdue(self, now: float) -> bool:
        """Tell whether its time was over at `now`; if so it gives up when it goes on."""
        ...

    async def aclose(self) -> None:
        """End what is going on."""
        ...


class Host:
    """What all flows of one run share: who answers, who listens, what may be used and what was."""

    __slots__ = (
        "budget",
        "calls",
        "fault",
        "gate",
        "inputs",
        "limits",
        "listener",
        "messages",
        "model",
        "models",
        "pending",
        "resolved",
        "results",
        "slots",
        "turns",
        "usage",
    )

    def __init__(
        self,
        values: Mapping[str, Any],
        models: RunModels,
        model: Model | None = None,
        listener: Listener | None = None,
    ) -> None:
        self.models = models
        self.model = model
        self.listener = listener
        self.limits: Mapping[str, Any] = values["limits"]
        self.budget: Mapping[str, Any] | None = values.get("budget")
        self.slots: int = values["max_concurrency"]
        self.gate: asyncio.Semaphore | None = None
        self.resolved: tuple[Mapping[str, Any], tuple[Model, str, float | None]] | None = None
        """Who answered last, by the settings."""
        self.pending: list[Event] = []
        self.fault: Exception | None = None
        """What the listener raised: no flow may catch that."""
        self.usage = Usage()
        self.calls = self.messages = self.turns = self.inputs = self.results = 0

    def open_gate(self) -> None:
        """Bound how many model calls go on at once, from now on: something is about to run side by side."""
        if self.gate is None:
            self.gate = asyncio.Semaphore(self.slots)

    def spend_call(self) -> None:
        """Count a model call that is about to be made; `LimitError` where the budget does not allow it."""
        if self.budget is not None:
            most = self.budget.get("calls")
            if most is not None and self.calls >= most:
                raise LimitError(
                    f"the budget of {most} model call{'' if most == 1 else 's'} is used up",
                    kind="budget",
                    hint="raise `budget.calls` in the settings",
                )
            most = self.budget.get("tokens")
            used = self.usage.input_tokens + self.usage.output_tokens
            if most is not None and used >= most:
                raise LimitError(
                    f"the budget of {most} tokens is used up: {used} were sent and received",
                    kind="budget",
                    hint="raise `budget.tokens` in the settings",
                )
        self.calls += 1

    async def model_for(self, settings: Mapping[str, Any]) -> tuple[Model, str, float | None]:
        """Return who answers a turn, the name it knows its model by, and the seconds it may take.

        The seconds are given for models of the host's own only: ours keep the time themselves.
        """
        if self.resolved is not None and self.resolved[0] is settings:
            return self.resolved[1]
        if self.model is not None:
            found = (self.model, settings.get("model") or "", settings.get("timeout"))
        else:
            model, where = await self.models.get(settings)
            own = where.provider.adapter == "host"
            found = (model, where.model, settings.get("timeout") if own else None)
        self.resolved = (settings, found)
        return found

    def note(self, event: Event) -> None:
        """Keep an event until the run can wait for the listener."""
        if self.listener is not None:
            self.pending.append(event)

    async def emit(self, event: Event | None = None) -> None:
        """Tell the listener of the events kept and of this one."""
        if self.listener is None:
            return
        events, self.pending = self.pending, []
        if event is not None:
            events.append(event)
        try:
            for told in events:
                waiting = self.listener(told)
                if waiting is not None:
                    await waiting
        except Exception as problem:
            self.fault = problem
            raise


class Frame:
    """One flow at work. `depth` counts flows inside one another, `level` chats away from the caller's."""

    __slots__ = (
        "_active",
        "deadline",
        "depth",
        "host",
        "info",
        "level",
        "memory",
        "name",
        "next",
        "outer",
        "scope",
    )

    def __init__(
        self,
        host: Host,
        outer: Scope,
        scope: Scope,
        info: FlowInfo | None,
        name: str,
        memory: BaseMemory,
        depth: int = 0,
        level: int = 0,
    ) -> None:
        self.host = host
        self.outer = outer
        """The settings that a flow gets when this one hands over to it."""
        self.scope = scope
        self.info = info
        self.name = name
        self.memory = memory
        self.depth = depth
        self.level = level
        self._active: ref[Delegate] | None = None
        self.next: Bound | None = None
        """The flow that this one has handed over to."""
        self.deadline: float | None = None
        """The time of the event loop at which a flow that this one is included in gives up."""

    @property
    def active(self) -> Delegate | None:
        """Whose signal the flow has passed on and is waiting for the answer to.

        The flow itself holds it. It is not held here, so that a run which is forgotten falls apart at once.
        """
        active = self._active
        return None if active is None else active()

    @active.setter
    def active(self, delegate: Delegate | None) -> None:
        self._active = None if delegate is None else ref(delegate)

    def innermost(self) -> Frame:
        """Return the frame of the flow whose signal is at the caller: an included one, if any."""
        frame = self
        while frame._active is not None and (active := frame._active()) is not None:
            frame = active.frame
        return frame

    def child(self, bound: Bound, memory: BaseMemory, *, level: int) -> Frame:
        """Return the frame of a flow that this one calls or includes; `LimitError` where it is too deep."""
        most = self.host.limits["depth"]
        if self.depth >= most:
            raise LimitError(
                f"`{bound.name}` would be flow number {most + 1} inside one another, and {most} may be",
                kind="depth",
                hint="let the recursion end earlier, use `handoff`, or raise `limits.depth` in the settings",
            )
        scope = self.scope.of_flow(bound.info)
        return Frame(
            self.host, self.scope, scope, bound.info, bound.name, memory, self.depth + 1, self.level + level
        )

    def fork(self, memory: BaseMemory) -> Frame:
        """Return the frame of a branch of this flow, on a chat of its own."""
        return Frame(
            self.host, self.outer, self.scope, self.info, self.name, memory, self.depth, self.level + 1
        )

    def successor(self, bound: Bound) -> Frame:
        """Return the frame of the flow that this one hands over to: in its place, on its chat."""
        scope = self.outer.of_flow(bound.info)
        frame = Frame(
            self.host, self.outer, scope, bound.info, bound.name, self.memory, self.depth, self.level
        )
        frame.deadline = self.deadline
        return frame


_CURRENT: ContextVar[Frame | None] = ContextVar("turbo_yaml_frame", default=None)


def current_frame() -> Frame | None:
    """Return the frame of the flow that is running, or None where somebody else pumps it."""
    return _CURRENT.get()


def current_limits() -> Mapping[str, Any]:
    """Return the bounds that hold for the flow that is running."""
    frame = _CURRENT.get()
    limits: Mapping[str, Any] = BUILT_IN["limits"] if frame is None else frame.host.limits
    return limits


def frame_for(memory: BaseMemory) -> Frame:
    """Return the current frame, or a new one with built-in settings where somebody else pumps the flow."""
    frame = _CURRENT.get()
    if frame is None:
        scope = Scope.built_in()
        frame = Frame(Host(scope.values, RunModels(ModelPool())), scope, scope, None, "flow", memory)
    return frame


def enter(frame: Frame) -> Token[Frame | None]:
    """Make a frame the current one; give the token to `leave`."""
    return _CURRENT.set(frame)


def leave(token: Token[Frame | None]) -> None:
    """Make the frame before current again."""
    try:
        _CURRENT.reset(token)
    except ValueError:
        # A coroutine that is garbage is closed in whatever context happens to run then.
        pass

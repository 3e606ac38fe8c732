"""Where a flow runs: what it shares with its run, its settings, its chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from inspect import isawaitable
from math import inf
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import ref

from turbo_yaml.errors import LimitError, ModelError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.truncated import AT_HAND
from turbo_yaml.models.pool import ModelPool, RunModels
from turbo_yaml.models.request import Model, Reply
from turbo_yaml.protocol import BaseCache, BaseMemory
from turbo_yaml.runtime.events import Event, Listener
from turbo_yaml.runtime.policy.answerers import Answerer, answerer
from turbo_yaml.runtime.policy.scope import Scope
from turbo_yaml.runtime.policy.spending import Spending
from turbo_yaml.runtime.program import OF_THE_HOST, Bound, FlowInfo, Lent
from turbo_yaml.settings.keys import BUILT_IN

if TYPE_CHECKING:
    from turbo_yaml.runtime.policy.deadlines import RecordedEnd
    from turbo_yaml.runtime.policy.stopping import Stops
    from turbo_yaml.runtime.recording.places import Place
    from turbo_yaml.runtime.recording.recorder import Recorder
    from turbo_yaml.runtime.tooling.servers import Servers
    from turbo_yaml.runtime.tooling.toolbox import ToolBox


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

    def over(self, end: RecordedEnd) -> bool:
        """Tell whether its time was over when it was recorded; if so it gives up when it goes on."""
        ...

    async def aclose(self) -> None:
        """End what is going on."""
        ...


class HostFailed(BaseException):
    """The host's own code failed: its listener, its memory, a model of its own. No flow can catch that."""

    def __init__(self, problem: Exception) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Shared:
    """What all runs of a function share: who answers them, and what the settings allow each in all.

    `models` makes the models of a run; `model`, if any, answers every turn.
    """

    __slots__ = ("answerer", "budget", "cache", "limits", "max_concurrency", "model", "models", "tools")

    def __init__(
        self,
        values: Mapping[str, Any],
        models: Callable[[], RunModels],
        model: Model | None = None,
        tools: ToolBox | None = None,
    ) -> None:
        self.limits: Mapping[str, Any] = dict(values["limits"])
        self.budget: Mapping[str, Any] | None = values.get("budget")
        self.max_concurrency: int = values["max_concurrency"]
        self.models = models
        self.model = model
        self.tools = tools
        self.cache: BaseCache | None = None
        self.answerer = None if model is None else answerer(values, model, None)


TURN: Final = 10_000_000
"""What each turn of a model adds to the work that a run may do."""


class Host(Spending):
    """What all flows of one run share: who answers, who listens, what may be used and what was."""

    __slots__ = (
        "answerer",
        "branches",
        "gate",
        "inputs",
        "limits",
        "listener",
        "messages",
        "models",
        "pending",
        "recorder",
        "repeats",
        "results",
        "servers",
        "shared",
        "stops",
        "tool_gate",
        "tools",
        "turns",
        "warned",
        "work",
    )

    def __init__(self, shared: Shared, listener: Listener | None = None) -> None:
        super().__init__(shared.budget)
        self.shared = shared
        self.limits = shared.limits
        self.listener = listener
        self.answerer = shared.answerer
        """Who answered last, or would."""
        self.gate: asyncio.Semaphore | None = None
        self.models: RunModels | None = None
        self.pending: list[Event] | None = None
        self.recorder: Recorder | None = None
        self.repeats: dict[str, int] | None = None
        """How often what the cache may answer was asked before, by its key."""
        self.branches = 0
        """How many branches are at work now."""
        self.messages = self.turns = self.inputs = self.results = self.tools = 0
        self.stops: Stops | None = None
        """What cuts replies short, where somebody may."""
        self.tool_gate: asyncio.Semaphore | None = None
        self.servers: Servers | None = None
        """The MCP servers that the run has needed so far."""
        self.warned: frozenset[str] = frozenset()
        """What was said of the cache: each thing once."""
        self.work = 0
        """What its expressions, loops and texts have cost."""

    @property
    def recalls(self) -> bool:
        """Whether all that was asked so far was recorded before: there is nothing to wait for."""
        return self.recorder is not None and not self.recorder.live

    def open_gate(self) -> None:
        """Bound how many model calls go on at once, from now on: something is about to run side by side."""
        if self.gate is None:
            self.gate = asyncio.Semaphore(self.shared.max_concurrency)

    def spend(self, amount: int) -> None:
        """Count work; `LimitError` where it is too much for a run that took so many turns."""
        self.work += amount
        most = self.limits["work"]
        if self.work > most and self.work > most + TURN * self.turns:
            hint = "go through less data, or raise `limits.work` in the settings"
            raise LimitError(f"the run takes more work than its limit of {most}", hint=hint)

    def text_too_long(self, length: int) -> LimitError:
        """Return the error of a message that is longer than a text may be."""
        message = f"a text of {length} characters is over the limit of {self.limits['output']}"
        return LimitError(message, hint="raise `limits.output` in the settings, or ask for less")

    def take(self, reply: Reply, cost: float | None) -> None:
        """Count what a reply took; `LimitError` where it is longer than one may be."""
        self.count(reply.usage, cost)
        if not isinstance(reply.content, str):  # a model of the host's own
            kind = type(reply.content).__name__
            raise ModelError(f"the reply is no text: a Python `{kind}`", kind="bad_reply")
        if len(reply.content) > self.limits["reply"]:
            raise self.reply_too_long(len(reply.content))

    def chat_too_long(self, length: int) -> LimitError:
        """Return the error of a chat that has more messages than may be sent."""
        return LimitError(
            f"the chat has {length} messages, and {self.limits['messages']} may be sent",
            hint="use `forget` or a `truncated` memory, or raise `limits.messages` in the settings",
        )

    def reply_too_long(self, length: int) -> LimitError:
        """Return the error of a reply that is longer than one may be."""
        return LimitError(
            f"the reply has {length} characters, and {self.limits['reply']} may come",
            hint="set `max_tokens`, or raise `limits.reply` in the settings",
        )

    async def answerer_for(self, settings: Mapping[str, Any]) -> Answerer:
        """Return who answers a turn with these settings; `ModelError` where nobody does."""
        if self.shared.model is not None:
            found = answerer(settings, self.shared.model, None)
        else:
            model, where = await self.run_models().get(settings)
            found = answerer(settings, model, where)
        self.answerer = found
        return found

    def run_models(self) -> RunModels:
        """Return the models of the run, made on first use."""
        if self.models is None:
            self.models = self.shared.models()
        return self.models

    def note(self, event: Event) -> None:
        """Keep an event until the run can wait for the listener."""
        if self.listener is None:
            return
        if self.pending is None:
            self.pending = []
        self.pending.append(event)

    async def emit(self, event: Event | None = None) -> None:
        """Tell the listener of the events kept and of this one."""
        if self.listener is None:
            return
        events, self.pending = self.pending or [], None
        if event is not None:
            events.append(event)
        try:
            for told in events:
                waiting = self.listener(told)
                # What else a lambda may give is its own affair.
                if waiting is not None and isawaitable(waiting):
                    await waiting
        except Exception as problem:
            raise HostFailed(problem) from problem


class Frame:
    """One flow at work. `depth` counts flows inside one another, `level` chats away from the caller's."""

    __slots__ = (
        "_active",
        "at_hand",
        "deadline",
        "depth",
        "handovers",
        "host",
        "info",
        "lent",
        "level",
        "longest",
        "memory",
        "name",
        "next",
        "outer",
        "place",
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
        self.longest: float = inf if info is None else host.limits["output"]
        """How many characters a message may have: what a function written by hand says is not bounded."""
        self.name = name
        self.memory = memory
        self.at_hand: LocalMemory | None = memory if type(memory) in AT_HAND else None  # type: ignore[assignment]
        """The chat, where a message joins it without waiting for anybody."""
        self.depth = depth
        self.level = level
        self._active: ref[Delegate] | None = None
        self.lent: Lent | None = OF_THE_HOST
        """The tools that the flow got from its caller."""
        self.next: Bound | None = None
        """The flow that this one has handed over to."""
        self.handovers = 0
        """How many flows have handed over, one to another, until it was this one's turn."""
        self.place: Place | None = None
        """Where in the run this is, in a run that is recorded."""
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

    def child(self, bound: Bound, memory: BaseMemory, id: str | None, *, level: int) -> Frame:
        """Return the frame of a flow that a step calls or includes; `LimitError` where it is too deep."""
        most = self.host.limits["depth"]
        if self.depth >= most:
            raise LimitError(
                f"`{bound.name}` would be flow number {most + 1} inside one another, and {most} may be",
                kind="depth",
                hint="let the recursion end earlier, use `handoff`, or raise `limits.depth` in the settings",
            )
        scope = self.scope.of_flow(bound.info)
        frame = Frame(
            self.host, self.scope, scope, bound.info, bound.name, memory, self.depth + 1, self.level + level
        )
        frame.lent = bound.lent
        if self.place is not None and self.host.recorder is not None:
            frame.place = self.host.recorder.inner(self.place, id or bound.name)
        return frame

    def fork(self, memory: BaseMemory) -> Frame:
        """Return the frame of a branch of this flow, on a chat of its own."""
        frame = Frame(
            self.host, self.outer, self.scope, self.info, self.name, memory, self.depth, self.level + 1
        )
        frame.lent = self.lent
        if self.place is not None:
            frame.place = self.place.beside()
        return frame

    def lend(self, names: tuple[str, ...]) -> Lent | None:
        """Return tools of this flow for another."""
        return Lent(self.info, names, self.lent) if names else None

    def successor(self, bound: Bound) -> Frame:
        """Return the frame of the flow that this one hands over to: in its place, on its chat."""
        scope = self.outer.of_flow(bound.info)
        frame = Frame(
            self.host, self.outer, scope, bound.info, bound.name, self.memory, self.depth, self.level
        )
        frame.deadline = self.deadline
        frame.handovers = self.handovers + 1
        frame.lent = bound.lent
        if self.place is not None:
            frame.place = self.place.successor(bound.name)
        return frame


CURRENT: ContextVar[Frame | None] = ContextVar("turbo_yaml_frame", default=None)
"""The frame of the flow that is running. Whoever pumps one sets it, and gives the token to `leave`."""


def current_frame() -> Frame | None:
    """Return the frame of the flow that is running, or None where somebody else pumps it."""
    return CURRENT.get()


def current_limits() -> Mapping[str, Any]:
    """Return the bounds that hold for the flow that is running."""
    frame = CURRENT.get()
    limits: Mapping[str, Any] = BUILT_IN["limits"] if frame is None else frame.host.limits
    return limits


def frame_for(memory: BaseMemory) -> Frame:
    """Return the current frame, or a new one with built-in settings where somebody else pumps the flow."""
    frame = CURRENT.get()
    if frame is None:
        scope = Scope.built_in()
        host = Host(Shared(scope.values, lambda: RunModels(ModelPool())))
        frame = Frame(host, scope, scope, None, "flow", memory)
    return frame


def leave(token: Token[Frame | None]) -> None:
    """Make the frame before the current one again."""
    try:
        CURRENT.reset(token)
    except ValueError:
        # A coroutine that is garbage is closed in whatever context happens to run then.
        pass

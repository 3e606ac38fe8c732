"""A model in this process that says what a test wants, and ways to run flows to their end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from turbo_yaml.models.request import Delta, OnDelta, Reply, Request
from turbo_yaml.protocol import GetInput, Message, Result, Usage
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.program import FlowInfo
from turbo_yaml.source import Source


class Talker:
    """Answers with its replies in order, then with the number of the request. An exception is raised.

    `pauses`: how often it waits for the event loop before it answers; `None`: for ever.
    """

    def __init__(self, *replies: Any, pauses: int | None = 0, pieces: Sequence[str] = ()) -> None:
        self.replies = list(replies)
        self.pauses = pauses
        self.pieces = pieces
        self.requests: list[Request] = []
        self.now = self.most_at_once = 0

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        self.requests.append(request)
        said = self.replies.pop(0) if self.replies else f"reply {len(self.requests)}"
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        try:
            if self.pauses is None:
                await asyncio.get_running_loop().create_future()
            for _ in range(self.pauses or 0):
                await asyncio.sleep(0)
        finally:
            self.now -= 1
        if on_delta is not None:
            for piece in self.pieces:
                await on_delta(Delta(piece))
        if isinstance(said, Exception):
            raise said
        if callable(said):
            said = said(request)
        return said if isinstance(said, Reply) else Reply(said, usage=Usage(3, 2))

    async def aclose(self) -> None:
        """Nothing is open."""

    def heard(self, number: int = -1) -> list[tuple[str, Any]]:
        """Return the messages of a request as role and content."""
        return [(message.role, message.content) for message in self.requests[number].messages]


Flow = Callable[..., AsyncGenerator[Any, Any]]


def compiled(flow: Flow, text: str = "- flow\n", root: Path | None = None, **facts: Any) -> Flow:
    """Make a hand-written generator pass for a compiled flow."""
    flow.__turbo__ = FlowInfo(  # type: ignore[attr-defined]
        name=flow.__name__, source=Source("flow.yaml", text), root=root, **facts
    )
    return flow


@dataclass
class Told:
    """What a run gave its caller."""

    outcome: Any = None
    results: list[Any] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    chat: list[Message] = field(default_factory=list)
    run: Any = None


def function(
    flow: Flow, model: Any = None, settings: Mapping[str, Any] | None = None, **parts: Any
) -> TurboGenFn:
    """Return a function whose failed turns are tried again at once."""
    return TurboGenFn(flow, settings, model=model or Talker(), **parts)


async def play(fn: TurboGenFn, *answers: Any, **context: Any) -> Told:
    """Run a flow to its end, with answers to its questions in order."""
    told = Told()
    left = list(answers)
    async with fn(**context) as run:
        async for signal in run:
            if isinstance(signal, GetInput):
                told.questions.append(signal.content)
                run.answer(left.pop(0))
            elif isinstance(signal, Result):
                told.results.append(signal.content)
        told.outcome, told.run = run.outcome, run
        told.chat = await run.memory.get()
    assert not left
    return told


def played(flow: Flow, *answers: Any, model: Any = None, settings: Any = None, **context: Any) -> Told:
    """Run a flow to its end in an event loop of its own, and see that nothing is left."""
    return in_loop(play(function(flow, model, settings), *answers, **context))


def in_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in an event loop of its own; fail where it leaves a task behind or an error unheard."""
    unheard: list[Mapping[str, Any]] = []

    async def watched() -> Any:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: unheard.append(context))
        value = await work
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left
        return value

    value = asyncio.run(watched())
    assert not unheard
    return value


async def settled() -> None:
    """Let whatever is ready run."""
    for _ in range(5):
        await asyncio.sleep(0)

"""Runs flows with tools and scripted replies, and tells what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import turbo_yaml
from tests.language.running import flow
from turbo_yaml.errors import FlowError
from turbo_yaml.protocol import GetInput, Message
from turbo_yaml.runtime.events import Event

LIMIT = 20.0  # seconds: past it a test fails rather than hangs


@dataclass
class Work:
    """What a run came to."""

    outcome: Any = None
    results: list[Any] = field(default_factory=list)
    questions: list[GetInput] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    chat: list[Message] = field(default_factory=list)
    error: FlowError | None = None
    steps: Any = None
    usage: Any = None

    @property
    def failed(self) -> FlowError:
        """The failure, which must be there."""
        assert self.error is not None, f"the run came to {self.outcome!r}"
        return self.error

    @property
    def roles(self) -> list[str]:
        """Who said what is in the chat."""
        return [message.role for message in self.chat]

    @property
    def told(self) -> list[str]:
        """What the tools gave back, as the model got it."""
        return [str(message.content) for message in self.chat if message.role == "tool"]

    def kinds(self, *kinds: str) -> list[Any]:
        """The events of some kinds, as data."""
        return [event.to_data() for event in self.events if event.kind in kinds]


def calls(*wanted: Any, text: str = "") -> dict[str, Any]:
    """Return a scripted reply that calls tools: `(name, arguments)` each."""
    made = [{"name": name, "arguments": arguments} for name, arguments in wanted]
    return {"content": text, "tool_calls": made}


def work(
    text: str,
    *,
    tools: Any = None,
    model: list[Any] | None = None,
    replies: Iterable[Any] = (),
    settings: dict[str, Any] | None = None,
    listen: bool = True,
    **inputs: Any,
) -> Work:
    """Run a flow to its end; without `model` the echo model answers."""
    fn = turbo_yaml.loads(flow(text), name="flow.yaml", tools=tools)
    fn = fn.configure({"model": "echo" if model is None else "script", **(settings or {})})
    return asyncio.run(asyncio.wait_for(worked(fn.using(script=model), replies, listen, inputs), LIMIT))


async def worked(
    fn: turbo_yaml.TurboGenFn, replies: Iterable[Any], listen: bool, inputs: dict[str, Any]
) -> Work:
    """Run a function to its end, taking the answers to its questions from `replies`."""
    done = Work()
    answers = iter(replies)
    async with fn(**inputs) as run:
        if listen:
            run.listen(done.events.append)
        try:
            async for signal in run:
                if isinstance(signal, GetInput):
                    done.questions.append(signal)
                    answer = next(answers)
                    if isinstance(answer, Exception):
                        await run.athrow(answer)
                    else:
                        run.answer(answer)
                else:
                    done.results.append(signal.content)
        except FlowError as error:
            done.error = error
        done.outcome = run.outcome
        done.chat = await run.memory.get()
        done.steps, done.usage = run.steps, run.usage
    if isinstance(replies, Sequence):
        assert not [*answers], "the flow asked less than there are answers"
    return done

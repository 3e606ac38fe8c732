"""Runs a flow that is text, with scripted replies, and tells what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

import turbo_yaml
from turbo_yaml.errors import FlowError
from turbo_yaml.protocol import Message


@dataclass
class Story:
    """What a run came to: its outcome, its results and questions, its chat, its logs, its failure."""

    outcome: Any = None
    results: list[Any] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    chat: list[tuple[str, Any]] = field(default_factory=list)
    error: FlowError | None = None

    @property
    def failed(self) -> FlowError:
        """The failure, which must be there."""
        assert self.error is not None, f"the run came to {self.outcome!r}"
        return self.error

    @property
    def place(self) -> str:
        """The text of the flow that the failure points at."""
        error = self.failed
        assert error.source is not None and error.span is not None
        return error.source.text[error.span.start : error.span.end]


def flow(text: str) -> str:
    """Return a whole flow file from its part after the version."""
    text = dedent(text).lstrip("\n")
    return text if text.startswith("turbo:") else "turbo: 1\n" + text


def play(
    text: str,
    *,
    model: list[Any] | None = None,
    replies: Sequence[Any] = (),
    settings: dict[str, Any] | None = None,
    root: Any = None,
    **inputs: Any,
) -> Story:
    """Run a flow to its end; without `model` the echo model answers."""
    name = "echo" if model is None else "script"
    fn = turbo_yaml.loads(flow(text), name="flow.yaml", root=root)
    fn = fn.configure({"model": name, **(settings or {})}).using(script=model)
    return asyncio.run(story_of(fn, list(replies), inputs))


async def story_of(fn: turbo_yaml.TurboGenFn, replies: list[Any], inputs: dict[str, Any]) -> Story:
    """Run a function to its end, taking the answers to its questions from `replies`."""
    story = Story()

    def listen(event: Any) -> None:
        if event.kind == "log":
            story.logs.append(event.message)

    async with fn(**inputs).listen(listen) as run:
        try:
            result = await run.run()
            while not result.done or result.needs_input:
                if result.needs_input:
                    story.questions.append(result.content)
                    result = await run.run(replies.pop(0))
                else:
                    story.results.append(result.content)
                    result = await run.run()
            story.outcome = result.content
        except FlowError as error:
            story.error = error
        story.chat = [(said.role, said.content) for said in await _messages(run)]
    return story


async def _messages(run: turbo_yaml.TurboGenWrapper) -> list[Message]:
    return await run.memory.get()

"""A driver that somebody else might write: it knows the four kinds of signals, and keeps its own messages."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from tests.language.running import Story
from turbo_yaml import Assistant, Generate, GetInput, Message, ModelError, Result
from turbo_yaml.models.request import Request
from turbo_yaml.models.script import ScriptModel
from turbo_yaml.types.reply import read_choice, read_reply


async def pump(flow: AsyncGenerator[Any, Any], model: ScriptModel, answers: list[Any]) -> Story:
    """Pump a flow to its end; `model` answers it, and the caller does with `answers`."""
    story = Story()
    answer: Any = None
    failure: Exception | None = None
    while True:
        try:
            signal = await (flow.asend(answer) if failure is None else flow.athrow(failure))
        except StopAsyncIteration:
            return story
        answer = failure = None
        match signal:
            case Message():
                story.chat.append((signal.role, signal.content))
            case Generate():
                try:
                    answer = await turn(signal, model)
                    story.chat.append(("assistant", answer.content))
                    story.outcome = answer.value if signal.forward and not story.results else story.outcome
                except ModelError as problem:
                    failure = problem
            case GetInput():
                if signal.record:
                    story.chat.append(("assistant", signal.content))
                story.questions.append(signal.content)
                answer = answers.pop(0)
            case Result():
                story.results.append(signal.content)
                story.outcome = signal.content


async def turn(asked: Generate, model: ScriptModel) -> Assistant:
    """Ask the model until its reply fits what was asked for."""
    while True:
        reply = await model.reply(Request("", [], output=asked.output, choices=asked.choices))
        value, wrong = reply.content, []
        if asked.output is not None:
            value, wrong = read_reply(asked.output, reply.content)
        elif asked.choices is not None:
            value, wrong = read_choice(asked.choices, reply.content)
        if not wrong:
            return Assistant(reply.content, value=value)

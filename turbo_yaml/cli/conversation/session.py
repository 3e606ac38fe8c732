"""A run, its answers and its view, to the end of the run."""

from __future__ import annotations

from typing import Any, Final, Protocol

from turbo_yaml.cli.conversation.answers import Unanswered
from turbo_yaml.cli.conversation.loop import Loop
from turbo_yaml.cli.conversation.views import View
from turbo_yaml.cli.terminal import tell
from turbo_yaml.protocol import GetInput, Message, Result
from turbo_yaml.runtime.events import Event, UsageEvent
from turbo_yaml.runtime.wrapper import TurboGenWrapper

COMMAND_LINE = "command-line"


SUSPENDED: Final = 5
"""The exit code of a run that waits for an answer."""


class Suspended(Exception):
    """A recorded run has come to a question that nobody answers now. `problem`: why an answer did not fit."""

    def __init__(self, question: GetInput, problem: str = "") -> None:
        super().__init__(question.content)
        self.question = question
        self.problem = problem


class Answering(Protocol):
    """Who answers the questions of a run."""

    @property
    def person(self) -> bool:
        """Whether a person is there to be asked."""

    def given(self) -> str | None:
        """Return the next answer that was given in advance."""

    def read(self) -> str:
        """Return what the person answers."""


class Session:
    """Plays one run: shows what it gives, and answers what it asks."""

    def __init__(self, loop: Loop, run: TurboGenWrapper, view: View, answers: Answering) -> None:
        self._loop = loop
        self._run = run
        self.view = view
        self._answers = answers
        self.hits = 0
        """How many replies came from the cache."""

    def play(self, system: str | None = None) -> None:
        """Go on to the end of the run. `system`: a system message before the flow's own."""
        self._run.listen(self._hear)
        try:
            if system is not None:
                self._loop.run(_instruct(self._run, system))
            signal = self._loop.run(_go_on(self._run))
            while signal is not None:
                if isinstance(signal, GetInput):
                    self._tell_stopped()
                    signal = self._answer(signal)
                    continue
                if signal.done:
                    break
                if not self._run.recalls:
                    self.view.result(signal)
                self._tell_stopped()
                signal = self._loop.run(_go_on(self._run))
        finally:
            self.view.ended()
            self._tell_stopped()

    def _tell_stopped(self) -> None:
        """Say that a reply was cut short, once."""
        if self._loop.softened:
            self._loop.softened = False
            self.view.ended()
            tell("(stopped)")

    def _hear(self, event: Event) -> None:
        """Show what happens, but not once more what had happened before a run went on."""
        if isinstance(event, UsageEvent) and event.cached:
            self.hits += 1
        if not self._run.recalls:
            self.view.hear(event)

    def _answer(self, question: GetInput) -> Result | GetInput | None:
        self.view.ask(question)
        given = self._answers.given()
        if given is not None:
            self.view.answered(given)
            signal = self._loop.run(_go_on(self._run, given))
            # The same question again: the answer did not fit, and the next one was not meant for it.
            if isinstance(signal, GetInput) and self._run.question is question and signal is not question:
                problem = signal.content.removesuffix(question.content).strip()
                if self._run.name is not None:
                    raise Suspended(question, problem)
                return self._refuse(problem, "give an answer that fits with `--reply`")
            return signal
        if self._answers.person:
            return self._loop.run(_go_on(self._run, self._answers.read()))
        if question.default is not None:
            return self._loop.run(_go_on(self._run, question.default))
        if self._run.name is not None:
            raise Suspended(question)
        return self._refuse(
            f"the flow asks a question, and nothing answers it: {question.content}",
            "answer with `--reply TEXT`, or run it in a terminal",
        )

    def _refuse(self, message: str, hint: str) -> Result | GetInput | None:
        """Fail at the step that asks, so that the error has its place and the flow may catch it."""
        return self._loop.run(_fail(self._run, Unanswered(message, kind="no_answer", hint=hint)))


async def _go_on(run: TurboGenWrapper, answer: Any = None) -> Result | GetInput | None:
    try:
        return await run.asend(answer)
    except StopAsyncIteration:
        return None


async def _fail(run: TurboGenWrapper, problem: Exception) -> Result | GetInput | None:
    try:
        return await run.athrow(problem)
    except StopAsyncIteration:
        return None


async def _instruct(run: TurboGenWrapper, text: str) -> None:
    """Say something before the flow does: under a label of its own, so that the flow's `system` stays."""
    await run.init()
    await run.memory.append(instruction(text))


def instruction(text: str) -> Message:
    """Return the message that `--system` puts before all else."""
    return Message(text, role="system", label=COMMAND_LINE, sticky="top")

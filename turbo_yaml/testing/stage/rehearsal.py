"""A flow, its inputs, replies and answers to the story of the run, turn by turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from turbo_yaml.cache.memory import MemoryCache
from turbo_yaml.errors import FlowError, UsageError
from turbo_yaml.memory.registry import unkept_memory
from turbo_yaml.protocol import Result, Usage
from turbo_yaml.records import Record
from turbo_yaml.runtime.events import Event, LogEvent, ToolCallEvent, ToolResultEvent
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.probes import REACHED
from turbo_yaml.runtime.wrapper import TurboGenWrapper
from turbo_yaml.source import Source
from turbo_yaml.testing.stage.script import NoReply, Scripted
from turbo_yaml.testing.stage.story import Story
from turbo_yaml.testing.stage.tools import NoResult, scripted_tools


class Cue(Record):
    """What a turn of the dialogue brings: the answer to the question before, and the model's replies."""

    answer: Any = None
    replies: Sequence[Any] = ()


class Stuck(Exception):
    """The run cannot go on as the test wants it to: `what` is `input`, `model`, `question` or `inputs`."""

    def __init__(self, what: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.what = what
        self.message = message
        self.hint = hint


class Rehearsal:
    """One run of a flow by a script. `stories` has one for each turn of the dialogue that began.

    `whole`: the cues are not turns but a list of answers, with all replies in the first of them.
    """

    def __init__(
        self, fn: TurboGenFn, inputs: Mapping[str, Any], model: Scripted, *, watched: bool = False
    ) -> None:
        self.fn = fn
        self.inputs = inputs
        self.model = model
        self.stories: list[Story] = []
        self.stuck: Stuck | None = None
        self.used = 0
        """How many cues the run has used up."""
        self._marks: list[tuple[Source, int]] | None = [] if watched else None
        self._logs: list[str] = []
        self._results: list[Any] = []
        self._questions: list[str] = []
        self._tools: list[dict[str, Any]] = []
        self._open: dict[tuple[str, str | None], dict[str, Any]] = {}

    async def play(self, cues: Sequence[Cue]) -> None:
        """Run the flow. Nothing is raised of what goes wrong in it: `stuck` and the stories tell."""
        token = REACHED.set(None if self._marks is None else self._mark)
        try:
            memory = None if self.fn.info is None else unkept_memory(self.fn.info.memory)
            run = self.fn(memory=memory, **self.inputs).listen(self._listen)
        except UsageError as problem:
            self.stuck = Stuck("inputs", problem.message, problem.hint)
            return
        finally:
            if self._marks is None:
                REACHED.reset(token)
        try:
            async with run:
                await self._play(run, cues)
        finally:
            if self._marks is not None:
                REACHED.reset(token)

    async def _play(self, run: TurboGenWrapper, cues: Sequence[Cue]) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        for number, cue in enumerate(cues or (Cue(),)):
            self.used = number + 1
            self.model.add(cue.replies)
            before = len(self._results), len(self._questions), len(self._logs), len(self.model.calls)
            tools = len(self._tools)
            marks = 0 if self._marks is None else len(self._marks)
            error: FlowError | None = None
            end: Result | None = None
            try:
                end = await self._turn(run, cue.answer if number else None)
                while end.needs_input and number + 1 >= len(cues) and self._has_default(run):
                    end = await self._go_on(await run.no_answer(), run)
            except FlowError as problem:
                error = problem
            except NoReply as problem:
                self.stuck = Stuck("model", str(problem), "add it under `model`, in its place")
            except NoResult as problem:
                self.stuck = Stuck("tools", str(problem), f"add it: `tools: {{{problem.tool}: …}}`")
            results, questions, logs, calls = before
            self.stories.append(
                Story(
                    result=self._last(run, end),
                    results=self._results[results:],
                    messages=await run.memory.get(),
                    questions=self._questions[questions:],
                    asked=end.content if end is not None and end.needs_input else None,
                    logs=self._logs[logs:],
                    calls=self.model.calls[calls:],
                    tools=self._tools[tools:],
                    marks=None if self._marks is None else self._marks[marks:],
                    error=error,
                    inputs=self.inputs,
                    usage=run.usage,
                    latency=clock() - began,
                )
            )
            if error is not None or self.stuck is not None or end is None or not end.needs_input:
                return
        self.stuck = Stuck("input", f"the flow asks `{run.question.content if run.question else ''}`")

    async def _turn(self, run: TurboGenWrapper, answer: Any) -> Result:
        """Go on to the next question or the end."""
        asked = run.question
        result = await self._go_on(await run.run(answer), run)
        if result.needs_input and asked is not None and run.question is asked:
            raise FlowError(f"the answer does not fit: {result.content}", kind="input")
        return result

    async def _go_on(self, result: Result, run: TurboGenWrapper) -> Result:
        while not result.done and not result.needs_input:
            self._results.append(result.content)
            result = await run.run()
        if result.needs_input:
            self._questions.append(str(result.content))
        return result

    def _has_default(self, run: TurboGenWrapper) -> bool:
        return run.question is not None and run.question.default is not None

    def _last(self, run: TurboGenWrapper, end: Result | None) -> Any:
        if end is not None and end.needs_input:
            return end.content
        return run.outcome

    def _mark(self, source: Source, mark: int) -> None:
        assert self._marks is not None
        self._marks.append((source, mark))

    def _listen(self, event: Event) -> None:
        match event:
            case LogEvent():
                self._logs.append(event.message)
            case ToolCallEvent():
                called = {"tool": event.tool, "arguments": event.arguments, "result": None, "error": None}
                self._tools.append({**called, "by_model": event.call_id is not None})
                self._open[event.tool, event.call_id] = self._tools[-1]
            case ToolResultEvent():
                done = self._open.pop((event.tool, event.call_id), {})
                done |= {"result": event.content, "error": event.error}

    def whole(self) -> Story:
        """Return the story of all turns together."""
        if len(self.stories) == 1:
            return self.stories[0]
        last = self.stories[-1] if self.stories else Story(inputs=self.inputs)
        return Story(
            result=last.result,
            results=self._results,
            messages=last.messages,
            questions=self._questions,
            asked=last.asked,
            logs=self._logs,
            calls=self.model.calls,
            tools=self._tools,
            marks=self._marks,
            error=last.error,
            inputs=self.inputs,
            usage=last.usage if self.stories else Usage(),
            latency=last.latency,
        )


async def rehearse(
    fn: TurboGenFn,
    *,
    answers: Iterable[Any] = (),
    replies: Iterable[Any] = (),
    tools: Mapping[str, Any] | None = None,
    **inputs: Any,
) -> Story:
    """Run a flow with a scripted model, answers and results of tools; return the story of the run.

    `replies` are the model's, in order, `answers` the caller's; `tools` are results by the names of the tools
    that give them back. What fails in the flow is the story's `error`. `UsageError` where the inputs do not
    fit, or where the flow asks for more than there is.
    """
    model = Scripted(replies)
    declared = () if fn.info is None else fn.info.declared
    played = fn.using(model=model, tools=scripted_tools(declared, tools or {}), cache=MemoryCache())
    rehearsal = Rehearsal(played, inputs, model)
    await rehearsal.play([Cue(), *(Cue(answer) for answer in answers)])
    if rehearsal.stuck is not None:
        raise UsageError(rehearsal.stuck.message, hint=rehearsal.stuck.hint)
    return rehearsal.whole()

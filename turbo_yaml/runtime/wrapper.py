"""A run as its caller sees it: results and questions, one after another."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from turbo_yaml.errors import FlowError, UsageError
from turbo_yaml.protocol import BaseMemory, GetInput, Result, TurboGenTemplate, Usage
from turbo_yaml.records import replace
from turbo_yaml.runtime.driver import Driver
from turbo_yaml.runtime.events import DoneEvent, InputEvent, Listener, ResultEvent
from turbo_yaml.runtime.failures import locate
from turbo_yaml.runtime.frames import Frame, HostFailed
from turbo_yaml.runtime.host.answers import Answers, next_answer, read_given
from turbo_yaml.types.declared import MISSING

if TYPE_CHECKING:
    from turbo_yaml.runtime.policy.stopping import Stops
    from turbo_yaml.runtime.recording.recorder import Recorder

MAX_ASKED: Final = 10
"""How often a question is asked before answers that do not fit fail the flow."""


class Steps(NamedTuple):
    """How much a run has done, called flows and forks included."""

    messages: int
    turns: int
    inputs: int
    results: int
    tools: int


class TurboGenWrapper:
    """One run of a flow. Nothing happens before it is awaited, and no task is left while it waits.

    It ends with its flow, with a failure, or with `aclose`; `async with` sees to that.
    """

    __slots__ = (
        "__weakref__", "_answer", "_answered", "_asked", "_busy", "_driver", "_question", "_refused",
        "_setup", "_since", "_started",
    )  # fmt: skip

    def __init__(self, frame: Frame, generator: TurboGenTemplate) -> None:
        info = frame.info
        self._driver = Driver(frame, generator, None if info is None else info.output)
        self._started = frame.at_hand is not None
        self._question: GetInput | None = None
        self._answer: Any = MISSING
        self._answered: Any = MISSING
        """The answer that was given last: a loop that gives it again at each step need not forget it."""
        self._setup: Mapping[str, Any] | None = None
        self._asked, self._refused = 0, ""
        self._since = 0.0
        self._busy = False

    # What it is ----------------------------------------------------------------------------------------

    @property
    def memory(self) -> BaseMemory:
        """The chat of the flow."""
        return self._driver.frame.memory

    @property
    def usage(self) -> Usage:
        """The tokens taken so far, called flows and forks included."""
        return self._driver.frame.host.usage

    @property
    def outcome(self) -> Any:
        """What the flow has come to so far."""
        return self._driver.outcome

    @property
    def done(self) -> bool:
        """Whether the run is over."""
        return self._driver.ended

    @property
    def question(self) -> GetInput | None:
        """What the flow asks and waits for."""
        return self._question

    @property
    def steps(self) -> Steps:
        """How much the run has done so far."""
        host = self._driver.frame.host
        return Steps(host.messages, host.turns, host.inputs, host.results, host.tools)

    @property
    def name(self) -> str | None:
        """What the run is called in its journal; None where it has none."""
        recorder = self._driver.frame.host.recorder
        return None if recorder is None else recorder.name

    @property
    def recalls(self) -> bool:
        """Whether the run, which goes on, still does what was recorded of it before."""
        return self._driver.frame.host.recalls

    def listen(self, listener: Listener) -> Self:
        """Tell a listener of what happens from now on; returns the run."""
        self._driver.frame.host.listener = listener
        return self

    def with_stops(self, stops: Stops) -> Self:
        """Let its replies be cut short by `stops.stop()`; returns the run."""
        self._driver.frame.host.stops = stops
        return self

    def with_setup(self, options: Mapping[str, Any]) -> Self:
        """Let the chat's `setup` have these when the run begins; returns the run."""
        self._setup, self._started = options, False
        return self

    # Going on ------------------------------------------------------------------------------------------

    async def init(self) -> Self:
        """Get the memory ready, and return the run. A run does so by itself when it begins."""
        if not self._started:
            self._started = True
            await self.memory.setup(**(self._setup or {}))
        return self

    def run(self, input: Any = None) -> Coroutine[Any, Any, Result]:
        """Go on to the next `Result`: one of the flow's, or its question with `needs_input`.

        At the end it has `done` and the outcome. `input` answers the question before; `UsageError` where none
        was asked, or where one was and nothing answers it. What fails in the flow is raised.
        """
        return self._next(MISSING if input is None else input, True)

    async def finish(self, answers: Answers = ()) -> Any:
        """Go on to the end, close the run, and return the outcome; results on the way are passed over.

        Where `answers` has none left for a question, its default stands in, else the flow fails.
        """
        given = iter(()) if callable(answers) else iter(answers)
        async with self:
            while not self.done:
                question = self._question
                if question is None:
                    await self.run()
                    continue
                answer = await next_answer(answers, given, question)
                await (self.no_answer() if answer is MISSING else self._next(answer))
        return self.outcome

    async def no_answer(self) -> Result:
        """Go on as `run` where no answer came: with the question's default, else with a failure."""
        if self._question is None:
            raise UsageError("the flow asks nothing now")
        self._give_no_answer(self._question)
        return await self.run()

    async def asend(self, value: Any = None) -> Result | GetInput:
        """Go on to the next result or question; `StopAsyncIteration` at the end. `value` as in `run`."""
        signal: Result | GetInput | None = await self._next(MISSING if value is None else value)
        if signal is None:
            raise StopAsyncIteration
        return signal

    async def athrow(self, problem: Exception) -> Result | GetInput:
        """Raise an error in the flow, at the step where it stands, and go on."""
        if self._question is not None and isinstance(problem, FlowError):
            self._fail(problem)
            if self._driver.frame.host.recorder is not None:
                await self._driver.frame.host.recorder.answered(None)
        else:
            self._driver.fail(problem)
        self._question = None
        return await self.asend()

    def answer(self, value: Any) -> None:
        """Answer the question that iteration has given; iteration then goes on with it."""
        if self._question is None:
            raise UsageError("the flow asks nothing now")
        self._answer = value

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Result | GetInput:
        given, self._answer = self._answer, MISSING
        signal: Result | GetInput | None = None if self._driver.ended else await self._next(given)
        if signal is None:
            raise StopAsyncIteration
        return signal

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the run where it stands. May be called twice."""
        self._check_free()
        self._question = None
        if not self._driver.ended:
            try:
                await self._driver.aclose()
                if self._driver.frame.host.recorder is not None:
                    await self._driver.frame.host.recorder.stopped()
                await self._driver.frame.host.emit()
            finally:
                await self._end()

    # How it goes on ------------------------------------------------------------------------------------

    def _check_free(self) -> None:
        if self._busy:
            raise UsageError(
                "this run is being awaited already", hint="cancel the task that does, or make a run for each"
            )

    async def _next(self, given: Any, as_result: bool = False) -> Any:
        """Go on with an answer, or MISSING, to the next result or question; None at the end.

        `as_result`: as `run` gives it. One function for both: it saves `run` a coroutine.
        """
        driver = self._driver
        if self._busy or driver.ended:
            self._check_free()
            raise UsageError("this run is over", hint="call the function again for a new one")
        self._busy = True
        try:
            signal: Result | GetInput | None = None
            if given is not MISSING or self._question is not None or not self._started:
                signal = await self._prepare(given)
            if signal is None:
                signal = await driver.advance()
            host = driver.frame.host
            if host.recorder is not None:
                signal = await self._recorded(host.recorder, signal)
            if type(signal) is not Result or host.listener is not None:
                await self._tell(signal)
        except HostFailed as failed:
            await self._record_failure(failed.problem)
            if not driver.ended:
                await driver.aclose()
            await self._end()
            raise failed.problem from failed.problem.__cause__
        except BaseException as problem:
            await self._record_failure(problem)
            await self._tell_rest(problem)
            await self._end(problem)
            found = locate(problem)
            if found is problem:
                raise
            raise found from problem
        finally:
            self._busy = False
        if driver.frame.host.servers is not None or driver.frame.at_hand is None:
            await self._end()
        return self._as_result(signal) if as_result and type(signal) is not Result else signal

    async def _recorded(
        self, recorder: Recorder, signal: Result | GetInput | None
    ) -> Result | GetInput | None:
        """Answer questions whose answers were recorded; record the question that remains, or the end."""
        driver = self._driver
        while isinstance(signal, GetInput) and self._question is None:
            frame, generator = recorder.standing(driver.frame)
            answer = await recorder.question(frame, generator, signal)
            if answer is None:
                break
            driver.frame.host.inputs += 1
            if answer.failure is None:
                driver.answer = answer.value
            else:
                driver.fail(answer.failure)
            signal = await driver.advance()
        if driver.ended:
            await recorder.ended(self.outcome)
        return signal

    async def _record_failure(self, problem: BaseException) -> None:
        recorder = self._driver.frame.host.recorder
        if recorder is not None:
            await recorder.failed(problem)

    async def _tell_rest(self, problem: BaseException) -> None:
        """Tell the listener what was still to be told when the run failed or was cancelled."""
        host = self._driver.frame.host
        if host.pending and not isinstance(problem, GeneratorExit):
            await host.emit()

    async def _end(self, problem: BaseException | None = None) -> None:
        """Let go of the memory and the servers, if the run is over; else see to it that these end with it."""
        frame = self._driver.frame
        if frame.at_hand is None and self._driver.ended and not isinstance(problem, GeneratorExit):
            await frame.memory.release()
        servers = frame.host.servers
        if servers is None:
            return
        if not self._driver.ended:
            # The chat itself may be held a while longer, by a timer that was cancelled.
            servers.end_with(self)
        elif isinstance(problem, GeneratorExit):
            servers.end()  # nothing may be awaited now
        else:
            await servers.aclose()

    def _as_result(self, signal: Result | GetInput | None) -> Result:
        if isinstance(signal, GetInput):
            return Result(signal.content, needs_input=True, original_role="assistant")
        return Result(self.outcome, done=True) if signal is None else signal

    async def _prepare(self, given: Any) -> GetInput | None:
        """Begin, or let the flow have its answer; return the question where it has to be asked again."""
        if not self._started:
            await self.init()
        if self._question is not None:
            asked = self._take_answer(self._question, given)
            recorder = self._driver.frame.host.recorder
            if asked is None and recorder is not None:
                await recorder.answered(self._driver.answer)
            return asked
        if given is not MISSING and given is not self._answered:
            raise UsageError("an input was given, and the flow has asked for none")
        return None

    def _take_answer(self, question: GetInput, given: Any) -> GetInput | None:
        """Let the flow go on with the answer; return the question again where it does not fit."""
        late = question.timeout is not None and monotonic() - self._since > question.timeout
        if late or (given is MISSING and question.default is not None):
            self._give_no_answer(question)
            return None
        if given is MISSING:
            raise UsageError(f"the flow asks `{question.content:.200}` and was given no answer")
        try:
            value = read_given(question, given)
        except UsageError as problem:
            self._asked += 1
            self._refused = f" that fits: {problem.message}"
            if self._asked < MAX_ASKED:
                return replace(question, content=f"{problem.message}\n{question.content}")
            self._question = None
            self._fail(FlowError(f"no answer fitted: {problem.message}", kind="input"))
            return None
        self._question = None
        self._answered = given
        self._driver.answer = value
        return None

    def _give_no_answer(self, question: GetInput) -> None:
        self._question = None
        if question.default is not None:
            self._driver.answer = question.default
            return
        within = "" if question.timeout is None else f" within {question.timeout:g} s"
        what = f"no answer to `{question.content:.200}` came{within}{self._refused}"
        self._fail(FlowError(what, kind="timeout"))

    def _fail(self, problem: FlowError) -> None:
        """Let the answer to the question be a failure."""
        recorder = self._driver.frame.host.recorder
        if recorder is not None:
            recorder.refused = problem
        self._driver.fail(problem)

    async def _tell(self, signal: Result | GetInput | None) -> None:
        """Note the question that the flow now stands at, and tell the listener what there is."""
        if isinstance(signal, GetInput) and self._question is None:
            self._question = signal
            self._asked, self._refused = 0, ""
            self._driver.frame.host.inputs += 1
            if signal.timeout is not None:
                recorder = self._driver.frame.host.recorder
                self._since = monotonic() - (0.0 if recorder is None else recorder.waited)
        frame = self._driver.frame
        host = frame.host
        if isinstance(signal, GetInput):
            await host.emit(
                InputEvent(
                    flow=frame.name,
                    step=signal.id,
                    content=signal.content,
                    choices=signal.choices,
                    default=signal.default,
                    timeout=signal.timeout,
                    tool=getattr(signal, "tool", None),
                    arguments=getattr(signal, "arguments", None),
                )
            )
        elif signal is not None:
            await host.emit(ResultEvent(flow=frame.name, content=signal.content, done=signal.done))
        if self._driver.ended:
            await host.emit(DoneEvent(flow=frame.name, outcome=self.outcome))

"""Branches that run side by side, each on a fork of the chat, to their outcomes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import BaseMemory, GetInput
from turbo_yaml.runtime.delegates.calls import unrecorded
from turbo_yaml.runtime.driver import Driver
from turbo_yaml.runtime.failures import describe
from turbo_yaml.runtime.frames import Frame, HostFailed, frame_for
from turbo_yaml.runtime.loops import count, rounds
from turbo_yaml.runtime.policy.deadlines import OutOfTime, RecordedEnd, out_of_time, within
from turbo_yaml.runtime.values.bounds import CALL, spend
from turbo_yaml.runtime.values.looping import Loop

if TYPE_CHECKING:
    from turbo_yaml.runtime.recording.places import Place
    from turbo_yaml.runtime.recording.recorder import Recorder

Body: TypeAlias = Callable[[BaseMemory], AsyncGenerator[Any, Any]]
OnError: TypeAlias = Literal["fail", "skip", "keep"]

MOST_BRANCHES: Final = 1000
"""So many branches of one step work at once, however many it may have."""
MOST_NESTED: Final = 200
"""With so many at work in a run, those of a step further down go on one after another.

Forks that fork themselves double with each step down: all at once they would take all memory there is.
"""


def parallel(
    branches: Mapping[str, Body],
    memory: BaseMemory | None,
    *,
    wait: Literal["all", "first"] = "all",
    timeout: float | None = None,
) -> Forks:
    """Return the run of branches side by side: answer their questions, then take `values()`, one for each.

    With `wait="first"` the first branch that ends without a failure ends the others, whose values are None.
    `timeout` in seconds; the time in which a question waits does not count.
    """
    rules = _Rules(len(branches), "fail", wait == "first", False, timeout)
    forks = Forks(memory, iter(branches.values()), rules)
    forks.size, forks.names, forks.step = len(branches), tuple(branches), "parallel"
    return forks


def each_at_once(
    body: Callable[..., AsyncGenerator[Any, Any]],
    items: Any,
    memory: BaseMemory | None,
    *,
    at_once: Any,
    on_error: OnError = "fail",
    collected: bool = False,
    unpack: int = 1,
) -> Forks:
    """Return the run of `body(memory, item, loop)` for each item, `at_once` of them at a time.

    `values()` are the outcomes in the order of the items. `skip` leaves failed rounds out, `keep` puts
    `{error: {kind, message, step}}` in their place. `collected`: a round counts only if it returned a value.
    """
    rules = _Rules(count(at_once), on_error, False, collected, None)
    chosen = list(rounds(items, unpack))
    return Forks(memory, _rounds(body, chosen, unpack), rules)


def branches_of(bodies: Sequence[Body], memory: BaseMemory, *, at_once: int) -> Forks:
    """Return the run of bodies, so many at a time: answer their questions, then take `values()`."""
    forks = Forks(memory, iter(bodies), _Rules(at_once, "fail", False, False, None))
    forks.size, forks.step = len(bodies), "calls"
    return forks


def _rounds(body: Callable[..., AsyncGenerator[Any, Any]], items: list[Any], unpack: int) -> Iterator[Body]:
    for index, item in enumerate(items):
        loop = Loop(items)
        loop.index0 = index
        yield partial(_start_round, body, item if unpack > 1 else (item,), loop)


def _start_round(
    body: Callable[..., AsyncGenerator[Any, Any]], item: Iterable[Any], loop: Loop, memory: BaseMemory
) -> AsyncGenerator[Any, Any]:
    return body(memory, *item, loop)


class _Rules(NamedTuple):
    """How branches run: how many at once, what a failure means, and when it is over."""

    at_once: int
    on_error: OnError
    first: bool
    collected: bool
    timeout: float | None


class _Branch:
    """One branch: its number, its driver once it has begun, and the question at which it stands."""

    __slots__ = ("body", "driver", "number", "question")

    def __init__(self, number: int, body: Body) -> None:
        self.number = number
        self.body = body
        self.driver: Driver | None = None
        self.question: GetInput | None = None


class Forks:
    """Branches at work. No task outlives a wait for the next question: those that stand at one hold none."""

    __slots__ = (
        "__weakref__",
        "asked",
        "bodies",
        "errors",
        "failure",
        "going_on",
        "left",
        "memory",
        "names",
        "outcomes",
        "parent",
        "place",
        "questions",
        "rules",
        "size",
        "step",
        "tasks",
        "won",
    )

    def __init__(self, memory: BaseMemory | None, bodies: Iterator[Body], rules: _Rules) -> None:
        self.memory: BaseMemory = LocalMemory() if memory is None else memory
        self.parent = frame_for(self.memory)
        self.bodies: Iterator[tuple[int, Body]] = enumerate(bodies)
        self.rules = rules
        self.left = rules.timeout
        self.size = 0
        """How many values there are in any case: those of a round that gave none are None."""
        self.names: tuple[str, ...] = ()
        self.step = "for"
        """What the step does, as its place in a recorded run is called."""
        self.place: Place | None = None
        """Where the step is in a run that is recorded."""
        self.outcomes: dict[int, Any] = {}
        self.errors: dict[int, Exception] = {}
        self.failure: BaseException | None = None
        """What ends all branches."""
        self.won = False
        self.going_on: deque[_Branch] = deque()
        """Branches whose question was answered."""
        self.questions: deque[_Branch] = deque()
        self.asked: _Branch | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def frame(self) -> Frame:
        """The frame of the branch whose question is at the caller."""
        assert self.asked is not None and self.asked.driver is not None
        return self.asked.driver.frame

    def values(self) -> list[Any]:
        """Return the outcomes in order."""
        if self.size:
            return [self.outcomes.get(number) for number in range(self.size)]
        return [self.outcomes[number] for number in sorted(self.outcomes)]

    def __aiter__(self) -> Forks:
        return self

    async def __anext__(self) -> GetInput:
        try:
            if not self.questions:
                await self._run_on()
        except BaseException as problem:
            if not isinstance(problem, GeneratorExit):
                await self.aclose()
            raise
        if not self.questions:
            raise StopAsyncIteration
        self.asked = branch = self.questions.popleft()
        self.parent.active = self
        assert branch.question is not None
        return unrecorded(branch.question)

    def answer(self, value: Any) -> None:
        """Answer the question that was given last."""
        self.parent.active = None
        branch, self.asked = self.asked, None
        assert branch is not None and branch.driver is not None
        branch.question = None
        branch.driver.answer = value
        self.going_on.append(branch)

    def fail(self, problem: Exception) -> None:
        """Let the answer be a failure, at the step that asked."""
        assert self.asked is not None and self.asked.driver is not None
        self.asked.driver.fail(problem)

    def over(self, end: RecordedEnd) -> bool:
        """Tell that the end of a branch is not its flow's to see."""
        return False

    def overdue(self, now: float) -> bool:
        """Tell that no deadline of a branch runs while the flow is at work."""
        return False

    async def aclose(self) -> None:
        """End the branches that stand at a question."""
        branches = [*self.going_on, *self.questions, *([self.asked] if self.asked else ())]
        self.going_on.clear()
        self.questions.clear()
        self.asked = None
        for branch in branches:
            if branch.driver is not None:
                await branch.driver.aclose()

    async def _run_on(self) -> None:
        """Run all branches until each has ended or stands at a question."""
        self.parent.host.open_gate()
        if self.parent.host.recorder is not None and self.place is None:
            self._recall(self.parent.host.recorder)
        clock = asyncio.get_running_loop()
        began = clock.time()
        try:
            await within(self.left, self._work_together())
        except OutOfTime:
            raise out_of_time("parallel", self.rules.timeout, self.parent, self.place) from None
        if self.left is not None:
            self.left -= clock.time() - began
        self.questions = deque(sorted(self.questions, key=lambda branch: branch.number))
        if self.failure is not None:
            raise self.failure
        if self.won:
            await self.aclose()
        elif self.rules.first and self.errors and not self.questions:
            raise self.errors[min(self.errors)]

    def _recall(self, recorder: Recorder) -> None:
        """Run no other branch than the one that was recorded to have ended them all, if one was."""
        assert self.parent.place is not None
        self.place = recorder.inner(self.parent.place, self.step)
        recorder.check_time(self.place, self.rules.timeout)
        if self.place.expired:
            raise out_of_time("parallel", self.rules.timeout, self.parent, self.place)
        if self.place.ended_by is not None:
            self.bodies = islice(self.bodies, self.place.ended_by, self.place.ended_by + 1)

    async def _work_together(self) -> None:
        host = self.parent.host
        room = MOST_NESTED - host.branches if host.branches else MOST_BRANCHES
        workers = max(1, min(self.rules.at_once, room))
        host.branches += workers
        try:
            async with asyncio.TaskGroup() as group:
                branches = iter(self._next_branch, None)
                for _ in range(workers):
                    branch = next(branches, None)
                    if branch is None:
                        break
                    task = group.create_task(self._work(branch))
                    self.tasks.add(task)
                    task.add_done_callback(self.tasks.discard)
        finally:
            host.branches -= workers

    def _next_branch(self) -> _Branch | None:
        """Return a branch that can go on: one that was answered, else one that has not begun."""
        if self.going_on:
            return self.going_on.popleft()
        following = next(self.bodies, None)
        return None if following is None else _Branch(*following)

    async def _work(self, branch: _Branch | None) -> None:
        """Run a branch to its end and then others; one that stands at a question keeps its place."""
        while branch is not None:
            try:
                await self._run(branch)
            except HostFailed as problem:
                self.failure = problem
            except Exception as problem:
                self._failed(branch, problem)
            if branch.question is not None:
                self.questions.append(branch)
                return
            if self.won or self.failure is not None:
                recorder = self.parent.host.recorder
                if recorder is not None and not isinstance(self.failure, HostFailed):
                    recorder.note_end(self.place, branch.number)
                self._end_others()
                return
            await asyncio.sleep(0)  # the others first: branches begin in order where none of them waits
            branch = self._next_branch()

    async def _run(self, branch: _Branch) -> None:
        if branch.driver is None:
            spend(CALL)
            memory = await self.memory.fork()
            frame = self.parent.fork(memory)
            if self.place is not None:
                name = self.names[branch.number] if self.names else str(branch.number + 1)
                frame.place = self.place.branch(name)
            branch.driver = Driver(frame, branch.body(memory))
        driver = branch.driver
        while (signal := await driver.advance()) is not None:
            if isinstance(signal, GetInput):
                branch.question = signal
                return
        if driver.returned is not None or not self.rules.collected:
            self.outcomes[branch.number] = driver.outcome
        self.won = self.rules.first

    def _failed(self, branch: _Branch, problem: Exception) -> None:
        if self.rules.first:
            self.errors[branch.number] = problem
        elif self.rules.on_error == "keep":
            self.outcomes[branch.number] = {"error": describe(problem)}
        elif self.rules.on_error == "fail" and self.failure is None:
            self.failure = problem

    def _end_others(self) -> None:
        current = asyncio.current_task()
        for task in self.tasks:
            if task is not current:
                task.cancel()

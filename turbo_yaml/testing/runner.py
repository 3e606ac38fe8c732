"""Suites of tests to their outcomes: each case is run by its script, then judged."""

from __future__ import annotations

import asyncio
import fnmatch
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence

from turbo_yaml.cache.memory import MemoryCache
from turbo_yaml.errors import FlowError, TurboError
from turbo_yaml.flow.nodes.tests import Assertion
from turbo_yaml.models.pool import ModelPool
from turbo_yaml.models.request import Request
from turbo_yaml.records import Record
from turbo_yaml.testing.cases import Case
from turbo_yaml.testing.judging import Means, Verdict, judge, passes, score_of
from turbo_yaml.testing.outcome import Outcome, State, Summary, Trouble
from turbo_yaml.testing.snapshots import Snapshots
from turbo_yaml.testing.stage.clock import SkippingLoop
from turbo_yaml.testing.stage.live import Grader, LiveModel
from turbo_yaml.testing.stage.rehearsal import Rehearsal
from turbo_yaml.testing.stage.script import Scripted
from turbo_yaml.testing.stage.tools import scripted_tools
from turbo_yaml.testing.steps import StepTable
from turbo_yaml.testing.suite import Suite
from turbo_yaml.testing.troubles import results_left, troubles_of


class Order(Record, kw_only=True):
    """Which tests to run, and how. `pattern`: a part of the name, or with `*` or `?` the whole of it."""

    pattern: str | None = None
    exit_first: bool = False
    jobs: int = 1
    update: bool = False
    live: bool = False
    repeat: int = 1

    def wants(self, name: str) -> bool:
        """Tell whether a test of this name is to run."""
        if self.pattern is None:
            return True
        pattern, name = self.pattern.casefold(), name.casefold()
        if "*" in pattern or "?" in pattern:
            return fnmatch.fnmatchcase(name, pattern)
        return pattern in name


Told = Callable[[Outcome], None]


def run_suites(suites: Iterable[Suite], order: Order, tell: Told | None = None) -> Summary:
    """Run the tests of suites; `tell` hears of each outcome as soon as it is known, in order."""
    began = time.perf_counter()
    outcomes: list[Outcome] = []

    async def run() -> None:
        async for outcome in _outcomes(suites, order):
            outcomes.append(outcome)
            if tell is not None:
                tell(outcome)

    with asyncio.Runner(loop_factory=None if order.live else SkippingLoop) as runner:
        runner.run(run())
    return Summary(outcomes=outcomes, seconds=time.perf_counter() - began)


def run_case(suite: Suite, case: Case, order: Order) -> Outcome:
    """Run one case of a suite."""

    async def run() -> Outcome:
        pool = ModelPool()
        try:
            return await _Bench(suite, order, pool).run(case, None)
        finally:
            await pool.aclose()

    with asyncio.Runner(loop_factory=None if order.live else SkippingLoop) as runner:
        return runner.run(run())


async def _outcomes(suites: Iterable[Suite], order: Order) -> AsyncIterator[Outcome]:
    pool = ModelPool()
    benches = (
        (bench, case, attempt)
        for bench in (_Bench(suite, order, pool) for suite in suites)
        for case in bench.suite.cases()
        if order.wants(case.name)
        for attempt in _attempts(order)
    )
    try:
        async for outcome in _in_order(benches, order.jobs):
            yield outcome
            if order.exit_first and outcome.state == "failed":
                return
    finally:
        await pool.aclose()


def _attempts(order: Order) -> Iterator[tuple[int, int] | None]:
    if order.repeat == 1:
        yield None
    else:
        yield from ((number, order.repeat) for number in range(1, order.repeat + 1))


async def _in_order(
    work: Iterator[tuple[_Bench, Case, tuple[int, int] | None]], jobs: int
) -> AsyncIterator[Outcome]:
    """Run so many at once; yield the outcomes in the order of the work."""
    running: list[asyncio.Task[Outcome]] = []
    try:
        for bench, case, attempt in work:
            if jobs == 1:
                yield await bench.run(case, attempt)
                continue
            running.append(asyncio.create_task(bench.run(case, attempt)))
            if len(running) >= jobs:
                yield await running.pop(0)
        while running:
            yield await running.pop(0)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class _Bench:
    """Runs the cases of one suite."""

    def __init__(self, suite: Suite, order: Order, pool: ModelPool) -> None:
        self.suite = suite
        self.order = order
        self.pool = pool
        self.snapshots = Snapshots(suite.path, update=order.update, written=suite.written)
        self.steps = StepTable(suite.parsed)

    async def run(self, case: Case, attempt: tuple[int, int] | None) -> Outcome:
        """Return what comes of a case."""
        began = time.perf_counter()
        outcome = await self._run(case)
        return outcome.timed(time.perf_counter() - began, attempt)

    async def _run(self, case: Case) -> Outcome:
        test, file = case.test, self.suite.name
        if case.problem is not None:
            return Outcome(case=case, file=file, state="failed", score=0.0, troubles=[_cannot_run(case)])
        if test.live and not self.order.live:
            reason = "asks the real model: run with `--live`"
            return Outcome(case=case, file=file, state="skipped", reason=reason)
        model = Scripted(model=LiveModel(self.pool)) if test.live else Scripted()
        fn = self.suite.function(test)
        tools = scripted_tools(() if fn.info is None else fn.info.declared, test.tools)
        fn = fn.using(model=model, tools=tools) if tools else fn.using(model=model)
        # What a test says is no reply of a model, and a live test is there to ask one: nothing of the user's
        # cache answers in its place, and nothing goes into it.
        fn = fn.using(cache=MemoryCache())
        rehearsal = Rehearsal(fn, case.inputs, model, watched=self.suite.is_watched(test))
        await rehearsal.play(case.cues)
        troubles = troubles_of(case, rehearsal, expected=_expects_failure(case.expected()))
        troubles += results_left(case, tools) if not troubles else []
        verdicts: list[Verdict] = []
        if rehearsal.stuck is None:
            verdicts = await self._judge(case, rehearsal)
        skipped = bool(verdicts) and all(verdict.skipped for verdict in verdicts) and not troubles
        good = not troubles and passes(verdicts, test.threshold)
        state: State = "skipped" if skipped else "passed" if good else "failed"
        return Outcome(
            case=case,
            file=file,
            state=state,
            score=0.0 if troubles else score_of(verdicts),
            verdicts=verdicts,
            troubles=troubles,
            story=rehearsal.whole(),
            reason=verdicts[0].skipped if skipped else None,
        )

    async def _judge(self, case: Case, rehearsal: Rehearsal) -> list[Verdict]:
        means = self._means(case)
        verdicts: list[Verdict] = []
        for number, (turn, story) in enumerate(zip(case.test.turns, rehearsal.stories, strict=False), 1):
            for verdict in await judge(turn.expect, story, means, f"{case.snapshot}-turn-{number}", case.row):
                verdicts.append(verdict.of_turn(number))
        verdicts += await judge(case.test.expect, rehearsal.whole(), means, case.snapshot, case.row)
        return verdicts

    def _means(self, case: Case) -> Means:
        ask = embed = None
        if case.test.grader is not None:
            scripted = Scripted(reply.data for reply in case.test.grader)

            async def ask(request: Request) -> str:
                return (await scripted.reply(request)).content
        elif self.order.live:
            grader = Grader(self.suite.function(case.test), self.pool)
            ask, embed = grader.ask, grader.embed
        return Means(
            templates=self.suite.templates,
            steps=self.steps,
            snapshots=self.snapshots,
            ask=ask,
            embed=embed,
        )


def _cannot_run(case: Case) -> Trouble:
    problem = case.problem
    assert problem is not None
    cause: TurboError | None = problem if isinstance(problem, FlowError) and problem.source else None
    return Trouble(problem.message, case.source, case.span, problem.hint, cause)


def _expects_failure(assertions: Iterable[Assertion]) -> bool:
    return any(
        assertion.name == "error" or (assertion.name == "assert-set" and _expects_failure(_inner(assertion)))
        for assertion in assertions
    )


def _inner(assertion: Assertion) -> Sequence[Assertion]:
    inner: Sequence[Assertion] = assertion.value
    return inner

"""A run that is closed, cancelled or forgotten at any point leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.runtime.talking import Talker, compiled, function, in_loop, settled
from turbo_yaml.errors import FlowError
from turbo_yaml.protocol import Generate, GetInput, Result, User
from turbo_yaml.runtime.support import Closing, call, each_at_once, handoff, include, parallel

alive: list[str] = []


@contextmanager
def living(name: str) -> Iterator[None]:
    """Count a generator as alive until it is closed."""
    alive.append(name)
    try:
        yield
    finally:
        alive.remove(name)


async def talks(memory: Any = None) -> Any:
    with living("talks"):
        yield User("hello")
        yield Generate()
        yield Result((yield GetInput("talks?")))


async def branch(memory: Any) -> Any:
    with living("branch"):
        yield Generate()
        work = call(compiled(talks))
        async for question in work:
            work.answer((yield question))
        yield Result(work.value)


async def rounds(memory: Any, item: Any, loop: Any) -> Any:
    with living("round"):
        yield User(str(item))
        await asyncio.sleep(0)
        yield Generate()
        yield Result((yield GetInput(f"round {item}?")))


async def everything(memory: Any = None) -> Any:
    with living("everything"):
        yield User("x")
        work: Any = call(compiled(talks))
        async for question in work:
            work.answer((yield question))
        work = include(compiled(includes), memory)
        async for signal in work:
            work.answer((yield signal))
        forks = parallel({"a": branch, "b": branch}, memory)
        async for question in forks:
            forks.answer((yield question))
        forks = each_at_once(rounds, [1, 2, 3], memory, at_once=2)
        async for question in forks:
            forks.answer((yield question))
        await asyncio.sleep(0)
        yield Result(forks.values())
        handoff(compiled(talks))


async def includes(memory: Any = None) -> Any:
    with living("includes"):
        work = include(compiled(talks), memory)
        async for signal in work:
            work.answer((yield signal))


everything = compiled(everything)
ANSWERS = 8
RESULTS = 20


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    alive.clear()
    yield
    assert alive == []


async def advance(run: Any, signals: int) -> bool:
    """Go on by so many results and questions; tell whether the run is still going."""
    for _ in range(signals):
        try:
            await run.asend("yes" if run.question else None)
        except StopAsyncIteration:
            return False
    return True


def test_the_flow_of_these_tests_gets_to_its_end() -> None:
    async def main() -> tuple[Any, Any]:
        run = function(everything)()
        assert not await advance(run, 100)
        return run.outcome, run.steps

    outcome, steps = in_loop(main())
    assert outcome == "yes"
    assert steps.inputs == ANSWERS


@pytest.mark.parametrize("signals", range(RESULTS))
def test_closing_between_any_two_signals_closes_every_generator(signals: int) -> None:
    async def main() -> None:
        run = function(everything, Talker(pauses=1))()
        await advance(run, signals)
        await run.aclose()
        await run.aclose()
        assert alive == []
        assert run.done

    in_loop(main())


@pytest.mark.parametrize("signals", range(0, RESULTS, 3))
def test_a_run_that_is_forgotten_closes_every_generator(signals: int) -> None:
    async def main() -> None:
        run = function(everything, Talker(pauses=1))()
        await advance(run, signals)
        del run
        for _ in range(10):
            await settled()
        assert alive == []

    in_loop(main())


def test_cancelling_at_any_wait_ends_everything_and_is_not_swallowed() -> None:
    async def main() -> None:
        waits = 0
        while True:
            run = function(everything, Talker(pauses=2))()
            task = asyncio.create_task(advance(run, 100))
            for _ in range(waits):
                await asyncio.sleep(0)
            if task.done():
                return
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert alive == []
            assert run.done or waits == 0
            assert asyncio.all_tasks() == {asyncio.current_task()}
            waits += 1

    in_loop(main())


def test_cancelling_a_wait_for_the_model_ends_the_run() -> None:
    async def flow() -> Any:
        with living("flow"):
            yield Generate()

    async def main() -> None:
        run = function(flow, Talker(pauses=None))()
        task = asyncio.create_task(run.run())
        await settled()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert run.done

    in_loop(main())


def test_finally_steps_are_left_out_when_a_run_is_closed() -> None:
    done: list[str] = []

    async def flow(memory: Any = None) -> Any:
        closed = False
        try:
            with living("flow"):
                yield GetInput("?")
        except Closing:
            closed = True
            raise
        finally:
            if not closed:
                done.append("finally")
                yield User("goodbye")

    async def main() -> None:
        run = function(compiled(flow))()
        await run.run()
        await run.aclose()
        other = function(compiled(flow))()
        await other.run()
        await other.run("answer")

    in_loop(main())
    assert done == ["finally"]


def test_a_generator_that_yields_while_it_is_closed_is_closed_all_the_same() -> None:
    async def stubborn() -> Any:
        with living("stubborn"):
            try:
                yield GetInput("?")
            finally:
                yield User("not yet")
                yield User("now")

    async def main() -> None:
        run = function(stubborn)()
        assert (await run.run()).needs_input and alive == ["stubborn"]
        await run.aclose()
        assert run.done and alive == []

    in_loop(main())


def test_a_failure_while_closing_does_not_hide_the_cancellation() -> None:
    async def flow() -> Any:
        try:
            yield Generate()
        finally:
            raise ValueError("broken on the way out")

    async def main() -> None:
        task = asyncio.create_task(function(flow, Talker(pauses=None))().run())
        await settled()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert "broken on the way out" in caught.value.__notes__[0]

    in_loop(main())


def test_a_failed_run_is_over_and_closed() -> None:
    async def flow() -> Any:
        with living("flow"):
            yield User("x")
            raise FlowError("no")

    async def main() -> None:
        run = function(flow)()
        with pytest.raises(FlowError):
            await run.run()
        assert run.done and alive == []

    in_loop(main())


def test_leaving_an_async_with_closes_the_run() -> None:
    async def main() -> None:
        async with function(everything)() as run:
            async for _ in run:
                break
        assert run.done and alive == []

    in_loop(main())


def test_a_run_that_never_began_can_be_closed() -> None:
    run = function(everything)()
    in_loop(run.aclose())
    assert run.done and not any(run.steps)

"""The pump: whatever a flow yields, it does what a plain reading of the protocol says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.talking import Talker, Told, compiled, function, in_loop, play, played
from turbo_yaml.errors import FlowError, ModelError
from turbo_yaml.protocol import Assistant, Generate, GetInput, Message, Result, System, User
from turbo_yaml.runtime.events import Event, LogEvent, MessageEvent
from turbo_yaml.runtime.support import call, each_at_once, failure, include, log, parallel, remembering, sleep

TEXT = st.text(max_size=5)
SIMPLE = st.one_of(
    st.tuples(st.just("user"), TEXT, st.booleans()),
    st.tuples(st.just("generate"), st.booleans()),
    st.tuples(st.just("fails")),
    st.tuples(st.just("input"), st.booleans()),
    st.tuples(st.just("result"), TEXT),
)
STEPS = st.recursive(
    st.lists(SIMPLE, max_size=5),
    lambda inner: st.lists(
        SIMPLE
        | st.tuples(st.sampled_from(["call", "include"]), inner)
        | st.tuples(st.just("parallel"), st.lists(inner, min_size=1, max_size=3)),
        max_size=4,
    ),
    max_leaves=12,
)


def written(steps: list[Any], returns: Any = None) -> Any:
    """Make a flow of steps: each is a tuple of a verb and what it needs."""

    async def flow(memory: Any = None) -> Any:
        for verb, *rest in steps:
            if verb == "user":
                yield User(rest[0], forward=rest[1])
            elif verb == "generate":
                yield Generate(forward=rest[0])
            elif verb == "fails":
                try:
                    raise failure("on purpose")
                except Exception:
                    yield User("caught")
            elif verb == "input":
                yield User((yield GetInput("?", record=rest[0])))
            elif verb == "result":
                yield Result(rest[0])
            else:
                work: Any
                if verb == "call":
                    work = call(written(rest[0]))
                elif verb == "include":
                    work = include(written(rest[0]), memory)
                else:
                    branches = {str(n): written(branch) for n, branch in enumerate(rest[0])}
                    work = parallel(branches, memory)
                async for signal in work:
                    work.answer((yield signal))
                yield User(repr(work.values() if verb == "parallel" else work.value))

    return compiled(flow)


def expected(steps: list[Any], chat: list[Any], told: list[Any], replies: Any) -> Any:
    """Say in the plainest way what a flow comes to; note what it says and what its caller gets."""
    last = forwarded = None
    for verb, *rest in steps:
        if verb == "user":
            chat.append(rest[0])
            told += [rest[0]] if rest[1] else []
        elif verb == "generate":
            chat.append(reply := next(replies))
            if rest[0]:
                forwarded = (reply,)
                told.append(reply)
        elif verb == "fails":
            chat.append("caught")
        elif verb == "input":
            chat += ["?", "answer"] if rest[0] else ["answer"]
        elif verb == "result":
            last = (rest[0],)
            told.append(rest[0])
        elif verb == "call":
            chat.append(repr(expected(rest[0], [], [], replies)))
        elif verb == "include":
            inner = [len(told)]
            value = expected(rest[0], chat, told, replies)
            results, replied = inner_results(rest[0], told[inner[0] :])
            last = last if results is None else results
            forwarded = forwarded if replied is None else replied
            chat.append(repr(value))
        else:
            chat.append(repr([expected(branch, [], [], replies) for branch in rest[0]]))
    return (last or forwarded or (None,))[0]


def inner_results(steps: list[Any], told: list[Any]) -> tuple[Any, Any]:
    """Return the last result and the last reply that an included flow gave the caller."""
    last = forwarded = None
    position = 0
    for verb, *rest in flattened(steps):
        if verb == "user" and rest[1]:
            position += 1
        elif verb == "generate" and rest[0]:
            forwarded = (told[position],)
            position += 1
        elif verb == "result":
            last = (told[position],)
            position += 1
    return last, forwarded


def flattened(steps: list[Any]) -> list[Any]:
    return [inner for step in steps for inner in (flattened(step[1]) if step[0] == "include" else [step])]


class Same(Talker):
    """Always says the same, so that branches may run in any order."""

    def __init__(self) -> None:
        super().__init__(*["same"] * 1000)


def endless() -> Any:
    while True:
        yield "same"


async def everything(flow: Any) -> Told:
    told = Told()
    async with function(flow, Same())() as run:
        async for signal in run:
            if isinstance(signal, GetInput):
                run.answer("answer")
            else:
                told.results.append(signal.content)
        told.outcome, told.chat = run.outcome, await run.memory.get()
    return told


@given(STEPS)
def test_a_flow_says_gives_and_comes_to_what_its_steps_say(steps: list[Any]) -> None:
    chat: list[Any] = []
    results: list[Any] = []
    outcome = expected(steps, chat, results, endless())
    told = in_loop(everything(written(steps)))
    assert told.outcome == outcome
    assert told.results == results
    assert [message.content for message in told.chat] == chat


async def foreign(flow: Any) -> Told:
    """Pump a flow with a driver of one's own, as a host may."""
    told, answer = Told(), None
    generator = flow()
    try:
        while True:
            signal = await generator.asend(answer)
            answer = None
            if isinstance(signal, Message):
                told.chat.append(signal)
                told.results += [signal.content] if signal.forward else []
            elif isinstance(signal, Generate):
                answer = Assistant("same", value="same")
                told.chat.append(answer)
                told.results += ["same"] if signal.forward else []
            elif isinstance(signal, GetInput):
                answer = "answer"
                told.chat += [Assistant(signal.content)] if signal.record else []
            else:
                told.results.append(signal.content)
    except StopAsyncIteration:
        return told


@given(st.lists(SIMPLE, max_size=8))
def test_a_hand_written_driver_gets_the_same_signals(steps: list[Any]) -> None:
    ours, theirs = in_loop(everything(written(steps))), in_loop(foreign(written(steps)))
    assert theirs.results == ours.results
    assert [message.content for message in theirs.chat] == [message.content for message in ours.chat]


def test_calls_and_branches_work_under_a_foreign_driver_with_a_model_that_the_flow_does_not_need() -> None:
    async def quiet(memory: Any = None) -> Any:
        yield Result((yield GetInput("?")))

    async def each(memory: Any, item: Any, loop: Any) -> Any:
        yield Result(item * 2)

    async def flow(memory: Any = None) -> Any:
        memory = remembering(memory)
        work: Any = call(compiled(quiet))
        async for signal in work:
            work.answer((yield signal))
        yield Result(work.value)
        work = each_at_once(each, [1, 2], memory, at_once=2)
        async for signal in work:
            work.answer((yield signal))
        yield Result(work.values())

    assert in_loop(foreign(flow)).results == ["answer", [2, 4]]


def test_a_hundred_thousand_steps_take_no_stack_and_no_memory_of_their_own() -> None:
    async def flow(memory: Any = None) -> Any:
        for n in range(100_000):
            yield User("x")
            if n % 1000 == 0:
                await memory.forget()
        yield Result("done")

    told = played(compiled(flow))
    assert told.outcome == "done"
    assert told.run.steps.messages == 100_000


def test_a_busy_flow_lets_others_have_their_turn_and_can_be_cancelled() -> None:
    async def flow(memory: Any = None) -> Any:
        while True:
            yield User("x")
            await memory.forget()

    async def main() -> None:
        for listener in (None, lambda event: None):
            fn = function(compiled(flow), on_event=listener)
            task = asyncio.create_task(fn().run())
            for _ in range(3):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    in_loop(main())


def test_what_a_listener_gives_back_is_its_own_affair() -> None:
    async def flow(memory: Any = None) -> Any:
        yield User("x")
        yield Result("y")

    told = in_loop(play(function(compiled(flow), on_event=lambda event: bool(event))))
    assert told.run.outcome == "y"


def test_log_lines_come_in_their_place_among_the_events() -> None:
    async def flow(memory: Any = None) -> Any:
        log("before")
        yield User("x")
        log("between")
        log("them")
        await sleep("1ms")
        yield User("y")
        log("last")

    seen: list[Event] = []
    in_loop(play(function(compiled(flow), on_event=seen.append)))
    told = [
        event.message if isinstance(event, LogEvent) else event.content
        for event in seen
        if isinstance(event, LogEvent | MessageEvent)
    ]
    assert told == ["before", "x", "between", "them", "y", "last"]


def test_log_lines_before_a_failure_or_a_cancellation_are_told() -> None:
    async def fails(memory: Any = None) -> Any:
        log("last words")
        raise failure("no")
        yield

    async def waits(memory: Any = None) -> Any:
        log("last words")
        yield Generate()

    async def main() -> None:
        for flow in (fails, waits):
            seen: list[Event] = []

            async def listen(event: Event, seen: list[Event] = seen) -> None:
                seen.append(event)

            fn = function(compiled(flow), Talker(pauses=None), on_event=listen)
            task = asyncio.create_task(fn().run())
            for _ in range(3):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises((asyncio.CancelledError, FlowError)):
                await task
            assert [event.message for event in seen if isinstance(event, LogEvent)] == ["last words"]

    in_loop(main())


@pytest.mark.parametrize("duration", ["soon", -1, True, None, float("nan"), [1]])
def test_a_sleep_that_is_no_duration_fails(duration: Any) -> None:
    async def flow(memory: Any = None) -> Any:
        try:
            await sleep(duration)
        except Exception as problem:
            yield Result(getattr(problem, "kind", problem))

    assert played(flow).outcome == "type"


def test_a_generate_deep_inside_several_includes_fails_at_its_own_step() -> None:
    async def deepest(memory: Any = None) -> Any:
        yield System("deep")
        try:
            yield Generate(retry=0)
        except ModelError as problem:
            yield Result(problem.message, done=True)

    flow = compiled(deepest)
    for _ in range(5):
        flow = including(flow)
    assert played(flow, model=Talker(ModelError("down", kind="server"))).outcome == "down"


def including(inner: Any) -> Any:
    async def outer(memory: Any = None) -> Any:
        work = include(inner, memory)
        async for signal in work:
            work.answer((yield signal))
        yield Result(work.value, done=True)

    return compiled(outer)

"""`parallel` and `for … at_once`: branches side by side, each on a fork of the chat."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.runtime.talking import Talker, compiled, function, in_loop, played
from turbo_yaml.errors import FlowError, LimitError, ModelError
from turbo_yaml.protocol import Generate, GetInput, Result, User
from turbo_yaml.runtime.support import Failures, call, describe, each_at_once, failure, parallel

DOWN = ModelError("down", kind="server")


def side_by_side(*branches: Any, **how: Any) -> Any:
    """Make a flow that runs branches and gives their values, or how they failed."""

    async def flow(memory: Any = None) -> Any:
        yield User("before")
        try:
            forks = parallel({branch.__name__: branch for branch in branches}, memory, **how)
            async for question in forks:
                forks.answer((yield question))
            yield Result(forks.values(), done=True)
        except Failures as caught:
            yield Result(describe(caught), done=True)

    return compiled(flow)


def each(body: Any, items: Any, **how: Any) -> Any:
    """Make a flow that goes through items side by side and gives the values, or how they failed."""

    async def flow(memory: Any = None) -> Any:
        try:
            forks = each_at_once(body, items, memory, **{"at_once": 3, **how})
            async for question in forks:
                forks.answer((yield question))
            yield Result(forks.values(), done=True)
        except Failures as caught:
            yield Result(describe(caught), done=True)

    return compiled(flow)


async def pro(memory: Any) -> Any:
    yield User("for it")
    yield Generate()


async def con(memory: Any) -> Any:
    yield User("against it")
    await memory.set_state({"said": "con"})
    yield Result("con")


async def fails(memory: Any) -> Any:
    yield User("x")
    raise failure("no", kind="mine")


async def hangs(memory: Any) -> Any:
    yield User("x")
    await asyncio.get_running_loop().create_future()


async def asks(memory: Any) -> Any:
    answer = yield GetInput("which?")
    yield Result(answer)


# parallel ---------------------------------------------------------------------------------------------


def test_branches_see_the_chat_as_it_was_and_only_their_outcomes_come_back() -> None:
    model = Talker()
    told = played(side_by_side(pro, con), model=model)
    assert told.outcome == ["reply 1", "con"]
    assert told.results == [["reply 1", "con"]]
    assert model.heard() == [("user", "before"), ("user", "for it")]
    assert [message.content for message in told.chat] == ["before"]
    assert told.run.memory.state == {}


def test_questions_of_branches_reach_the_caller_one_by_one_and_in_order() -> None:
    async def first(memory: Any) -> Any:
        one = yield GetInput("first?")
        two = yield GetInput("first again?")
        yield Result(one + two)

    async def second(memory: Any) -> Any:
        yield Result((yield GetInput("second?")))

    told = played(side_by_side(first, second, con), "a", "b", "c")
    assert told.questions == ["first?", "second?", "first again?"]
    assert told.outcome == ["ac", "b", "con"]


def test_no_task_is_there_while_branches_wait_for_answers() -> None:
    async def main() -> None:
        run = function(side_by_side(asks, asks, con))()
        await run.run()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        await run.run("a")
        await run.aclose()

    in_loop(main())


def test_the_failure_of_a_branch_ends_the_others_and_is_the_flows_own() -> None:
    ended = []

    async def patient(memory: Any) -> Any:
        try:
            yield Generate()
        finally:
            ended.append(True)

    outcome = played(side_by_side(patient, fails), model=Talker(pauses=None)).outcome
    assert (outcome["kind"], outcome["message"]) == ("mine", "no")
    assert ended == [True]


def test_a_failure_ends_a_branch_that_stands_at_a_question() -> None:
    ended = []

    async def asking(memory: Any) -> Any:
        try:
            yield GetInput("?")
        finally:
            ended.append(True)

    told = played(side_by_side(asking, fails))
    assert told.outcome["kind"] == "mine" and told.questions == []
    assert ended == [True]


def test_the_first_branch_wins_and_the_others_are_null() -> None:
    assert played(side_by_side(hangs, con, wait="first")).outcome == [None, "con"]
    assert played(side_by_side(asks, con, wait="first")).outcome == [None, "con"]


def test_a_branch_that_fails_first_does_not_win() -> None:
    async def later(memory: Any) -> Any:
        await asyncio.sleep(0)
        yield Result("later")

    assert played(side_by_side(fails, later, wait="first")).outcome == [None, "later"]
    told = played(side_by_side(fails, asks, wait="first"), "yes")
    assert told.outcome == [None, "yes"]


def test_where_every_branch_fails_the_first_failure_comes_out() -> None:
    async def fails_too(memory: Any) -> Any:
        raise failure("no as well", kind="other")
        yield

    assert played(side_by_side(fails, fails_too, wait="first")).outcome["kind"] == "mine"


def test_branches_that_take_too_long_are_ended() -> None:
    outcome = played(side_by_side(hangs, con, timeout=0.01)).outcome
    assert outcome["kind"] == "timeout"


def test_an_answer_that_fails_is_raised_in_the_branch_that_asked() -> None:
    async def choosy(memory: Any) -> Any:
        try:
            yield GetInput("?", choices=("a",))
        except FlowError as problem:
            yield Result(problem.kind)

    assert played(side_by_side(con, choosy), *["b"] * 10).outcome == ["con", "input"]


def test_a_python_error_of_a_branch_is_never_a_group() -> None:
    async def divides(memory: Any) -> Any:
        yield Result(1 / 0)

    assert played(side_by_side(divides, con)).outcome["message"] == "division by zero"


def test_recursion_through_branches_is_a_clear_error() -> None:
    async def branch(memory: Any) -> Any:
        work = call(flow)
        async for question in work:
            work.answer((yield question))

    async def again(memory: Any = None) -> Any:
        forks = parallel({"a": branch}, memory)
        async for question in forks:
            forks.answer((yield question))

    flow = compiled(again)
    with pytest.raises(LimitError) as caught:
        played(flow, settings={"limits": {"depth": 100}})
    assert caught.value.kind == "depth"


# for ... at_once --------------------------------------------------------------------------------------


async def doubled(memory: Any, item: Any, loop: Any) -> Any:
    for _ in range(item % 3):
        await asyncio.sleep(0)
    yield Result(item * 2)


def test_outcomes_come_in_the_order_of_the_items() -> None:
    assert played(each(doubled, list(range(20)))).outcome == [n * 2 for n in range(20)]


def test_no_more_rounds_run_at_once_than_allowed() -> None:
    now, most = 0, 0

    async def body(memory: Any, item: Any, loop: Any) -> Any:
        nonlocal now, most
        now += 1
        most = max(most, now)
        for _ in range(3):
            await asyncio.sleep(0)
        now -= 1
        yield Result(item)

    played(each(body, range(10), at_once=4))
    assert (now, most) == (0, 4)


def test_rounds_that_ask_keep_their_place_until_they_are_answered() -> None:
    begun: list[int] = []

    async def body(memory: Any, item: Any, loop: Any) -> Any:
        begun.append(item)
        yield Result((yield GetInput(f"{item}?")))

    async def main() -> Any:
        run = function(each(body, range(5), at_once=2))()
        result = await run.run()
        seen = []
        while result.needs_input:
            seen.append((result.content, list(begun)))
            result = await run.run(result.content.upper())
        return seen, result.content

    seen, outcome = in_loop(main())
    assert seen == [
        ("0?", [0, 1]),
        ("1?", [0, 1]),
        ("2?", [0, 1, 2, 3]),
        ("3?", [0, 1, 2, 3]),
        ("4?", [0, 1, 2, 3, 4]),
    ]
    assert outcome == ["0?", "1?", "2?", "3?", "4?"]


async def picky(memory: Any, item: Any, loop: Any) -> Any:
    if item == 2:
        raise failure("not two", kind="picky")
    yield Result(item)


def test_a_failed_round_fails_all_is_left_out_or_is_kept() -> None:
    items = [1, 2, 3]
    assert played(each(picky, items)).outcome["kind"] == "picky"
    assert played(each(picky, items, on_error="skip")).outcome == [1, 3]
    kept = played(each(picky, items, on_error="keep")).outcome
    assert kept[0] == 1 and kept[2] == 3
    assert kept[1] == {"error": {"kind": "picky", "message": "not two", "step": None}}


def test_collected_rounds_without_a_value_are_left_out() -> None:
    async def body(memory: Any, item: Any, loop: Any) -> Any:
        yield Result("on the way")
        if item == 2:
            return
        yield Result(item, done=True)

    assert played(each(body, [1, 2, 3], collected=True)).outcome == [1, 3]
    assert played(each(body, [1, 2, 3])).outcome == [1, "on the way", 3]


def test_items_are_taken_apart_and_loop_tells_the_round() -> None:
    async def body(memory: Any, name: Any, age: Any, loop: Any) -> Any:
        yield Result([name, age, loop.member("index"), loop.member("last")])

    pairs = [["Ada", 36], ("Alan", 41)]
    assert played(each(body, pairs, unpack=2)).outcome == [["Ada", 36, 1, False], ["Alan", 41, 2, True]]


def test_items_that_cannot_be_gone_through_fail_at_the_step() -> None:
    assert played(each(doubled, "text")).outcome["kind"] == "type"
    assert played(each(doubled, [[1]], unpack=2)).outcome["kind"] == "type"
    assert played(each(doubled, [1], at_once=0)).outcome["kind"] == "type"


def test_no_items_give_no_values() -> None:
    assert played(each(doubled, [])).outcome == []


def test_what_a_listener_raises_in_a_branch_comes_out_even_where_failures_are_skipped() -> None:
    async def body(memory: Any, item: Any, loop: Any) -> Any:
        yield User("x")

    def listen(event: Any) -> None:
        raise ValueError("the screen is gone")

    async def main() -> None:
        async with function(each(body, [1, 2], on_error="skip"), on_event=listen)() as run:
            await run.run()

    with pytest.raises(ValueError, match="screen"):
        in_loop(main())


def test_a_thousand_rounds_on_a_long_chat_share_its_messages() -> None:
    async def body(memory: Any, item: Any, loop: Any) -> Any:
        yield User(str(item))
        yield Result(len(memory.messages))

    async def flow(memory: Any = None) -> Any:
        for n in range(100):
            yield User(str(n))
        forks = each_at_once(body, range(1000), memory, at_once=10)
        async for question in forks:
            forks.answer((yield question))
        yield Result(forks.values(), done=True)

    assert played(compiled(flow)).outcome == [101] * 1000

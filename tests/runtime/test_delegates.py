"""`call`, `include`, `handoff`: a flow at work for a step of another."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from tests.runtime.talking import Talker, compiled, function, in_loop, play, played
from turbo_yaml.errors import FlowError, LimitError, ModelError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import Assistant, Generate, GetInput, Result, System, User
from turbo_yaml.runtime.events import Event, MessageEvent, RetryEvent
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.support import Failures, call, describe, handoff, include
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import patch_of
from turbo_yaml.types import Input

TEXT = (Input("text", {"type": "string"}),)


def layer(**settings: Any) -> Layer:
    return Layer(LayerKind.FLOW, "flow.yaml", patch_of(settings))


def calling(flow: Any, given: Any = None, **how: Any) -> Any:
    """Make a flow that calls another and gives its value, or how it failed."""

    async def caller(memory: Any = None) -> Any:
        yield User("before")
        try:
            work = call(flow, given, **how)
            async for question in work:
                work.answer((yield question))
            yield Result(work.value, done=True)
        except Failures as caught:
            yield Result(describe(caught), done=True)

    return compiled(caller)


def including(flow: Any, given: Any = None, **how: Any) -> Any:
    """Make a flow that includes another and gives its value, or how it failed."""

    async def includer(memory: Any = None) -> Any:
        yield User("before")
        try:
            work = include(flow, memory, given, **how)
            async for signal in work:
                work.answer((yield signal))
            yield Result(work.value, done=True)
        except Failures as caught:
            yield Result(describe(caught), done=True)

    return compiled(includer)


async def child(memory: Any = None, *, text: str = "") -> Any:
    yield System("child")
    yield User(text or "nothing")
    name = yield GetInput("Name?")
    reply = yield Generate()
    yield Result([name, reply.value])


child = compiled(child, inputs=(Input("text", {"type": "string"}, False, ""),))


# call -------------------------------------------------------------------------------------------------


def test_a_call_runs_in_a_chat_of_its_own_and_its_questions_reach_the_caller() -> None:
    model = Talker()
    told = played(calling(child, {"text": "hello"}), "Ada", model=model)
    assert told.outcome == ["Ada", "reply 1"]
    assert told.questions == ["Name?"]
    assert told.results == [["Ada", "reply 1"]]
    assert model.heard() == [("system", "child"), ("user", "hello"), ("assistant", "Name?")]
    assert [message.content for message in told.chat] == ["before"]


def test_inputs_of_a_call_that_do_not_fit_fail_in_the_flow_that_calls() -> None:
    async def wants(memory: Any = None, *, text: str) -> Any:
        yield Result(text)

    problem = played(calling(compiled(wants, inputs=TEXT), {"txt": "x"})).outcome
    assert problem["kind"] == "input"
    assert "txt" in problem["message"] and "`wants`" in problem["message"]


def test_a_failure_of_a_called_flow_is_caught_by_the_caller_with_its_step() -> None:
    async def failing(memory: Any = None) -> Any:
        yield Generate(id="draft", retry=0)

    down = ModelError("down", kind="server", retryable=True)
    outcome = played(calling(compiled(failing)), model=Talker(down)).outcome
    assert outcome == {"kind": "server", "message": "down", "step": "draft"}


def test_a_failed_call_is_tried_again_in_a_new_chat() -> None:
    async def flaky(memory: Any = None) -> Any:
        yield User("again")
        yield Generate(retry=0)

    model = Talker(ModelError("down", kind="server", retryable=True), "ok")
    told = played(calling(compiled(flaky), retry={"times": 1, "wait": 0}), model=model)
    assert told.outcome == "ok"
    assert model.heard(1) == [("user", "again")]


def test_a_call_that_takes_too_long_is_ended() -> None:
    ended = []

    async def slow(memory: Any = None) -> Any:
        try:
            yield Generate()
        finally:
            ended.append(True)

    outcome = played(calling(compiled(slow), timeout=0.01), model=Talker(pauses=None)).outcome
    assert outcome["kind"] == "timeout" and "`slow`" in outcome["message"]
    assert ended == [True]


def test_the_time_in_which_a_question_waits_is_no_time_of_the_call() -> None:
    async def asking(memory: Any = None) -> Any:
        yield GetInput("?")
        yield Result("done")

    async def main() -> Any:
        run = function(calling(compiled(asking), timeout=0.05))()
        await run.run()
        await asyncio.sleep(0.06)
        return (await run.run("late")).content

    assert in_loop(main()) == "done"


def test_a_called_flow_has_the_callers_settings_and_its_own_on_top() -> None:
    async def talks(memory: Any = None) -> Any:
        yield Generate()

    model = Talker()
    own = compiled(talks, layer=layer(temperature=0.5))
    fn = TurboGenFn(calling(own), {"top_p": 0.1}, model=model)
    object.__setattr__(fn.fn.__turbo__, "layer", layer(temperature=1, max_tokens=7))
    in_loop(play(fn))
    sent = model.requests[0].settings
    assert (sent["temperature"], sent["max_tokens"], sent["top_p"]) == (0.5, 7, 0.1)


def test_a_function_of_the_host_can_be_called_as_a_flow() -> None:
    async def custom(memory: Any = None, *, text: str) -> Any:
        yield Result(text * 2)

    assert played(calling(TurboGenFn(custom), {"text": "ab"})).outcome == "abab"


def test_an_answer_that_fails_is_raised_where_the_called_flow_asked() -> None:
    async def asking(memory: Any = None) -> Any:
        try:
            yield GetInput("colour?", choices=("red",))
        except FlowError as problem:
            yield Result(f"caught {problem.kind}")

    assert played(calling(compiled(asking)), *["blue"] * 10).outcome == "caught input"


# include ----------------------------------------------------------------------------------------------


def test_an_included_flow_speaks_in_the_same_chat_and_its_results_reach_the_caller() -> None:
    model = Talker()
    told = played(including(child, {"text": "hello"}), "Ada", model=model)
    assert told.outcome == ["Ada", "reply 1"]
    assert told.results == ["reply 1", ["Ada", "reply 1"], ["Ada", "reply 1"]]
    assert [message.content for message in told.chat] == ["before", "child", "hello", "Name?", "reply 1"]


def test_the_return_of_an_included_flow_ends_it_and_not_the_flow_that_includes_it() -> None:
    async def early(memory: Any = None) -> Any:
        yield User("said")
        yield Result("mine", done=True)

    async def flow(memory: Any = None) -> Any:
        work = include(early, memory)
        async for signal in work:
            work.answer((yield signal))
        yield Result(f"went on with {work.value}", done=True)

    told = played(compiled(flow))
    assert told.results == ["went on with mine"]


def test_the_value_of_an_include_without_results_is_its_last_forwarded_reply() -> None:
    async def talks(memory: Any = None) -> Any:
        yield Generate()
        yield Generate(forward=False)

    assert played(including(compiled(talks))).outcome == "reply 1"


def test_a_failed_turn_of_an_included_flow_is_raised_at_its_own_step() -> None:
    async def careful(memory: Any = None) -> Any:
        try:
            yield Generate(retry=0)
        except ModelError:
            yield Result("caught inside", done=True)

    async def outer(memory: Any = None) -> Any:
        work = include(compiled(careful), memory)
        async for signal in work:
            work.answer((yield signal))
        yield Result(work.value, done=True)

    down = ModelError("down", kind="server")
    assert played(including(compiled(careful)), model=Talker(down)).outcome == "caught inside"
    assert played(including(compiled(outer)), model=Talker(down)).outcome == "caught inside"


def test_a_failed_include_is_tried_again_on_the_chat_as_it_was() -> None:
    async def flaky(memory: Any = None) -> Any:
        yield User("again")
        await memory.set_state({"tries": 1 + (await memory.get_state()).get("tries", 0)}, merge=True)
        yield Generate(retry=0)
        yield Result(dict(await memory.get_state()))

    model = Talker(ModelError("down", kind="server", retryable=True), "ok")
    told = played(including(compiled(flaky), retry={"times": 1, "wait": 0}), model=model)
    assert told.outcome == {"tries": 1}
    assert [message.content for message in told.chat] == ["before", "again", "ok"]


def test_an_include_that_takes_too_long_is_ended_whatever_it_waits_for() -> None:
    async def in_the_model(memory: Any = None) -> Any:
        try:
            yield Generate()
        except FlowError:
            yield Result("caught inside", done=True)

    async def in_itself(memory: Any = None) -> Any:
        yield User("x")
        await asyncio.get_running_loop().create_future()

    for flow in (in_the_model, in_itself):
        outcome = played(including(compiled(flow), timeout=0.01), model=Talker(pauses=None)).outcome
        assert outcome["kind"] == "timeout" and flow.__name__ in outcome["message"]


def test_the_outer_of_two_includes_with_one_deadline_gives_up() -> None:
    async def inner(memory: Any = None) -> Any:
        yield Generate()

    async def outer(memory: Any = None) -> Any:
        try:
            work = include(compiled(inner), memory, timeout=60)
            async for signal in work:
                work.answer((yield signal))
        except FlowError:
            yield Result("the wrong one gave up", done=True)

    outcome = played(including(compiled(outer), timeout=0.01), model=Talker(pauses=None)).outcome
    assert "`outer`" in outcome["message"]


def test_an_included_flow_has_its_own_settings_for_its_turns_alone() -> None:
    async def talks(memory: Any = None) -> Any:
        yield Generate()

    async def flow(memory: Any = None) -> Any:
        work = include(compiled(talks, layer=layer(temperature=0.5)), memory)
        async for signal in work:
            work.answer((yield signal))
        yield Generate()

    model = Talker()
    played(compiled(flow), model=model)
    assert [request.settings.get("temperature") for request in model.requests] == [0.5, None]


def test_messages_tell_the_flow_and_the_chat_they_belong_to() -> None:
    async def says(memory: Any = None) -> Any:
        yield User("said")

    seen: list[Event] = []
    says = compiled(says)
    for flow in (including(says), calling(says)):
        in_loop(play(function(flow, on_event=seen.append)))
    said = [(event.flow, event.depth) for event in seen if isinstance(event, MessageEvent)]
    assert said == [("includer", 0), ("says", 0), ("caller", 0), ("says", 1)]


# handoff ----------------------------------------------------------------------------------------------


def test_a_handoff_goes_on_with_the_chat_and_its_outcome_is_the_flows() -> None:
    async def refunds(memory: Any = None, *, text: str) -> Any:
        yield User(text)
        yield Generate()

    async def desk(memory: Any = None) -> Any:
        yield User("first")
        handoff(compiled(refunds, inputs=TEXT), {"text": "second"})
        return
        yield

    model = Talker()
    told = played(compiled(desk), model=model)
    assert told.outcome == "reply 1"
    assert model.heard() == [("user", "first"), ("user", "second")]


def test_ten_thousand_handoffs_run_on_one_level() -> None:
    left = 10_000

    async def ping(memory: Any = None) -> Any:
        nonlocal left
        left -= 1
        if left:
            handoff(ping_)
            return
        yield Result(len(_stack()))

    def _stack() -> list[Any]:
        frame, frames = sys._getframe(), []
        while frame is not None:
            frames.append(frame)
            frame = frame.f_back
        return frames

    ping_ = compiled(ping, layer=layer(temperature=0))
    assert played(ping_).outcome < 150


def test_a_handoff_inside_a_called_and_an_included_flow_stays_inside() -> None:
    async def last(memory: Any = None) -> Any:
        yield Result("last")

    async def first(memory: Any = None) -> Any:
        yield User("x")
        handoff(compiled(last))

    assert played(calling(compiled(first))).outcome == "last"
    assert played(including(compiled(first))).outcome == "last"


def test_flows_that_hand_over_for_ever_are_stopped() -> None:
    async def ping(memory: Any = None) -> Any:
        handoff(ping_)
        return
        yield

    ping_ = compiled(ping)
    with pytest.raises(LimitError, match="handed over"):
        played(ping_, settings={"limits": {"rounds": 100}})


def test_a_handoff_without_our_driver_is_refused_clearly() -> None:
    with pytest.raises(FlowError, match="driver"):
        handoff(child)


# Depth ------------------------------------------------------------------------------------------------


def deep_call() -> Any:
    async def again(memory: Any = None) -> Any:
        work = call(again_)
        async for question in work:
            work.answer((yield question))

    again_ = compiled(again)
    return again_


def deep_include() -> Any:
    async def again(memory: Any = None) -> Any:
        work = include(again_, memory)
        async for signal in work:
            work.answer((yield signal))

    again_ = compiled(again)
    return again_


def deep_both() -> Any:
    async def ping(memory: Any = None) -> Any:
        work = call(pong_)
        async for question in work:
            work.answer((yield question))

    async def again(memory: Any = None) -> Any:
        work = include(ping_, memory)
        async for signal in work:
            work.answer((yield signal))

    ping_, pong_ = compiled(ping), compiled(again)
    return ping_


@pytest.mark.parametrize("make", [deep_call, deep_include, deep_both])
@pytest.mark.parametrize("depth", [50, 100])
def test_recursion_without_an_end_is_a_clear_error(make: Any, depth: int) -> None:
    with pytest.raises(LimitError) as caught:
        played(make(), settings={"limits": {"depth": depth}})
    assert caught.value.kind == "depth"
    assert str(depth) in caught.value.message


def test_recursion_up_to_the_limit_is_fine_and_can_ask_from_the_bottom() -> None:
    async def down(memory: Any = None, *, n: int) -> Any:
        if n == 0:
            yield Result((yield GetInput("bottom?")))
            return
        work = call(down_, {"n": n - 1})
        async for question in work:
            work.answer((yield question))
        yield Result(work.value)

    down_ = compiled(down, inputs=(Input("n", {"type": "integer"}),))
    assert played(down_, "here", n=50).outcome == "here"


def test_a_deep_call_chain_can_be_closed_at_the_question_at_its_bottom() -> None:
    closed = []

    async def down(memory: Any = None, *, n: int) -> Any:
        try:
            if n == 0:
                yield GetInput("bottom?")
            work = call(down_, {"n": n - 1})
            async for question in work:
                work.answer((yield question))
        finally:
            closed.append(n)

    down_ = compiled(down, inputs=(Input("n", {"type": "integer"}),))

    async def main() -> None:
        run = function(down_)(n=40)
        assert (await run.run()).content == "bottom?"
        await run.aclose()

    in_loop(main())
    assert closed == list(range(41))


def test_every_attempt_of_a_call_is_told() -> None:
    async def failing(memory: Any = None) -> Any:
        yield User("x")
        raise FlowError("no", kind="raised")

    seen: list[Event] = []
    fn = function(
        calling(compiled(failing), retry={"times": 2, "wait": 0}, id="try_it"), on_event=seen.append
    )
    in_loop(play(fn))
    told = [(event.step, event.attempt, event.error) for event in seen if isinstance(event, RetryEvent)]
    assert told == [("try_it", 1, "raised"), ("try_it", 2, "raised")]


def test_a_hand_written_driver_can_pump_a_flow_that_calls_and_includes() -> None:
    async def main() -> list[Any]:
        memory = LocalMemory()
        generator = including(child, {"text": "x"})(memory)
        seen: list[Any] = []
        answer = None
        try:
            while True:
                signal = await generator.asend(answer)
                seen.append(type(signal).__name__)
                answer = "Ada" if isinstance(signal, GetInput) else None
                if isinstance(signal, Generate):
                    answer = Assistant("mine", value="mine")
        except StopAsyncIteration:
            return seen

    assert in_loop(main()) == ["User", "System", "User", "GetInput", "Generate", "Result", "Result"]

"""A run as its caller sees it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.runtime.talking import Talker, compiled, function, in_loop, play, played
from turbo_yaml.errors import FlowError, UsageError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.protocol import (
    Assistant,
    ExampleUser,
    Generate,
    GetInput,
    Message,
    Result,
    System,
    Usage,
    User,
)
from turbo_yaml.runtime.function import TurboGenFn


async def interview(memory: Any = None, **context: Any) -> Any:
    yield System("You ask.")
    name = yield GetInput("Who are you?")
    yield User(name)
    reply = yield Generate()
    yield Result({"name": name, "reply": reply.value})


def test_run_gives_questions_results_and_the_end_in_turn() -> None:
    async def main() -> list[Result]:
        run = function(interview)()
        return [await run.run(), await run.run("Ada"), await run.run(), await run.run()]

    asked, reply, result, end = in_loop(main())
    assert (asked.content, asked.needs_input, asked.done) == ("Who are you?", True, False)
    assert (reply.content, reply.needs_input, reply.original_role) == ("reply 1", False, "assistant")
    assert result.content == {"name": "Ada", "reply": "reply 1"} and not result.done
    assert end == Result(result.content, done=True)


def test_an_empty_answer_is_an_answer() -> None:
    assert played(interview, "").outcome == {"name": "", "reply": "reply 1"}


def test_iteration_gives_results_and_questions_and_no_second_copy_of_the_outcome() -> None:
    told = played(interview, "Ada")
    assert told.questions == ["Who are you?"]
    assert told.results == ["reply 1", {"name": "Ada", "reply": "reply 1"}]


def test_asend_answers_and_stops_at_the_end() -> None:
    async def main() -> list[Any]:
        run = function(interview)()
        seen = [await run.asend(), await run.asend("Ada"), await run.asend()]
        with pytest.raises(StopAsyncIteration):
            await run.asend()
        return seen

    question, reply, result = in_loop(main())
    assert isinstance(question, GetInput)
    assert (reply.content, result.content["name"]) == ("reply 1", "Ada")


def test_an_input_that_nobody_asked_for_is_refused_and_the_run_goes_on() -> None:
    async def main() -> Result:
        run = function(interview)()
        with pytest.raises(UsageError, match="asked for none"):
            await run.run("too early")
        await run.run()
        return await run.run("Ada")

    assert in_loop(main()).content == "reply 1"


def test_a_question_without_an_answer_is_refused_and_can_still_be_answered() -> None:
    async def main() -> Result:
        run = function(interview)()
        await run.run()
        with pytest.raises(UsageError, match="Who are you"):
            await run.run()
        return await run.run("Ada")

    assert in_loop(main()).content == "reply 1"


def test_a_run_that_is_over_says_so() -> None:
    async def main() -> None:
        run = function(interview)()
        await run.run()
        await run.run("Ada")
        await run.run()
        assert not run.done
        await run.run()
        assert run.done
        with pytest.raises(UsageError, match="over"):
            await run.run()

    in_loop(main())


def test_two_tasks_cannot_await_one_run() -> None:
    async def main() -> None:
        run = function(interview, Talker(pauses=3))()
        await run.run()
        first = asyncio.create_task(run.run("Ada"))
        await asyncio.sleep(0)
        with pytest.raises(UsageError, match="awaited already"):
            await run.run()
        with pytest.raises(UsageError, match="awaited already"):
            await run.aclose()
        assert (await first).content == "reply 1"
        await run.aclose()

    in_loop(main())


def test_usage_steps_and_chat_of_a_run_can_be_read() -> None:
    told = played(interview, "Ada")
    assert told.run.usage == Usage(3, 2)
    assert told.run.steps == (2, 1, 1, 1, 0)
    assert [message.content for message in told.chat] == ["You ask.", "Who are you?", "Ada", "reply 1"]


def test_a_question_that_is_not_recorded_stays_out_of_the_chat() -> None:
    async def flow() -> Any:
        yield GetInput("secret?", record=False)
        yield GetInput("")
        yield GetInput("open?")

    told = played(flow, "a", "b", "c")
    assert told.questions == ["secret?", "", "open?"]
    assert told.chat == [Assistant("open?")]


def test_a_given_memory_is_gone_on_in() -> None:
    async def main() -> list[Message]:
        memory = LocalMemory([User("before")])
        await play(function(interview), "Ada", memory=memory)
        return memory.messages

    assert in_loop(main())[0].content == "before"


def test_a_forwarded_message_is_a_result_but_not_the_outcome() -> None:
    async def flow() -> Any:
        yield Assistant("Hello!", forward=True)
        yield ExampleUser("quiet")
        yield Generate()

    told = played(flow)
    assert told.results == ["Hello!", "reply 1"]
    assert told.outcome == "reply 1"


# Outcomes ---------------------------------------------------------------------------------------------


def test_a_return_wins_over_results_and_replies() -> None:
    async def flow() -> Any:
        yield Result("early")
        yield Generate()
        yield Result("returned", done=True)

    told = played(flow)
    assert told.outcome == "returned"
    assert told.results == ["early", "reply 1", "returned"]


def test_the_last_result_wins_over_a_later_reply() -> None:
    async def flow() -> Any:
        yield Result("result")
        yield Generate()

    assert played(flow).outcome == "result"


def test_a_reply_that_is_not_forwarded_is_no_outcome() -> None:
    async def flow() -> Any:
        yield Generate(forward=False)

    told = played(flow)
    assert (told.outcome, told.results) == (None, [])


def test_a_flow_written_by_hand_ends_where_it_returns() -> None:
    closed = []

    async def flow() -> Any:
        try:
            yield Result("returned", done=True)
            yield Generate()
        finally:
            closed.append(True)

    model = Talker()
    assert played(flow, model=model).outcome == "returned"
    assert (closed, model.requests) == ([True], [])


def test_a_compiled_flow_still_does_its_last_steps_after_its_return() -> None:
    async def flow(memory: Any = None) -> Any:
        try:
            yield Result("returned", done=True)
            return
        finally:
            yield User("goodbye")
            yield Generate()

    told = played(compiled(flow))
    assert told.outcome == "returned"
    assert told.results == ["reply 1", "returned"]
    assert [message.content for message in told.chat] == ["goodbye", "reply 1"]


def test_an_outcome_that_does_not_fit_the_declared_output_fails_the_run() -> None:
    async def flow(memory: Any = None) -> Any:
        yield Result("text")

    schema = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}
    with pytest.raises(FlowError, match="`output`") as caught:
        played(compiled(flow, output=schema))
    assert caught.value.kind == "output"


# Answers ----------------------------------------------------------------------------------------------


async def choosing() -> Any:
    colour = yield GetInput("Colour?", choices=("red", "blue"))
    age = yield GetInput("Age?", type={"type": "integer"})
    yield Result([colour, age])


def test_answers_are_read_by_choices_and_type() -> None:
    assert played(choosing, "red", "42").outcome == ["red", 42]
    assert played(choosing, "blue", 7).outcome == ["blue", 7]


def test_an_answer_that_does_not_fit_is_asked_for_again_with_the_problem() -> None:
    told = played(choosing, "green", "red", "old", "42")
    assert told.outcome == ["red", 42]
    assert len(told.questions) == 4
    assert "green" in told.questions[1] and told.questions[1].endswith("\nColour?")


def test_the_chat_records_a_question_once_however_often_it_is_asked() -> None:
    told = played(choosing, "green", "pink", "red", "42")
    assert [message.content for message in told.chat] == ["Colour?", "Age?"]


def test_answers_that_never_fit_fail_the_flow_in_the_end() -> None:
    with pytest.raises(FlowError, match="no answer fitted") as caught:
        played(choosing, *["green"] * 10)
    assert caught.value.kind == "input"


def test_the_flow_can_catch_that_no_answer_fitted() -> None:
    async def flow() -> Any:
        try:
            yield GetInput("?", choices=("a",))
        except FlowError as problem:
            yield Result(problem.kind)

    assert played(flow, *["b"] * 10).outcome == "input"


async def with_default() -> Any:
    answer = yield GetInput("Name?", default="nobody")
    yield Result(answer)


def test_a_default_stands_for_an_answer_that_is_not_given() -> None:
    async def main() -> list[Any]:
        run = function(with_default)()
        await run.run()
        without = await run.run()
        other = function(with_default)()
        await other.run()
        return [without.content, (await other.no_answer()).content]

    assert in_loop(main()) == ["nobody", "nobody"]


def test_no_answer_without_a_default_fails_at_the_question() -> None:
    async def flow() -> Any:
        try:
            yield GetInput("Name?", timeout=30)
        except FlowError as problem:
            yield Result([problem.kind, problem.message])

    async def main() -> Any:
        run = function(flow)()
        await run.run()
        return (await run.no_answer()).content

    kind, message = in_loop(main())
    assert kind == "timeout" and "30 s" in message


def test_where_the_last_answer_did_not_fit_the_failure_says_why() -> None:
    async def flow() -> Any:
        yield GetInput("How many?", type={"type": "integer"})

    with pytest.raises(FlowError) as caught:
        in_loop(function(flow)().finish(["x"]))
    assert caught.value.message == 'no answer to `How many?` came that fits: "x" is not an integer'


def test_an_answer_after_the_timeout_does_not_count() -> None:
    async def flow() -> Any:
        answer = yield GetInput("Name?", timeout=1e-9, default="nobody")
        yield Result(answer)

    assert played(flow, "somebody").outcome == "nobody"


def test_an_error_can_be_raised_in_the_flow_from_outside() -> None:
    async def flow() -> Any:
        try:
            yield GetInput("?")
        except FlowError as problem:
            yield Result(problem.message)

    async def main() -> Any:
        run = function(flow)()
        await run.run()
        return (await run.athrow(FlowError("enough"))).content

    assert in_loop(main()) == "enough"


def test_answering_where_nothing_is_asked_is_refused() -> None:
    async def main() -> None:
        run = function(with_default)()
        with pytest.raises(UsageError, match="asks nothing"):
            run.answer("early")
        with pytest.raises(UsageError, match="asks nothing"):
            await run.no_answer()

    in_loop(main())


def test_wrong_arguments_of_a_flow_written_by_hand_are_told_at_the_call() -> None:
    async def flow(memory: Any = None, *, name: str) -> Any:
        yield User(name)

    with pytest.raises(TypeError):
        TurboGenFn(flow)(nam="x")


def test_something_that_is_no_signal_fails_at_its_yield() -> None:
    async def flow() -> Any:
        yield "hello"

    with pytest.raises(UsageError, match="no signal"):
        played(flow)

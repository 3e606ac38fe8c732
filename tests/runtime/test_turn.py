"""One model turn: settings, retries, repair, budget, streams."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.runtime.talking import Talker, compiled, function, in_loop, play, played
from turbo_yaml.errors import FlowError, LimitError, ModelError
from turbo_yaml.models.request import Delta, Reply
from turbo_yaml.protocol import Generate, GetInput, Result, System, Usage, User
from turbo_yaml.runtime.events import DeltaEvent, Event, MessageEvent, RetryEvent
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.support import Failures, call, include, parallel
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import patch_of

AT_ONCE = {"times": 2, "wait": 0}
PERSON = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}


def busy(**facts: Any) -> ModelError:
    return ModelError("the server is busy", kind="rate_limit", retryable=True, **facts)


def one_turn(**asked: Any) -> Any:
    async def flow() -> Any:
        yield User("How old?")
        reply = yield Generate(**asked)
        yield Result(reply.value)

    return flow


def test_a_turn_sends_the_chat_and_the_merged_settings() -> None:
    async def flow() -> Any:
        yield System("Be short.")
        yield User("Hi")
        yield Generate(temperature=0.5, id="draft")

    model = Talker()
    settings = {"max_tokens": 9, "temperature": 1, "steps": {"draft": {"top_p": 0.5}}, "own": {"deep": 1}}
    played(flow, model=model, settings=settings)
    sent = model.requests[0]
    assert model.heard() == [("system", "Be short."), ("user", "Hi")]
    assert (sent.settings["temperature"], sent.settings["max_tokens"]) == (0.5, 9)
    assert sent.settings["top_p"] == 0.5
    assert sent.settings["own"] == {"deep": 1}


def test_settings_from_outside_for_a_step_win_over_its_own() -> None:
    model = Talker()
    played(
        one_turn(temperature=0.5, id="draft"), model=model, settings={"steps": {"draft": {"temperature": 0}}}
    )
    assert model.requests[0].settings["temperature"] == 0


def test_a_called_profile_holds_for_its_turn_alone() -> None:
    async def flow(memory: Any = None) -> Any:
        yield User("a")
        yield Generate(profile="cheap")
        yield Generate()

    layer = Layer(
        LayerKind.FLOW, "flow.yaml", patch_of({"model": "big"}), {"cheap": patch_of({"model": "small"})}
    )
    model = Talker()
    played(compiled(flow, layer=layer), model=model)
    assert [request.settings["model"] for request in model.requests] == ["small", "big"]
    assert [request.model for request in model.requests] == ["small", "big"]


# Retries ----------------------------------------------------------------------------------------------


def test_a_failure_that_may_go_away_is_tried_again() -> None:
    model = Talker(busy(), busy(), "at last")
    assert played(one_turn(retry=AT_ONCE), model=model).outcome == "at last"
    assert len(model.requests) == 3


def test_the_last_failure_comes_out_when_the_attempts_are_used_up() -> None:
    model = Talker(busy(), busy(), busy(), "too late")
    with pytest.raises(ModelError, match="busy"):
        played(one_turn(retry=AT_ONCE), model=model)
    assert len(model.requests) == 3


def test_a_failure_that_stays_is_not_tried_again() -> None:
    model = Talker(ModelError("no such key", kind="auth"))
    with pytest.raises(ModelError, match="no such key"):
        played(one_turn(retry=AT_ONCE), model=model)
    assert len(model.requests) == 1


def test_only_the_kinds_in_on_are_tried_again() -> None:
    retry = {"times": 2, "wait": 0, "on": ["timeout"]}
    with pytest.raises(ModelError, match="busy"):
        played(one_turn(retry=retry), model=Talker(busy()))
    late = ModelError("late", kind="timeout", retryable=True)
    assert played(one_turn(retry=retry), model=Talker(late, "ok")).outcome == "ok"


def test_a_server_that_asks_for_too_long_a_wait_is_reported_at_once() -> None:
    model = Talker(busy(retry_after=121.0), "never")
    with pytest.raises(ModelError, match="busy"):
        played(one_turn(retry=AT_ONCE), model=model)
    assert len(model.requests) == 1


def test_the_setting_retries_counts_where_the_step_says_nothing() -> None:
    model = Talker(busy(), "never")
    with pytest.raises(ModelError):
        played(one_turn(), model=model, settings={"retries": 0})
    assert len(model.requests) == 1


def test_every_attempt_is_told() -> None:
    seen: list[Event] = []
    fn = function(one_turn(retry=AT_ONCE, id="ask"), Talker(busy(), "ok"), on_event=seen.append)
    in_loop(play(fn))
    retries = [event for event in seen if isinstance(event, RetryEvent)]
    assert [(event.error, event.attempt, event.step) for event in retries] == [("rate_limit", 1, "ask")]


def test_a_failed_turn_can_be_caught_at_its_step() -> None:
    async def flow() -> Any:
        try:
            yield Generate(retry={"times": 0})
        except ModelError as problem:
            yield Result(problem.kind)
        yield Generate(forward=False)

    model = Talker(busy(), "after")
    told = played(flow, model=model)
    assert told.outcome == "rate_limit"
    assert [message.content for message in told.chat] == ["after"]


def test_ten_thousand_failures_caught_in_a_loop_leave_no_trail() -> None:
    problem = busy()

    async def flow() -> Any:
        for _ in range(10_000):
            try:
                yield Generate(retry={"times": 0})
            except ModelError as caught:
                depth, traceback = 0, caught.__traceback__
                while traceback is not None:
                    depth, traceback = depth + 1, traceback.tb_next
                assert depth < 5
        yield Result("done")

    assert played(flow, model=Talker(*[problem] * 10_000)).outcome == "done"


# Structured replies -----------------------------------------------------------------------------------


def test_a_reply_that_fits_its_type_is_data() -> None:
    model = Talker('{"age": 7}')
    told = played(one_turn(output=PERSON), model=model)
    assert told.outcome == {"age": 7}
    assert told.results[0] == {"age": 7}
    assert model.requests[0].output == PERSON
    assert told.chat[-1].content == '{"age": 7}'


def test_a_reply_that_does_not_fit_goes_back_once_and_the_repair_stays_out_of_the_chat() -> None:
    model = Talker('{"age": "seven"}', '{"age": 7}')
    told = played(one_turn(output=PERSON), model=model)
    assert told.outcome == {"age": 7}
    roles = [role for role, _ in model.heard(1)]
    assert roles == ["user", "assistant", "user"]
    assert "age" in model.heard(1)[-1][1]
    assert [message.content for message in told.chat] == ["How old?", '{"age": 7}']


def test_a_reply_that_never_fits_is_an_error_with_what_was_wanted_its_place_and_the_reply() -> None:
    model = Talker(*['{"age": "seven"}'] * 2)
    with pytest.raises(ModelError) as caught:
        played(one_turn(output=PERSON, id="ask"), model=model)
    assert caught.value.kind == "invalid_output" and caught.value.step == "ask"
    for piece in ("/age", "is text, not an integer", "seven"):
        assert piece in caught.value.message
    assert len(model.requests) == 2


def test_repair_is_as_often_as_the_setting_says() -> None:
    model = Talker(*["no"] * 4)
    with pytest.raises(ModelError):
        played(one_turn(output=PERSON), model=model, settings={"repair": 3})
    assert len(model.requests) == 4
    model = Talker("no")
    with pytest.raises(ModelError):
        played(one_turn(output=PERSON, repair=0), model=model)
    assert len(model.requests) == 1


def test_a_retry_for_invalid_output_starts_the_turn_anew() -> None:
    model = Talker("no", "no", '{"age": 7}')
    retry = {"times": 1, "wait": 0, "on": ["invalid_output"]}
    assert played(one_turn(output=PERSON, retry=retry), model=model).outcome == {"age": 7}
    assert model.heard(2) == [("user", "How old?")]


def test_a_repair_that_is_interrupted_goes_on_where_it_was() -> None:
    model = Talker("no", busy(), '{"age": 7}')
    assert played(one_turn(output=PERSON, retry=AT_ONCE), model=model).outcome == {"age": 7}
    assert len(model.heard(2)) == 3


def test_a_choice_is_one_of_its_labels() -> None:
    model = Talker("Well...", "Billing.")
    told = played(one_turn(choices=("billing", "refund")), model=model)
    assert told.outcome == "billing"
    assert "billing, refund" in model.heard(1)[-1][1]


# Bounds -----------------------------------------------------------------------------------------------


def test_a_budget_of_calls_stops_before_the_call_that_is_too_many() -> None:
    async def flow() -> Any:
        for _ in range(5):
            yield Generate(retry=AT_ONCE)

    model = Talker()
    with pytest.raises(LimitError, match="budget of 3 model calls") as caught:
        played(flow, model=model, settings={"budget": {"calls": 3}})
    assert caught.value.kind == "budget"
    assert len(model.requests) == 3


def test_the_flows_own_budget_and_limits_hold_for_its_run() -> None:
    async def flow(memory: Any = None) -> Any:
        yield Generate()
        yield Generate()

    layer = Layer(LayerKind.FLOW, "flow.yaml", patch_of({"budget": {"calls": 1}}))
    with pytest.raises(LimitError, match="budget of 1 model call is"):
        played(compiled(flow, layer=layer))


def test_a_budget_of_tokens_counts_what_the_server_counted() -> None:
    async def flow() -> Any:
        while True:
            yield Generate()

    model = Talker(*[Reply("x", usage=Usage(60, 40))] * 5)
    with pytest.raises(LimitError, match="tokens"):
        played(flow, model=model, settings={"budget": {"tokens": 150}})
    assert len(model.requests) == 2


def test_a_chat_that_is_too_long_is_not_sent() -> None:
    async def flow() -> Any:
        for _ in range(21):
            yield User("x")
        yield Generate()

    model = Talker()
    with pytest.raises(LimitError, match="21 messages"):
        played(flow, model=model, settings={"limits": {"messages": 20}})
    assert played(flow, model=model).outcome == "reply 1"


def test_a_reply_that_is_too_long_is_refused() -> None:
    with pytest.raises(LimitError, match="30 characters"):
        played(one_turn(), model=Talker("x" * 30), settings={"limits": {"reply": 20}})


def test_no_more_calls_go_on_at_once_than_the_settings_allow() -> None:
    async def branch(memory: Any) -> Any:
        yield Generate()

    async def flow(memory: Any = None) -> Any:
        branches = parallel({str(n): branch for n in range(6)}, memory)
        async for question in branches:
            branches.answer((yield question))

    model = Talker(pauses=3)
    played(flow, model=model, settings={"max_concurrency": 2})
    assert model.most_at_once == 2
    assert len(model.requests) == 6


def test_a_model_of_the_hosts_own_that_hangs_is_given_up() -> None:
    async def flow() -> Any:
        try:
            yield Generate(timeout=0.01, retry={"times": 0})
        except ModelError as problem:
            yield Result([problem.kind, problem.retryable])

    assert played(flow, model=Talker(pauses=None)).outcome == ["timeout", True]


# Events -----------------------------------------------------------------------------------------------


def test_pieces_of_a_reply_are_told_as_they_come_and_marked_if_the_caller_gets_the_whole() -> None:
    async def flow() -> Any:
        yield Generate()
        yield Generate(forward=False)
        yield Generate(output=PERSON)

    seen: list[Event] = []
    model = Talker("ab", "ab", '{"age": 1}', pieces="ab")
    in_loop(play(function(flow, model, on_event=seen.append)))
    deltas = [(event.text, event.forward) for event in seen if isinstance(event, DeltaEvent)]
    assert deltas == [("a", True), ("b", True), ("a", False), ("b", False), ("a", False), ("b", False)]


def test_nobody_listening_means_no_stream_unless_the_settings_want_one() -> None:
    heard: list[bool] = []

    class Model(Talker):
        async def reply(self, request: Any, on_delta: Any = None) -> Reply:
            heard.append(on_delta is not None)
            if on_delta is not None:
                await on_delta(Delta("x"))
            return Reply("x")

    played(one_turn(), model=Model())
    played(one_turn(), model=Model(), settings={"stream": True})
    in_loop(play(function(one_turn(), Model(), {"stream": False}, on_event=lambda event: None)))
    assert heard == [False, True, False]


def test_the_run_waits_for_a_slow_listener() -> None:
    order: list[str] = []

    async def listen(event: Event) -> None:
        if isinstance(event, DeltaEvent):
            order.append(f"begin {event.text}")
            await asyncio.sleep(0)
            order.append(f"end {event.text}")

    in_loop(play(function(one_turn(), Talker("ab", pieces="ab"), on_event=listen)))
    assert order == ["begin a", "end a", "begin b", "end b"]


def test_what_a_listener_raises_comes_out_and_no_flow_catches_it() -> None:
    async def flow() -> Any:
        try:
            yield Generate()
        except ValueError:
            yield Result("caught")

    def listen(event: Event) -> None:
        if isinstance(event, DeltaEvent):
            raise ValueError("the screen is gone")

    with pytest.raises(ValueError, match="screen"):
        in_loop(play(function(flow, Talker("a", pieces="a"), on_event=listen)))


def test_what_the_hosts_own_code_raises_is_caught_by_no_flow_around_it() -> None:
    async def inner(memory: Any = None) -> Any:
        yield User("x")
        yield Generate()

    async def outer(memory: Any = None) -> Any:
        for how in (call, include):
            try:
                work: Any = call(compiled(inner)) if how is call else include(compiled(inner), memory)
                async for signal in work:
                    work.answer((yield signal))
            except Failures:
                yield Result("caught")

    def listen(event: Event) -> None:
        if isinstance(event, MessageEvent) and event.role == "assistant":
            raise ValueError("the screen is gone")

    with pytest.raises(ValueError, match="screen"):
        in_loop(play(function(compiled(outer), on_event=listen)))
    with pytest.raises(KeyError, match="bug"):
        in_loop(play(function(compiled(outer), Talker(KeyError("bug")))))


def test_a_listener_that_fails_at_a_result_ends_the_run() -> None:
    ended = []

    async def flow() -> Any:
        try:
            yield Result("x")
        finally:
            ended.append(True)

    def listen(event: Event) -> None:
        raise OSError("the pipe is closed")

    async def main() -> None:
        run = function(flow, on_event=listen)()
        with pytest.raises(OSError, match="pipe"):
            await run.run()
        assert run.done and ended == [True]

    in_loop(main())


def test_a_profile_that_nobody_defines_fails_the_turn() -> None:
    with pytest.raises(ModelError, match="cheap") as caught:
        played(one_turn(profile="cheap"))
    assert caught.value.kind == "configuration"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("nope", "the reply does not fit: there is no JSON in the reply; the reply was `nope`"),
        ("", "the reply does not fit: the reply is empty, and JSON was asked for"),
        (
            '{"n": "x"}',
            'the reply does not fit at `/n` (`type`): n: "x" is text, not an integer; '
            'the reply was `{"n": "x"}`',
        ),
    ],
)
def test_an_error_of_a_reply_says_what_was_wanted_and_what_came(said: str, told: str) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    with pytest.raises(ModelError) as caught:
        played(one_turn(output=schema, repair=0), model=Talker(said))
    assert (caught.value.kind, caught.value.message) == ("invalid_output", told)


def test_events_are_json_data() -> None:
    async def flow() -> Any:
        yield User("Hi")
        yield GetInput("Well?", choices=("a", "b"))
        yield Generate()

    seen: list[Event] = []
    in_loop(play(function(flow, on_event=seen.append), "a"))
    data = [event.to_data() for event in seen]
    assert [each["event"] for each in data] == [
        "message",
        "message",
        "input_needed",
        "usage",
        "message",
        "result",
        "done",
    ]
    assert data[2] == {"event": "input_needed", "flow": "flow", "content": "Well?", "choices": ["a", "b"]}
    assert data[-1] == {"event": "done", "flow": "flow", "outcome": "reply 1"}


def test_an_unexpected_error_of_a_model_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError):
        played(one_turn(), model=Talker(KeyError("bug")))


def test_the_model_of_the_settings_answers_without_a_network() -> None:
    told = in_loop(play(TurboGenFn(one_turn(), {"model": "echo"})))
    assert told.outcome == "How old?"
    told = in_loop(play(TurboGenFn(one_turn(), {"model": "script"}, script=["seven"])))
    assert told.outcome == "seven"


def test_models_of_the_host_are_named_by_the_setting_model() -> None:
    fn = TurboGenFn(one_turn(), {"model": "mine"}, models={"mine": Talker("from mine")})
    assert in_loop(play(fn)).outcome == "from mine"


def test_no_model_at_all_is_a_clear_error() -> None:
    with pytest.raises(FlowError) as caught:
        in_loop(play(TurboGenFn(one_turn())))
    assert caught.value.hint

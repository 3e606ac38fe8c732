"""Models that are asked where another one fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journal.playing import Bench
from tests.runtime.talking import Talker, function, in_loop, play, played
from tests.server import Answer, Server
from turbo_yaml.cache.memory import MemoryCache
from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import LimitError, ModelError
from turbo_yaml.models.faults import KINDS
from turbo_yaml.protocol import Generate, Result, User
from turbo_yaml.runtime.events import Event, FallbackEvent, RetryEvent
from turbo_yaml.runtime.policy.fallback import may_be_answered_elsewhere

STAY = {"bad_request", "configuration"}
"""The kinds of failure that another model would not mend."""
SETTINGS = {"model": "one", "fallback": ["two", "three"], "retries": 0}


def one_turn(**asked: Any) -> Any:
    async def flow() -> Any:
        yield User("Hi")
        reply = yield Generate(**asked)
        yield Result(reply.value)

    return flow


def failing(kind: str) -> ModelError:
    return ModelError(f"it failed: {kind}", kind=kind)


def asked(model: Talker) -> list[str]:
    return [request.model for request in model.requests]


@pytest.mark.parametrize("kind", [*KINDS, "invalid_output", "unsure", "of the host's own"])
def test_each_kind_of_failure_is_worth_another_model_or_is_not(kind: str) -> None:
    model = Talker(failing(kind), "second")
    if kind in {*STAY, "unsure", "of the host's own"}:
        assert not may_be_answered_elsewhere(kind)
        with pytest.raises(ModelError, match=kind):
            played(one_turn(), model=model, settings=SETTINGS)
        assert asked(model) == ["one"]
    else:
        assert may_be_answered_elsewhere(kind)
        assert played(one_turn(), model=model, settings=SETTINGS).outcome == "second"
        assert asked(model) == ["one", "two"]


def test_every_model_has_retries_of_its_own_and_every_attempt_is_told() -> None:
    async def work() -> None:
        busy = ModelError("busy", kind="server", retryable=True)
        model = Talker(busy, busy, busy, busy, failing("quota"), "never")
        seen: list[Event] = []
        fn = function(one_turn(retry={"times": 1, "wait": 0}, id="ask"), model, SETTINGS)
        with pytest.raises(ModelError, match="quota"):
            await play(fn.using(on_event=seen.append))
        assert asked(model) == ["one", "one", "two", "two", "three"]
        told = [
            event.error if isinstance(event, RetryEvent) else (event.error, event.model, event.step)
            for event in seen
            if isinstance(event, RetryEvent | FallbackEvent)
        ]
        assert told == ["server", ("server", "two", "ask"), "server", ("server", "three", "ask")]

    in_loop(work())


def test_a_reply_that_never_fits_is_asked_of_another_model_from_the_beginning() -> None:
    model = Talker("no", "still no", "blue")
    flow = one_turn(choices=["blue", "red"])
    assert played(flow, model=model, settings=SETTINGS).outcome == "blue"
    assert asked(model) == ["one", "one", "two"]
    assert model.heard() == [("user", "Hi")]


def test_a_step_names_models_of_its_own_and_each_turn_begins_with_the_first() -> None:
    async def flow() -> Any:
        yield User("Hi")
        yield Generate(fallback=["own"])
        yield Generate()

    model = Talker(failing("server"), "a", failing("server"), "b")
    played(flow, model=model, settings=SETTINGS)
    assert asked(model) == ["one", "own", "one", "two"]


def test_a_budget_counts_all_models_and_ends_them() -> None:
    model = Talker(failing("server"), failing("server"), "never")
    with pytest.raises(LimitError, match="2 model calls"):
        played(one_turn(), model=model, settings={**SETTINGS, "budget": {"calls": 2}})
    assert asked(model) == ["one", "two"]


def test_the_next_server_is_asked_over_the_wire_and_a_missing_key_is_worth_it() -> None:
    async def work() -> None:
        async with Server([Answer(status=503)]) as first, Server(["Here."]) as second:
            settings = {
                "model": "keyed/big",
                "fallback": ["first/mid", "second/small"],
                "retries": 0,
                "providers": {
                    "keyed": {"base_url": first.url, "api_key_env": "NO_SUCH_KEY_ANYWHERE"},
                    "first": {"base_url": first.url, "api_key_env": None},
                    "second": {"base_url": second.url, "api_key_env": None},
                },
            }
            fn = loads("turbo: 1\nsteps:\n  - user: Hi\n  - generate\n").configure(settings)
            assert (await play(fn)).outcome == "Here."
            assert [each.data["model"] for each in first.received] == ["mid"]
            assert [each.data["model"] for each in second.received] == ["small"]
            await fn.aclose()

    in_loop(work())


def test_a_recorded_run_says_which_model_answered_and_asks_none_again(tmp_path: Path) -> None:
    async def work() -> None:
        steps = "  - user: Hi\n  - {generate: {}, as: reply}\n  - {input: more, as: more}\n"
        bench = Bench(tmp_path, steps, Talker(failing("server"), "here"))
        bench.fn = bench.fn.configure(SETTINGS)
        name = await bench.break_off()
        events = [event for event in bench.journal.events(bench.journal.run(name)) if event.kind == "turn"]
        assert [(event.model, event.state) for event in events] == [("one", "failed"), ("two", "done")]
        await bench.go_on(name, ["more"])
        assert asked(bench.model) == ["one", "two"]

    in_loop(work())


def test_a_cache_keeps_the_reply_of_each_model_by_itself() -> None:
    async def work() -> None:
        model = Talker(failing("server"), "of two", "of one")
        fn = loads("turbo: 1\nsteps:\n  - user: Hi\n  - generate\n")
        fn = fn.using(model=model, cache=MemoryCache()).configure({**SETTINGS, "cache": "on"})
        assert (await play(fn)).outcome == "of two"
        assert (await play(fn)).outcome == "of one"
        assert (await play(fn)).outcome == "of one"
        assert (await play(fn.configure({"model": "two"}))).outcome == "of two"
        assert asked(model) == ["one", "two", "one"]

    in_loop(work())

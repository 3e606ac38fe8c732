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
from turbo_yaml.errors import LimitError, ModelError, UsageError
from turbo_yaml.journal.story import run_data
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


def replicas(**servers: Server) -> dict[str, Any]:
    """Return settings that know some servers, which are one after another the `provider` of the model."""
    defined = {name: {"base_url": server.url, "api_key_env": None} for name, server in servers.items()}
    return {"model": "big", "provider": [*servers], "providers": defined, "retries": 0}


ASK = "turbo: 1\nsteps:\n  - user: Hi\n  - generate:\n    id: ask\n"


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(
    "broken",
    [
        Answer(status=503),
        Answer(status=429),
        Answer(status=401),
        Answer(status=404),
        Answer(fault="reset", after=1),
        Answer(fault="close", after=-1),
        Answer(body="<html>", content_type="text/html"),
    ],
    ids=["503", "429", "401", "404", "reset", "closed", "a page"],
)
def test_the_next_of_its_providers_is_asked_where_one_fails(broken: Answer, streamed: bool) -> None:
    async def work() -> None:
        async with Server([broken]) as east, Server(["Here."]) as west:
            seen: list[Event] = []
            fn = loads(ASK).configure({**replicas(east=east, west=west), "stream": streamed})
            assert (await play(fn.using(on_event=seen.append))).outcome == "Here."
            assert [[each.data["model"] for each in at.received] for at in (east, west)] == [["big"], ["big"]]
            told = [(each.model, each.step) for each in seen if isinstance(each, FallbackEvent)]
            assert told == [("west/big", "ask")]
            await fn.aclose()

    in_loop(work())


def test_every_provider_has_the_model_before_the_next_model_is_asked_at_all_of_them() -> None:
    async def work() -> None:
        busy = [Answer(status=500)] * 2
        async with Server(busy) as a, Server(busy) as b, Server([busy[0], "Here."]) as c:
            seen: list[Event] = []
            settings = replicas(a=a, b=b) | {"fallback": ["c/other", "small", "c/last"]}
            settings["providers"]["c"] = {"base_url": c.url, "api_key_env": None}
            fn = loads(ASK).configure(settings)
            assert (await play(fn.using(on_event=seen.append))).outcome == "Here."
            asked = ["b/big", "c/other", "a/small", "b/small", "c/last"]
            assert [each.model for each in seen if isinstance(each, FallbackEvent)] == asked
            heard = [[each.data["model"] for each in at.received] for at in (a, b, c)]
            assert heard == [["big", "small"], ["big", "small"], ["other", "last"]]
            await fn.aclose()

    in_loop(work())


def test_each_provider_has_retries_of_its_own_and_the_last_error_is_told() -> None:
    async def work() -> None:
        async with Server([Answer(status=503)] * 2) as a, Server([Answer(status=500)] * 2) as b:
            fn = loads(ASK + "    retry: {times: 1, wait: 0}\n").configure(replicas(a=a, b=b))
            with pytest.raises(ModelError, match="`b` answered 500"):
                await play(fn)
            assert (len(a.received), len(b.received)) == (2, 2)
            await fn.aclose()

    in_loop(work())


def test_no_other_provider_is_asked_what_none_can_do() -> None:
    async def work() -> None:
        async with Server([Answer(status=422)]) as a, Server() as b:
            fn = loads(ASK).configure(replicas(a=a, b=b))
            with pytest.raises(ModelError, match="`a` answered 422"):
                await play(fn)
            with pytest.raises(ModelError, match="no provider is called `wst`"):
                await play(fn.configure({"provider": ["wst", "b"]}))
            assert not b.received
            await fn.aclose()

    in_loop(work())


def test_a_key_that_is_missing_leads_to_the_next_provider_and_models_of_this_process_have_none() -> None:
    async def work() -> None:
        async with Server(["Here."]) as b:
            settings = replicas(a=b, b=b)
            settings["providers"]["a"] = {"base_url": b.url, "api_key_env": "NO_SUCH_KEY_ANYWHERE"}
            fn = loads(ASK).configure(settings)
            assert (await play(fn)).outcome == "Here."
            with pytest.raises(ModelError, match="reply 1 of the script"):
                await play(fn.configure({"model": "script", "script": [{"error": "quota"}, "never"]}))
            assert len(b.received) == 1
            await fn.aclose()

    in_loop(work())


def test_the_price_is_that_of_the_provider_which_answered() -> None:
    async def work() -> None:
        async with Server([Answer(status=500)]) as a, Server(["Here."]) as b:
            prices = {"a/*": {"input": 100, "output": 100}, "b/big": {"input": 1, "output": 2}}
            fn = loads(ASK).configure(replicas(a=a, b=b) | {"prices": prices})
            assert (await play(fn)).run.usage.cost == pytest.approx((7 * 1 + 3 * 2) / 1_000_000)
            await fn.aclose()

    in_loop(work())


def test_a_record_says_at_which_provider_each_attempt_was_made(tmp_path: Path) -> None:
    async def work() -> None:
        model = Talker(failing("server"), "here")
        bench = Bench(tmp_path, "  - user: Hi\n  - generate\n  - {input: more, as: more}\n", model)
        bench.fn = bench.fn.configure({"model": "big", "provider": ["east", "west"], "retries": 0})
        run = bench.journal.run(await bench.break_off())
        turns = [event for event in run_data(bench.journal, run)["events"] if event["kind"] == "turn"]
        assert [(turn["asked"]["provider"], turn["state"]) for turn in turns] == [
            ("east", "failed"),
            ("west", "done"),
        ]
        await bench.go_on(run.name, ["more"])
        assert asked(model) == ["big", "big"]

    in_loop(work())


def test_one_provider_stays_text_and_something_else_is_refused() -> None:
    assert loads(ASK).configure({"provider": "groq"}).settings["provider"] == "groq"
    for wrong in (7, {"order": ["a"]}, [7]):
        with pytest.raises(UsageError, match="`provider"):
            loads(ASK).configure({"provider": wrong})

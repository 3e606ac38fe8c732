"""What runs cost, as far as it is known, and budgets in dollars."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done, environ, folder, turbo
from tests.journal.playing import Bench
from tests.runtime.talking import Talker, function, in_loop, play, played
from tests.server import Answer, Server
from turbo_yaml.cache.memory import MemoryCache
from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import LimitError, ModelError
from turbo_yaml.journal.journal import Journal
from turbo_yaml.models.known.prices import PRICES, Price, cost_of, price_by_settings, price_of, shown_cost
from turbo_yaml.models.providers import PROVIDERS
from turbo_yaml.models.request import Reply
from turbo_yaml.protocol import Generate, ToolCall, Usage, User
from turbo_yaml.records import replace
from turbo_yaml.runtime.events import Event, UsageEvent

__all__ = ["environ", "folder", "turbo"]
ASK = "turbo: 1\nsteps:\n  - user: Hi\n  - generate:\n"
PRICED = {"model": "acme/big", "prices": {"acme/big": {"input": 2, "output": 10}}}
EACH = (3 * 2 + 2 * 10) / 1_000_000
"""What a reply of the talker costs then: three tokens sent, two received."""


def turns(count: int) -> Any:
    async def flow() -> Any:
        for _ in range(count):
            yield User("Hi")
            yield Generate()

    return flow


def test_a_price_is_found_by_name_by_name_without_date_and_by_provider() -> None:
    mini = PRICES["openai/gpt-4o-mini"]
    assert price_of("openai", "gpt-4o-mini") == mini
    assert price_of("openai", "gpt-4o-mini-2024-07-18") == mini
    assert price_of("openai", "gpt-4o-2024-05-13") == Price(5, 15)
    assert price_of("anthropic", "claude-opus-4-1-20250805") == PRICES["anthropic/claude-opus-4-1"]
    assert price_of("openrouter", "gpt-4o-mini") is None
    assert price_of("ollama", "llama3.2") is None
    assert price_of(None, "openai/gpt-4o-mini") == mini
    assert price_of("openai", "gpt-4o", {"openai/gpt-4o": {"input": 1}}) is None
    own = {"openai/gpt-4o-mini": {"input": 1, "output": 2}, "ollama/*": {"input": 0, "output": 0}}
    assert price_of("openai", "gpt-4o-mini-2024-07-18", own) == Price(1, 2)
    assert price_of("ollama", "qwen/large", own) == Price(0, 0)


def test_every_price_is_of_a_known_provider_and_above_zero() -> None:
    for name, price in PRICES.items():
        assert name.partition("/")[0] in PROVIDERS
        assert 0 < price.input <= price.output


def test_what_is_not_known_is_never_shown_as_zero() -> None:
    assert cost_of(None, 10, 10) is None
    assert shown_cost(None) == "unpriced"
    assert shown_cost(0.0) == "$0.00"
    assert shown_cost(0.00000015) != "$0.00"
    assert (shown_cost(0.0123), shown_cost(12.5)) == ("$0.0123", "$12.50")
    assert (Usage(1, 1, 0.5) + Usage(1, 1)).cost is None
    assert (Usage(1, 1, 0.5) + Usage(1, 1, 0.25)).cost == 0.75


def test_a_run_and_each_of_its_turns_have_a_cost() -> None:
    async def work() -> None:
        seen: list[Event] = []
        fn = function(turns(2), settings=PRICED).using(on_event=seen.append)
        told = await play(fn)
        assert told.run.usage == Usage(6, 4, pytest.approx(2 * EACH))
        used = [event for event in seen if isinstance(event, UsageEvent)]
        assert [event.cost for event in used] == [pytest.approx(EACH)] * 2
        assert not any("unpriced" in event.to_data() for event in used)

    in_loop(work())


@pytest.mark.parametrize("listened", [False, True])
def test_the_message_of_a_turn_tells_what_it_cost_and_null_where_nobody_knows(listened: bool) -> None:
    text = f"{ASK}    message_as: reply\n  - return: '{{{{ reply.usage }}}}'\n"

    async def work() -> None:
        fn = loads(text).configure({**PRICED, "retries": 0, "fallback": "acme/small"})
        fn = fn.using(on_event=[].append) if listened else fn
        told = await play(fn.using(model=Talker()))
        assert told.outcome == {"input_tokens": 3, "output_tokens": 2, "cost": pytest.approx(EACH)}
        # What answers in its place has no price.
        told = await play(fn.using(model=Talker(ModelError("no", kind="server"))))
        assert told.outcome == {"input_tokens": 3, "output_tokens": 2, "cost": None}
        assert (await play(fn.using(model=Talker(Reply("x"))))).outcome is None

    in_loop(work())


def test_a_turn_with_tools_costs_what_its_replies_do_and_is_unpriced_where_one_is() -> None:
    call = ToolCall("1", "look", "{}")
    text = (
        "turbo: 1\ntools: {look: {description: Look.}}\nsteps:\n  - user: Hi\n  - generate: {tools: [look]}\n"
        "    message_as: reply\n  - return: '{{ reply.usage }}'\n"
    )

    async def work() -> None:
        fn = loads(text, tools={"look": lambda: "x"}).configure(PRICED)
        first = Reply(tool_calls=(call,), usage=Usage(3, 2))
        told = await play(fn.using(model=Talker(first)))
        assert told.outcome == {"input_tokens": 6, "output_tokens": 4, "cost": pytest.approx(2 * EACH)}
        for replies in ([replace(first, usage=None)], [first, Reply("no count")]):
            told = await play(fn.using(model=Talker(*replies)))
            assert told.outcome == {"input_tokens": 3, "output_tokens": 2, "cost": None}

    in_loop(work())


def test_a_model_of_the_hosts_own_costs_what_its_name_does() -> None:
    for settings in (
        {"model": "gpt-4o"},
        {"model": "openai/gpt-4o"},
        {"provider": ["openai", "x"], "model": "gpt-4o"},
    ):
        assert price_by_settings(settings, settings["model"]) == PRICES["openai/gpt-4o"]
    assert price_by_settings({"prices": {"mine": {"input": 1, "output": 2}}}, "mine") == Price(1, 2)
    for name in ("", "mine", "acme/gpt-4o"):
        assert price_by_settings({}, name) is None


def test_an_offline_test_compares_costs_at_the_prices_of_the_settings(
    turbo: Callable[..., Done], folder: Path
) -> None:
    head = ASK.replace("steps", "settings: {model: acme/big, budget: {cost: 1}}\nsteps") + "tests:\n"
    reply = "    model: [{content: a, usage: {input_tokens: 1000, output_tokens: 100}}]\n"
    tests = "".join(
        f"  - name: {name}\n{reply}    expect: [{{{expected}}}]\n"
        for name, expected in {
            "within": "cost: 0.003",
            "over": "cost: 0.0029",
            "own": "cost: 0.0012, prices: {input: 1, output: 2}",
        }.items()
    )
    (folder / "a.yaml").write_text(head + tests)
    (folder / "turbo.yaml").write_text("prices: {acme/*: {input: 2, output: 10}}\n")
    done = turbo("test", "a.yaml")
    assert done.code == 1 and "2 passed, 1 failed" in done.out, done.out
    assert "the calls cost $0.003" in done.out
    (folder / "turbo.yaml").unlink()
    done = turbo("test", "a.yaml")
    assert "1 passed, 2 failed" in done.out
    assert "the calls are unpriced: no price of `acme/big` is known" in done.out


@pytest.mark.parametrize("listened", [False, True])
def test_one_reply_without_a_price_or_without_tokens_leaves_the_run_unpriced(listened: bool) -> None:
    async def work() -> None:
        seen: list[Event] = []
        fn = function(turns(2), Talker(Reply("no count")), PRICED)
        assert (await play(fn.using(on_event=seen.append) if listened else fn)).run.usage.cost is None
        fn = function(turns(1), settings={"model": "acme/unknown"}).using(on_event=seen.append)
        assert (await play(fn)).run.usage == Usage(3, 2)
        assert (
            not listened
            or [event for event in seen if isinstance(event, UsageEvent)][-1].to_data()["unpriced"] is True
        )

    in_loop(work())


def test_models_of_this_process_cost_nothing() -> None:
    async def work() -> None:
        text = "turbo: 1\nsettings: {model: echo, budget: {cost: 1}}\nsteps:\n  - user: Hi\n  - generate\n"
        assert (await play(loads(text))).run.usage.cost == 0.0

    in_loop(work())


def test_a_budget_in_dollars_ends_the_run_before_the_next_call() -> None:
    model = Talker()
    with pytest.raises(LimitError, match=r"has cost \$0\.00005") as caught:
        played(turns(5), model=model, settings={**PRICED, "budget": {"cost": 1.5 * EACH}})
    assert (caught.value.kind, caught.value.exit_code, len(model.requests)) == ("budget", 4, 2)


def test_a_budget_in_dollars_asks_no_model_without_a_price() -> None:
    model = Talker()
    with pytest.raises(ModelError, match="`acme/small` is not known") as caught:
        played(turns(1), model=model, settings={"model": "acme/small", "budget": {"cost": 1}})
    assert (caught.value.kind, len(model.requests)) == ("configuration", 0)
    with pytest.raises(LimitError, match="told no tokens"):
        played(turns(2), model=Talker(Reply("x")), settings={**PRICED, "budget": {"cost": 1}})


def test_a_reply_of_the_cache_costs_nothing() -> None:
    async def work() -> None:
        fn = loads("turbo: 1\nsteps:\n  - user: Hi\n  - generate\n")
        fn = fn.using(model=Talker(), cache=MemoryCache()).configure({**PRICED, "cache": "on"})
        assert (await play(fn)).run.usage.cost == pytest.approx(EACH)
        assert (await play(fn)).run.usage.cost == 0.0

    in_loop(work())


def test_the_journal_keeps_the_cost_of_each_turn_and_a_run_that_goes_on_has_it(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, "  - user: Hi\n  - generate\n  - {input: more, as: more}\n")
        bench.fn = bench.fn.configure(PRICED)
        name = await bench.break_off()
        assert bench.journal.run(name).cost == pytest.approx(EACH)
        # The price has changed since, what was paid has not.
        run = bench.fn.configure({"prices": {"acme/big": {"input": 9}}}).resume(name)
        await run.run()
        assert run.usage.cost == pytest.approx(EACH)
        await run.aclose()
        bench.fn = bench.of("  - user: Hi\n  - generate\n  - {input: more, as: more}\n")
        assert bench.journal.run(await bench.break_off()).cost is None

    in_loop(work())


def test_a_record_says_of_each_failed_attempt_what_it_may_have_cost(tmp_path: Path) -> None:
    faults = [
        Answer(status=500),
        Answer(fault="reset", after=2),
        Answer(fault="close", after=-1),
        Answer(fault="stall", after=2),
        Answer(events=[]),
        Answer(status=429),
        Answer(status=401),
    ]
    text = (
        f"{ASK}    retry: {{times: 9, wait: 0, on: [server, connection, timeout, bad_reply, rate_limit]}}\n"
    )
    journal = Journal(tmp_path)

    async def took(fn: Any, words: str) -> list[Any]:
        """Return what each attempt of a run is recorded to have taken."""
        async with fn() as run:
            with pytest.raises(ModelError, match=words):
                await run.run()
        events = journal.events(journal.run(run.name))
        return [event.data.get("took") for event in events if event.state == "failed"]

    async def work() -> None:
        fn = loads(text).using(journal=journal).configure({"stream": True, "timeout": 0.2, "model": "acme/m"})
        paid = {"input_tokens": 5, "cost": pytest.approx(10 / 1_000_000)}
        async with Server([*faults, Answer(status=500), Answer(status=401)]) as server:
            fn = fn.configure({"providers": {"acme": {"base_url": server.url, "api_key_env": None}}})
            priced = fn.configure({"prices": {"acme/*": {"input": 2, "output": 10}}})
            assert await took(priced, "401") == [paid] * 5 + [None] * 2
            assert await took(fn, "401") == [{"input_tokens": 5, "cost": None}, None]
        assert await took(priced, "refused") == [None] * 10
        await fn.aclose()

    in_loop(work())
    journal.close()


def test_a_server_without_usage_is_unpriced_and_one_with_it_is_priced() -> None:
    async def work() -> None:
        async with Server([Answer("a"), Answer("b", usage=None)]) as server:
            settings = {**PRICED, "providers": {"acme": {"base_url": server.url, "api_key_env": None}}}
            fn = loads("turbo: 1\nsteps:\n  - user: Hi\n  - generate\n").configure(settings)
            assert (await play(fn)).run.usage.cost == pytest.approx((7 * 2 + 3 * 10) / 1_000_000)
            assert (await play(fn)).run.usage.cost is None
            await fn.aclose()

    in_loop(work())

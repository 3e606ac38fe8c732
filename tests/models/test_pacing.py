"""Rate limits: how much a server is asked, and when. Counted by what the server received, not by clocks."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.asking import request, run
from tests.runtime.talking import in_loop, play
from tests.server import Answer, Server
from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import ModelError
from turbo_yaml.models.faults import retry_after
from turbo_yaml.models.openai import OpenAIModel
from turbo_yaml.models.pacing import WINDOW, Meter, Told
from turbo_yaml.models.pool import ModelPool
from turbo_yaml.models.providers import Provider
from turbo_yaml.models.wire.rates import Room, duration, empty_for, room

USED_UP = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "1h0m0s",
}


# What servers write -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("7.66s", 7.66),
        ("12ms", 0.012),
        ("2m59.56s", 179.56),
        ("1h2m3s", 3723.0),
        ("1s20ms", 1.02),
        ("30", 30.0),
        ("0s", 0.0),
        ("-1", None),
        ("soon", None),
        ("1e9", None),
        ("1700000000", None),
        (None, None),
        ("", None),
    ],
)
def test_a_duration_is_read_as_servers_write_it(text: str | None, seconds: float | None) -> None:
    assert duration(text) == (None if seconds is None else pytest.approx(seconds))


@given(st.text(max_size=12), st.text("0123456789.hms ", max_size=12))
def test_any_header_is_a_room_or_nothing(left: str, reset: str) -> None:
    headers = {"x-ratelimit-remaining-tokens": left, "x-ratelimit-reset-tokens": reset}
    found = room(headers, "tokens")
    assert found is None or (found.left >= 0 and 0 <= found.reset <= 86_400)


def test_a_limit_that_is_used_up_is_a_wish_to_wait_where_there_is_no_other() -> None:
    assert empty_for(USED_UP) == retry_after(USED_UP) == 3600
    assert retry_after(USED_UP | {"retry-after": "2"}) == 2
    assert empty_for(USED_UP | {"x-ratelimit-remaining-requests": "1"}) is None


# When there is room -----------------------------------------------------------------------------------


@given(st.integers(1, 6), st.lists(st.tuples(st.floats(0, 40), st.integers(1, 9)), max_size=40))
def test_no_minute_takes_more_than_the_limit(most: int, asked: list[tuple[float, int]]) -> None:
    meter, now, taken = Meter(most), 1000.0, []
    for pause, amount in asked:
        now += pause
        while (wait := meter.wait(now, amount)) > 0:
            assert wait <= WINDOW + 1e-6
            now += max(wait, 1e-6)
        meter.take(now, amount)
        taken.append((now, amount))
    for start, _ in taken:
        within = [amount for at, amount in taken if start <= at < start + WINDOW - 1e-6]
        assert sum(within) <= most or len(within) == 1


def test_what_was_really_taken_counts_in_place_of_the_estimate() -> None:
    meter = Meter(100)
    entry = meter.take(0.0, 10)
    meter.settle(entry, 95)
    assert meter.wait(1.0, 6) == WINDOW - 1
    assert meter.wait(1.0, 5) == 0
    assert meter.wait(WINDOW, 200) == 0
    meter.settle(entry, 1)  # a minute later it is forgotten
    assert meter.used == 0


def test_a_limit_that_the_server_tells_fills_up_evenly() -> None:
    told = Told()
    assert told.wait(0.0, 5) == 0
    told.hear(Room(left=2, limit=12, reset=20.0), 0.0)
    assert told.wait(0.0, 2) == 0
    assert told.wait(0.0, 3) == pytest.approx(2)
    assert told.wait(1.0, 3) == pytest.approx(1)
    assert told.wait(0.0, 500) == pytest.approx(20)
    told.take(2)
    assert told.wait(0.0, 1) == pytest.approx(2)
    assert told.wait(20.0, 12) == 0
    told.hear(Room(left=0, limit=None, reset=20.0), 30.0)
    assert told.wait(31.0, 1) == pytest.approx(19)


# Over the wire ----------------------------------------------------------------------------------------


def asked(*answers: Any, names: list[str], at_once: bool = False, timeout: float = 0.5, **limits: int) -> Any:
    """Ask a server for each model name; return what it received, and what came of each."""

    async def main() -> tuple[list[str], list[Any]]:
        async with Server(list(answers)) as server:
            model = OpenAIModel(Provider("acme", server.url, **limits))
            asks = [
                model.reply(request(model=name, settings={"timeout": timeout, "max_tokens": 10}))
                for name in names
            ]
            if at_once:
                came = await asyncio.gather(*asks, return_exceptions=True)
            else:
                came = [(await asyncio.gather(ask, return_exceptions=True))[0] for ask in asks]
            await model.aclose()
            return [each.data["model"] for each in server.received], came

    return run(main())


@pytest.mark.parametrize("at_once", [False, True])
def test_no_more_requests_are_sent_than_a_minute_allows(at_once: bool) -> None:
    received, came = asked(names=["m"] * 5, at_once=at_once, requests_per_minute=2)
    assert len(received) == 2
    late = [error for error in came if isinstance(error, ModelError)]
    assert len(late) == 3
    for error in late:
        assert (error.kind, error.retryable) == ("rate_limit", True)
        assert error.retry_after is not None and 50 < error.retry_after <= WINDOW
        assert "by its rate limit" in error.message


def test_tokens_count_by_estimate_and_then_as_the_server_counted_them() -> None:
    # Each takes 10.5 by estimate and 10 in truth: the third fits only since two took less than estimated.
    received, _ = asked(names=["m"] * 5, tokens_per_minute=31)
    assert len(received) == 3
    received, _ = asked(names=["m"] * 5, at_once=True, tokens_per_minute=21)
    assert len(received) == 2


def test_a_limit_that_the_server_tells_is_kept_for_its_model_alone() -> None:
    told = USED_UP | {"x-ratelimit-limit-requests": "1"}
    received, came = asked(Answer(headers=told), names=["a", "a", "b", "a"])
    assert received == ["a", "b"]
    assert [isinstance(each, ModelError) for each in came] == [False, True, False, True]


@pytest.mark.parametrize("headers", [{"retry-after": "70"}, USED_UP | {"x-ratelimit-reset-requests": "70s"}])
def test_after_a_429_nobody_asks_before_the_server_wants(headers: dict[str, str]) -> None:
    received, came = asked(Answer(status=429, headers=headers), names=["a", "a", "b"])
    assert received == ["a", "b"]
    first, second, _ = came
    assert first.retry_after == 70 and 60 < second.retry_after <= 70


def test_a_429_without_a_word_of_when_holds_nobody() -> None:
    received, _ = asked(Answer(status=429), names=["a", "a"])
    assert received == ["a", "a"]


def test_who_waits_is_asked_when_there_is_room_in_the_order_of_coming() -> None:
    soon = USED_UP | {"x-ratelimit-limit-requests": "1", "x-ratelimit-reset-requests": "30ms"}
    received, came = asked(*[Answer(headers=soon)] * 4, names=["a"] * 4, at_once=True, timeout=4.0)
    assert len(received) == 4
    assert not any(isinstance(each, Exception) for each in came)


def test_a_wait_that_is_cancelled_leaves_the_turn_to_others() -> None:
    async def main() -> None:
        async with Server([Answer(headers=USED_UP | {"x-ratelimit-reset-requests": "200ms"})]) as server:
            model = OpenAIModel(Provider("acme", server.url))
            await model.reply(request())
            waiting = asyncio.ensure_future(model.reply(request()))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await model.reply(request())
            assert len(server.received) == 2
            await model.aclose()

    run(main())


def test_branches_of_a_run_and_runs_of_a_pool_share_the_limits() -> None:
    flow = (
        "turbo: 1\nsteps:\n  - for: i\n    in: range(3)\n    at_once: 3\n    on_error: skip\n"
        "    do: [{user: hi}, {generate: {timeout: 500ms}}]\n    collect: i\n    as: done\n"
        "  - return: '{{ done | length }}'\n"
    )

    async def work() -> None:
        async with Server([]) as server:
            acme = {"base_url": server.url, "api_key_env": None, "limits": {"requests_per_minute": 4}}
            fn = loads(flow).using(pool=ModelPool())
            fn = fn.configure({"model": "acme/m", "retries": 0, "providers": {"acme": acme}})
            assert (await play(fn)).outcome == 3
            assert (await play(fn)).outcome == 1
            assert len(server.received) == 4
            await fn.aclose()

    in_loop(work())


def test_windows_follow_one_another() -> None:
    meter = Meter(1)
    times = []
    now = 0.0
    for _ in range(3):
        now += meter.wait(now, 1)
        meter.take(now, 1)
        times.append(now)
    assert [later - earlier for earlier, later in pairwise(times)] == [WINDOW, WINDOW]

"""Turns that the cache answers: when, how often, and what they cost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.talking import Talker, in_loop, play
from tests.server import Answer, ThreadServer
from turbo_yaml.cache.file import FILE, SqliteCache
from turbo_yaml.cache.memory import MemoryCache
from turbo_yaml.compiler.edge import loads
from turbo_yaml.errors import CacheError, ModelError
from turbo_yaml.journal.journal import Journal
from turbo_yaml.models.request import Reply
from turbo_yaml.protocol import BaseCache
from turbo_yaml.runtime.function import TurboGenFn

HELLO = "turbo: 1\nsteps:\n  - user: hello\n  - generate\n"
TWICE = (
    "turbo: 1\nsteps:\n  - for: i\n    in: range(2)\n    do: [{forget: all}, {user: same}, {generate: {}}]\n"
)


def flow(text: str, cache: BaseCache, how: str = "on", **settings: Any) -> tuple[TurboGenFn, Talker]:
    """Return a flow whose turns use a cache, and the model that is asked in the end."""
    model = Talker()
    return loads(text).using(model=model, cache=cache).configure({"cache": how, **settings}), model


@pytest.mark.parametrize(
    ("first", "second", "asked"),
    [("on", "on", 1), ("write", "read", 1), ("write", "write", 2), ("read", "read", 2), ("off", "on", 2)],
)
def test_the_setting_says_whether_replies_are_taken_and_kept(first: str, second: str, asked: int) -> None:
    async def work() -> None:
        cache = MemoryCache()
        fn, model = flow(HELLO, cache, first)
        one = await play(fn)
        two = await play(fn.configure({"cache": second}))
        assert len(model.requests) == asked
        assert (one.outcome == two.outcome) == (asked == 1)

    in_loop(work())


def test_a_hit_costs_nothing_and_is_told() -> None:
    async def work() -> None:
        fn, _ = flow(HELLO, MemoryCache(), budget={"calls": 1}, model="m")
        assert (await play(fn)).run.usage.input_tokens == 3
        run = fn()
        told = []
        run.listen(told.append)
        assert (await run.run()).content == "reply 1"
        assert run.usage.input_tokens == 0
        (usage,) = [event.to_data() for event in told if event.kind == "usage"]
        assert usage == {
            "event": "usage", "flow": "flow", "model": "m", "input_tokens": 0, "output_tokens": 0,
            "cached": True, "cost": 0.0,
        }  # fmt: skip
        await run.aclose()

    in_loop(work())


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.5},
        {"seed": 1},
        {"max_tokens": 5},
        {"model": "other"},
        {"extra": {"top_k": 3}},
        {"structured": "json"},
    ],
)
def test_another_request_is_another_entry(change: dict[str, Any]) -> None:
    async def work() -> None:
        fn, model = flow(HELLO, MemoryCache())
        await play(fn)
        await play(fn.configure(change))
        assert len(model.requests) == 2

    in_loop(work())


def test_what_changes_no_reply_changes_no_key() -> None:
    async def work() -> None:
        fn, model = flow(HELLO, MemoryCache())
        await play(fn)
        await play(fn.configure({"timeout": "3s", "retries": 5, "stream": True, "max_concurrency": 2}))
        assert len(model.requests) == 1

    in_loop(work())


def test_the_same_question_twice_in_a_run_has_two_samples_of_its_own() -> None:
    async def work() -> None:
        fn, model = flow(TWICE, MemoryCache())
        assert (await play(fn)).results == ["reply 1", "reply 2"]
        assert (await play(fn)).results == ["reply 1", "reply 2"]
        assert len(model.requests) == 2

    in_loop(work())


def test_a_reply_at_the_second_attempt_is_the_first_sample() -> None:
    async def work() -> None:
        cache = MemoryCache()
        fn, model = flow(HELLO.replace("generate", "generate:") + "    retry: {times: 1, wait: 0}\n", cache)
        model.replies = [ModelError("busy", kind="overloaded", retryable=True), "here"]
        for _ in range(2):
            assert (await play(fn)).outcome == "here"
            assert len(model.requests) == 2

    in_loop(work())


def test_checked_data_comes_from_the_cache_too() -> None:
    async def work() -> None:
        text = (
            "turbo: 1\nsteps:\n  - user: hi\n  - generate: {output: {n: integer}}\n    as: d\n"
            "  - return: '{{ d.n }}'\n"
        )
        fn, model = flow(text, MemoryCache())
        model.replies = ['{"n": 7}']
        assert [(await play(fn)).outcome for _ in range(3)] == [7, 7, 7]
        assert len(model.requests) == 1

    in_loop(work())


def test_one_step_may_have_a_cache_alone() -> None:
    async def work() -> None:
        text = "turbo: 1\nsteps:\n  - user: hi\n  - generate: {cache: on}\n  - user: more\n  - generate\n"
        fn, model = flow(text, MemoryCache(), "off")
        await play(fn)
        model.replies = ["reply 1"]
        await play(fn)
        assert len(model.requests) == 3

    in_loop(work())


def test_a_cache_that_cannot_be_used_costs_a_warning_and_not_the_run(tmp_path: Path) -> None:
    async def work() -> None:
        (tmp_path / FILE).mkdir()
        fn, _ = flow(HELLO, SqliteCache(tmp_path))
        told: list[str] = []
        run = fn().listen(lambda event: told.append(event.message) if event.kind == "warning" else None)
        assert (await run.run()).content == "reply 1"
        assert len(told) == 1 and "cannot be used" in told[0]
        await run.aclose()

    in_loop(work())


def test_the_users_own_file_is_used_where_the_host_gives_no_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBO_YAML_STATE", str(tmp_path))

    async def work() -> None:
        model = Talker()
        fn = loads(HELLO).using(model=model).configure({"cache": "on"})
        await play(fn)
        await play(fn)
        assert len(model.requests) == 1
        assert (await SqliteCache(tmp_path).stats()).hits == 1

    in_loop(work())


def test_a_recorded_run_remembers_what_the_cache_said(tmp_path: Path) -> None:
    async def work() -> None:
        cache = MemoryCache()
        fn, model = flow(HELLO + "  - input: Go on?\n", cache)
        fn = fn.using(journal=Journal(tmp_path))
        for _ in range(2):
            run = fn()
            while not (await run.run()).needs_input:
                pass
            await run.aclose()
        await cache.clear()
        again = fn.resume(run.name or "")
        while not (await again.run()).needs_input:
            pass
        await again.aclose()
        assert len(model.requests) == 1

    in_loop(work())


def test_a_run_that_goes_on_takes_the_sample_that_it_would_have_taken(tmp_path: Path) -> None:
    async def work() -> None:
        cache = MemoryCache()
        asking = TWICE.replace("{generate: {}}", "{generate: {}}, {input: Go on?}")
        fn, model = flow(asking, cache)
        run = fn.using(journal=Journal(tmp_path))()
        while not (await run.run()).needs_input:
            pass
        await run.aclose()
        again = fn.using(journal=Journal(tmp_path)).resume(run.name or "")
        while not (await again.run()).needs_input:
            pass
        assert (await again.run("yes")).content == "reply 2"
        assert len(model.requests) == 2
        await again.aclose()

    in_loop(work())


def test_what_a_host_raises_in_its_own_cache_comes_out_as_it_is() -> None:
    class Broken(MemoryCache):
        async def get(self, key: str) -> Any:
            raise RuntimeError("mine")

    async def work() -> None:
        fn, _ = flow(HELLO, Broken())
        with pytest.raises(RuntimeError, match="mine"):
            await play(fn)

    in_loop(work())
    assert not issubclass(RuntimeError, CacheError)
    asyncio.run(MemoryCache().clear())


def at_servers(folder: Path, *urls: str) -> list[Any]:
    """Return what a flow comes to at each server, with one cache for all, and a key that is sent."""

    async def work() -> list[Any]:
        cache = SqliteCache(folder)
        outcomes = []
        for url in urls:
            fn = loads(HELLO).using(cache=cache)
            house = {"base_url": url, "api_key_env": "HOUSE_KEY"}
            fn = fn.configure({"model": "house/m", "cache": "on", "providers": {"house": house}})
            outcomes.append((await play(fn)).outcome)
            await fn.aclose()
        return outcomes

    return in_loop(work())


def test_two_servers_with_models_of_one_name_share_no_replies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUSE_KEY", "first-1234567890")
    with ThreadServer(lambda _: Answer("one")) as first, ThreadServer(lambda _: Answer("two")) as second:
        assert at_servers(tmp_path, first.url, second.url, first.url) == ["one", "two", "one"]
        monkeypatch.setenv("HOUSE_KEY", "second-1234567890")
        assert at_servers(tmp_path, first.url, f"{second.url}/") == ["one", "two"]
        assert (len(first.received), len(second.received)) == (1, 1)


def test_a_reply_with_a_secret_in_it_is_given_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_PASSWORD", "tulip-garden")
    fn, model = flow(HELLO, cache := SqliteCache(tmp_path))
    model.replies = ["It is tulip-garden.", Reply("", "tulip-garden, then"), "nothing"]

    async def work() -> None:
        said = [(await play(fn)).outcome for _ in range(4)]
        assert said == ["It is tulip-garden.", "", "nothing", "nothing"]
        assert (await cache.stats()).entries == 1

    in_loop(work())
    assert all(b"tulip" not in path.read_bytes() for path in tmp_path.iterdir())

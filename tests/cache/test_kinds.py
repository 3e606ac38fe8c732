"""The kinds of cache: what is kept comes back, and what is forgotten does not."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cache.tiny_redis import TinyRedis
from turbo_yaml.cache.file import FILE, SqliteCache
from turbo_yaml.cache.memory import MemoryCache
from turbo_yaml.cache.redis import RedisCache
from turbo_yaml.errors import CacheError
from turbo_yaml.protocol import BaseCache

KINDS = ("memory", "file", "redis")


def with_cache(
    kind: str, folder: Path, work: Callable[[BaseCache], Awaitable[None]], ttl: float | None = None
) -> None:
    """Do something with a cache of a kind."""

    async def over_redis() -> None:
        async with TinyRedis() as server:
            cache = RedisCache(server.url, ttl=ttl)
            try:
                await work(cache)
            finally:
                await cache.aclose()

    if kind == "redis":
        asyncio.run(over_redis())
    else:
        asyncio.run(work(MemoryCache(ttl) if kind == "memory" else SqliteCache(folder, ttl)))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_comes_back_until_it_is_cleared(kind: str, tmp_path: Path) -> None:
    async def work(cache: BaseCache) -> None:
        key = cache.to_key({"model": "m", "messages": [["user", "hi"]]})
        assert not await cache.has(key)
        with pytest.raises(KeyError):
            await cache.get(key)
        value = {"text": "a\ud800\0é", "usage": [1, 2], "none": None}
        await cache.set(key, value)
        assert await cache.has(key)
        assert await cache.get(key) == value
        await cache.set(key, [1])
        assert await cache.get(key) == [1]
        await cache.clear()
        assert not await cache.has(key)

    with_cache(kind, tmp_path, work)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_too_old_is_not_there(kind: str, tmp_path: Path) -> None:
    async def work(cache: BaseCache) -> None:
        await cache.set("key", 1)
        await asyncio.sleep(0.01)
        assert not await cache.has("key")
        with pytest.raises(KeyError):
            await cache.get("key")

    with_cache(kind, tmp_path, work, ttl=0.005)


def test_what_was_kept_by_a_clock_that_was_wrong_is_forgotten(tmp_path: Path) -> None:
    async def work() -> None:
        cache = SqliteCache(tmp_path, ttl=60)
        for key in ("now", "ahead", "behind"):
            await cache.set(key, key)
        with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
            db.execute("update reply set at = at + 1000000 where key = 'ahead'")
            db.execute("update reply set at = at - 1000000 where key = 'behind'")
        assert [key for key in ("now", "ahead", "behind") if await cache.has(key)] == ["now"]

    asyncio.run(work())


def test_a_value_that_is_damaged_is_no_value(tmp_path: Path) -> None:
    async def work() -> None:
        cache = SqliteCache(tmp_path)
        await cache.set("key", "value")
        with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
            db.execute("update reply set value = '{'")
        with pytest.raises(CacheError, match="is damaged"):
            await cache.get("key")

    asyncio.run(work())


def test_the_key_is_that_of_the_content_and_of_nothing_else() -> None:
    cache = MemoryCache()
    assert cache.to_key({"a": 1, "b": [2]}) == cache.to_key({"b": [2], "a": 1})
    assert cache.to_key({"a": 1}) != cache.to_key({"a": "1"})


def test_memory_keeps_what_was_used_last() -> None:
    async def work() -> None:
        cache = MemoryCache(most=2)
        for key in "ab":
            await cache.set(key, key)
        await cache.get("a")
        await cache.set("c", "c")
        assert [key for key in "abc" if await cache.has(key)] == ["a", "c"]

    asyncio.run(work())


def test_a_file_tells_how_often_it_was_of_use_and_nobody_else_reads_it(tmp_path: Path) -> None:
    async def work() -> None:
        cache = SqliteCache(tmp_path / "state")
        await cache.set("a", "secret words")
        await cache.get("a")
        await cache.get("a")
        found = await cache.stats()
        assert (found.entries, found.hits) == (1, 2)
        assert stat.S_IMODE((tmp_path / "state" / FILE).stat().st_mode) == 0o600
        await cache.clear(before=1.0)
        assert (await cache.stats()).entries == 1
        await cache.clear()
        assert b"secret words" not in b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())

    asyncio.run(work())


@pytest.mark.parametrize("body", [b"not a cache " * 400, None], ids=["foreign", "folder"])
def test_a_file_that_is_no_cache_is_told_of(tmp_path: Path, body: bytes | None) -> None:
    if body is None:
        (tmp_path / FILE).mkdir()
    else:
        (tmp_path / FILE).write_bytes(body)
    with pytest.raises(CacheError, match="cannot be used"):
        asyncio.run(SqliteCache(tmp_path).has("a"))


def test_a_server_that_is_away_is_told_of() -> None:
    async def work() -> None:
        cache = RedisCache("redis://127.0.0.1:9/0")
        try:
            for asked in (cache.has("a"), cache.clear()):
                with pytest.raises(CacheError, match="Redis"):
                    await asked
        finally:
            await cache.aclose()

    asyncio.run(work())

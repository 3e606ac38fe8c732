"""Replies kept in Redis, for many machines. Needs the extra `redis`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from turbo_yaml.cache.keys import KeyedCache
from turbo_yaml.errors import CacheError, UsageError

if TYPE_CHECKING:
    from redis.asyncio import Redis


class RedisCache(KeyedCache):
    """Keeps values in Redis under a prefix, each for `ttl` seconds; None: until Redis drops it.

    `aclose` lets go of its connections. `CacheError` where the server cannot be reached.
    """

    def __init__(
        self, url: str = "redis://localhost:6379/0", *, ttl: float | None = None, prefix: str = "turbo-yaml:"
    ) -> None:
        try:
            from redis.asyncio import Redis
        except ImportError:
            raise UsageError(
                "Redis needs a library that is not there", hint="`pip install turbo-yaml[redis]`"
            ) from None
        self._redis: Redis = Redis.from_url(url)
        self._ttl = None if ttl is None else int(ttl * 1000)
        self._prefix = prefix

    async def has(self, key: str) -> bool:
        """Tell whether there is a value for the key."""
        return bool(await self._ask(self._redis.exists(self._prefix + key)))

    async def get(self, key: str) -> Any:
        """Return the value for the key; `KeyError` where there is none."""
        found = await self._ask(self._redis.get(self._prefix + key))
        if found is None:
            raise KeyError(key)
        return json.loads(found)

    async def set(self, key: str, value: Any) -> None:
        """Keep a JSON value under the key."""
        await self._ask(self._redis.set(self._prefix + key, json.dumps(value), px=self._ttl))

    async def clear(self) -> None:
        """Forget everything under the prefix."""
        from redis.exceptions import RedisError

        try:
            async for key in self._redis.scan_iter(match=self._prefix + "*", count=1000):
                await self._redis.delete(key)
        except (RedisError, OSError) as problem:
            raise _unreachable(problem) from problem

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._redis.aclose()

    async def _ask(self, answer: Any) -> Any:
        from redis.exceptions import RedisError

        try:
            return await answer
        except (RedisError, OSError) as problem:
            raise _unreachable(problem) from problem


def _unreachable(problem: Exception) -> CacheError:
    return CacheError(f"the cache in Redis cannot be used: {problem}")

"""Replies kept in this process."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic
from typing import Any

from turbo_yaml.cache.keys import KeyedCache


class MemoryCache(KeyedCache):
    """Keeps `most` values, those that were used last, each for `ttl` seconds; None: as long as it lives."""

    def __init__(self, ttl: float | None = None, most: int = 10_000) -> None:
        self._ttl = ttl
        self._most = most
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    async def has(self, key: str) -> bool:
        """Tell whether there is a value for the key."""
        return self._sound(key)

    async def get(self, key: str) -> Any:
        """Return the value for the key; `KeyError` where there is none."""
        if not self._sound(key):
            raise KeyError(key)
        self._kept.move_to_end(key)
        return self._kept[key][1]

    async def set(self, key: str, value: Any) -> None:
        """Keep a JSON value under the key."""
        self._kept[key] = (monotonic(), value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    async def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def _sound(self, key: str) -> bool:
        found = self._kept.get(key)
        if found is None:
            return False
        if self._ttl is not None and monotonic() - found[0] > self._ttl:
            del self._kept[key]
            return False
        return True

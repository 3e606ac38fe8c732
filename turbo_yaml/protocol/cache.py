"""The cache of model replies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class BaseCache(ABC):
    """A store of replies by request. Hosts may bring their own."""

    @abstractmethod
    async def has(self, key: str) -> bool:
        """Tell whether there is a value for the key."""

    @abstractmethod
    async def get(self, key: str) -> Any:
        """Return the value for the key; `KeyError` where there is none."""

    @abstractmethod
    async def set(self, key: str, value: Any) -> None:
        """Keep a JSON value under the key."""

    @abstractmethod
    async def clear(self) -> None:
        """Forget everything."""

    @abstractmethod
    def to_key(self, request: Any) -> str:
        """Return the key of a request."""

"""A reply that a person stops: what has come of it by then is the reply."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from turbo_yaml.models.request import Delta, OnDelta, Reply

STOPPED: Final = "stopped"
"""The `finish_reason` of such a reply."""
NOTHING: Final = "…"
"""What stands for a reply of which nothing had come: servers refuse a message without text."""


class Stops:
    """The replies of a run that come now."""

    __slots__ = ("_coming",)

    def __init__(self) -> None:
        self._coming: set[Coming] = set()

    def stop(self) -> bool:
        """Cut short what comes now; tell whether there was anything to stop. May be called by a signal."""
        cut = [coming for coming in [*self._coming] if coming.cut()]
        return bool(cut)

    def begin(self, on_delta: OnDelta | None) -> Coming:
        """Return a reply that is about to come."""
        return Coming(self._coming, on_delta)


class Coming:
    """One reply on its way, and as much of it as there is."""

    __slots__ = ("_among", "_cut", "_on_delta", "_task", "_text")

    def __init__(self, among: set[Coming], on_delta: OnDelta | None) -> None:
        self._among = among
        self._on_delta = on_delta
        self._text: list[str] = []
        self._task: asyncio.Task[Any] | None = None
        self._cut = False

    async def hear(self, delta: Delta) -> None:
        """Take a piece of the reply."""
        self._text.append(delta.text)
        if self._on_delta is not None:
            await self._on_delta(delta)

    async def whole(self, work: Coroutine[Any, Any, Reply]) -> Reply:
        """Return the reply that `work` brings, or what there is of it when it is stopped."""
        self._task = asyncio.current_task()
        self._among.add(self)
        try:
            return await work
        except asyncio.CancelledError:
            if self._task is None or not self._cut or self._task.uncancel() > 0:
                raise
            return Reply(content="".join(self._text) or NOTHING, finish_reason=STOPPED)
        finally:
            self._among.discard(self)

    def cut(self) -> bool:
        """Stop waiting for the rest; tell whether that was news."""
        if self._task is None or self._cut:
            return False
        self._cut = True
        return self._task.cancel()

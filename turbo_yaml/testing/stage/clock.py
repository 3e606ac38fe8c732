"""An event loop in which waiting takes no time: what only sleeps is woken at once, in the right order."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class _Skipping(selectors.DefaultSelector):
    """Lets the clock run ahead instead of waiting, as long as nothing else could wake the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0.0
        """Seconds that were not waited for."""
        self.outside = False
        """Whether another thread may call the loop."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # One file is the loop's own. Where there are others, the world takes its time.
        if timeout is not None and timeout > 0 and len(self.get_map()) <= 1 and not self.outside:
            self.ahead += timeout
            timeout = 0
        return super().select(timeout)


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers fire in order, and at once where there is nothing else to wait for."""

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Return the loop's time in seconds: the real one, and what was not waited for."""
        return super().time() + self._skipping.ahead

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Run a function in another thread; from now on the loop really waits."""
        self._skipping.outside = True
        return super().run_in_executor(executor, func, *args)

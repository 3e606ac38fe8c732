"""Sees to it that work in an event loop leaves nothing behind: no task, generator, file or warning."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import warnings
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import AsyncGeneratorType
from typing import Any
from weakref import WeakSet


async def settled(turns: int = 10) -> None:
    """Let whatever is ready run, as often."""
    for _ in range(turns):
        await asyncio.sleep(0)


class Watch:
    """The async generators that have begun since."""

    def __init__(self) -> None:
        self.generators: WeakSet[AsyncGeneratorType[Any, Any]] = WeakSet()
        usual = sys.get_asyncgen_hooks()

        def begun(generator: AsyncGeneratorType[Any, Any]) -> None:
            self.generators.add(generator)
            if usual.firstiter is not None:
                usual.firstiter(generator)

        sys.set_asyncgen_hooks(firstiter=begun)

    def assert_closed(self) -> None:
        """Fail where one is open."""
        assert [generator for generator in self.generators if generator.ag_frame is not None] == []


def leaves_nothing(work: Callable[[Watch], Awaitable[Any]]) -> Any:
    """Run the work in a loop of its own; fail where it leaves something behind."""
    gc.freeze()  # what is there already takes no time when garbage is looked for
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            value = asyncio.run(_watched(work))
            gc.collect()
    finally:
        gc.unfreeze()
    assert [str(warning.message) for warning in warned] == []
    return value


async def _watched(work: Callable[[Watch], Awaitable[Any]]) -> Any:
    watch = Watch()
    unheard: list[Mapping[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    files = open_files()
    value = await work(watch)
    await settled()
    watch.assert_closed()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert unheard == []
    left = Counter(open_files()) - Counter(files)
    assert not left, f"left open: {sorted(left)}"
    return value


def open_files() -> list[str]:
    """Return what this process has open: files, sockets and the like, as the system names them."""
    found = []
    for each in os.listdir("/proc/self/fd"):  # noqa: PTH208 (of a path that lists itself)
        with suppress(FileNotFoundError):
            found.append(str(Path(f"/proc/self/fd/{each}").readlink()))
    return found

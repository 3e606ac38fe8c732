"""A machine that has no room for another thread: a typed error, or a run that goes on without."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journal.playing import Bench, drive
from tests.runtime.talking import Talker
from turbo_yaml import SqliteMemory, loads
from turbo_yaml.cache.file import SqliteCache
from turbo_yaml.errors import JournalError, ToolError
from turbo_yaml.runtime.events import DoneEvent, Event, WarningEvent

TALK = "turbo: 1\nsteps: [{user: hi}, generate]\n"
TOOL = "turbo: 1\ntools: {look: {description: Looks., with: {}}}\nsteps: [{tool: look}]\n"


@contextmanager
def no_thread() -> Iterator[None]:
    """Have the system refuse threads: each asks for a stack of more than a machine can address."""
    before = threading.stack_size(1 << 45)
    try:
        yield
    finally:
        threading.stack_size(before)


def test_a_run_that_is_to_be_recorded_asks_nobody(tmp_path: Path) -> None:
    async def work() -> None:
        bench = Bench(tmp_path, "  - user: hi\n  - generate\n")
        with no_thread(), pytest.raises(JournalError, match="cannot be written: no room for another thread"):
            await drive(bench.fn())
        bench.journal.close()
        assert bench.asked == 0

    asyncio.run(work())


def test_a_cache_is_done_without(tmp_path: Path) -> None:
    events: list[Event] = []

    async def work() -> None:
        fn = loads(TALK).using(model=Talker("yes"), cache=SqliteCache(tmp_path), on_event=events.append)
        with no_thread():
            assert await fn.configure({"cache": "on"})().finish() == "yes"

    asyncio.run(work())
    warned = [event.message for event in events if isinstance(event, WarningEvent)]
    assert isinstance(events[-1], DoneEvent) and len(warned) == 1
    assert warned[0].endswith("cannot be used: can't start new thread")


def test_a_conversation_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    async def work() -> None:
        model = Talker("yes")
        memory = SqliteMemory("ada", tmp_path)
        with no_thread(), pytest.raises(JournalError, match="cannot be used: can't start new thread"):
            await loads(TALK).using(model=model)(memory=memory).finish()
        assert model.requests == []
        assert await loads(TALK).using(model=model)(memory=memory).finish() == "yes"
        await memory.release()

    asyncio.run(work())


def test_a_tool_that_cannot_begin_fails_at_its_place() -> None:
    async def work() -> None:
        fn = loads(TOOL).using(tools={"look": lambda: "seen"})
        with no_thread(), pytest.raises(ToolError, match="can't start new thread") as caught:
            await fn().finish()
        assert caught.value.source is not None

    asyncio.run(work())

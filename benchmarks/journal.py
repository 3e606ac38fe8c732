"""What the journal costs: recording a turn, replaying it, its size on disk, and how many runs share a disk.

Exits with 1 where a turn that is replayed costs more than 50 µs, or where a turn of a long chat takes more
room than one of a short chat, in one run or in many. CPU time of the whole process, its writing thread among
it; medians of rounds.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import tracemalloc
from collections.abc import AsyncGenerator
from statistics import median
from time import perf_counter, process_time
from typing import Any

from turbo_yaml.journal.database import FILE
from turbo_yaml.journal.journal import Journal
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.models.request import OnDelta, Reply, Request
from turbo_yaml.protocol import Generate, GetInput, Usage, User
from turbo_yaml.runtime.function import TurboGenFn

REPLAY = 50.0
GROWTH = 1.3
TURNS = 500
ROUNDS = 5
ITEMS = 2000
AT_ONCE = 250


class Model:
    """Answers at once, with two hundred characters."""

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Return words that are different each time."""
        return Reply(f"{len(request.messages)} {'lorem ipsum ' * 16}", usage=Usage(10, 2))

    async def aclose(self) -> None:
        """Nothing is open."""


async def chat(memory: Any = None, *, turns: int) -> AsyncGenerator[Any, Any]:
    """Talk for so many turns, then wait."""
    for number in range(turns):
        yield User(f"Question {number}: what do you say to it, and why do you say so?")
        yield Generate(forward=False)
    yield GetInput("Go on?")


async def say(memory: Any = None, *, number: int) -> AsyncGenerator[Any, Any]:
    """Say one thing, and take the reply."""
    yield User(f"Question {number}: what do you say to it, and why do you say so?")
    yield Generate()


async def to_the_question(fn: TurboGenFn, turns: int, name: str | None = None) -> str:
    """Run a chat until it waits; return what the run is called."""
    run = fn(turns=turns) if name is None else fn.resume(name)
    result = await run.run()
    assert result.needs_input
    found = run.name or ""
    await run.aclose()
    return found


async def cost(work: Any) -> float:
    """Return the CPU time of some work, in seconds."""
    began = process_time()
    await work
    return process_time() - began


async def recording(fn: TurboGenFn) -> bool:
    """Print what a turn costs when it is recorded and when it is replayed."""
    bare, recorded, replayed = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
            kept = fn.using(journal=journal)
            bare.append(await cost(to_the_question(fn, TURNS)))
            recorded.append(await cost(to_the_question(kept, TURNS)))
            (run,) = journal.select("")
            replayed.append(await cost(to_the_question(kept, TURNS, run.name)))
    plain, with_journal, again = (median(times) / TURNS * 1e6 for times in (bare, recorded, replayed))
    print(f"a turn: {plain:.0f} µs; recorded: {with_journal - plain:.0f} µs more; ", end="")
    print(f"replayed: {again:.0f} µs in all (at most {REPLAY:.0f})")
    return again > REPLAY


async def size(fn: TurboGenFn) -> bool:
    """Print how much room a turn takes, in a short chat and in a long one."""
    sizes = []
    for turns in (100, 2000):
        with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
            await to_the_question(fn.using(journal=journal), turns)
            journal.reader().execute("pragma wal_checkpoint(truncate)")
            sizes.append(os.stat(f"{folder}/{FILE}").st_size / turns)  # noqa: PTH116
    said = 65 + 195
    print(f"a turn of {said} characters on disk: {sizes[0]:.0f} bytes of 100 turns, ", end="")
    print(f"{sizes[1]:.0f} of 2,000: ratio {sizes[1] / sizes[0]:.2f} (at most {GROWTH})")
    return sizes[1] / sizes[0] > GROWTH


async def sharing() -> bool:
    """Print how much room a turn takes where each is a run of its own, on one chat."""
    fn = TurboGenFn(say, model=Model())
    sizes = []
    for turns in (50, 400):
        with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
            kept, chat = fn.using(journal=journal), LocalMemory()
            for number in range(turns):
                await kept(number=number, memory=chat).run()
            journal.reader().execute("pragma wal_checkpoint(truncate)")
            sizes.append(os.stat(f"{folder}/{FILE}").st_size / turns)  # noqa: PTH116
    print(f"a turn that is a run of its own: {sizes[0]:.0f} bytes of 50, ", end="")
    print(f"{sizes[1]:.0f} of 400: ratio {sizes[1] / sizes[0]:.2f} (at most {GROWTH})")
    return sizes[1] / sizes[0] > GROWTH


async def memory(fn: TurboGenFn) -> None:
    """Print what a replay holds in memory beside what the chat itself does."""
    turns = 2000
    with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
        kept = fn.using(journal=journal)
        name = await to_the_question(kept, turns)
        peaks = []
        for work in (to_the_question(fn, turns), to_the_question(kept, turns, name)):
            tracemalloc.start()
            await work
            peaks.append(tracemalloc.get_traced_memory()[1] / turns)
            tracemalloc.stop()
    print(f"memory of a turn: {peaks[0]:.0f} bytes, replayed {peaks[1]:.0f}: ratio {peaks[1] / peaks[0]:.2f}")


async def items(fn: TurboGenFn) -> None:
    """Print how many runs are recorded in a second, one after another and many at once."""
    for at_once, count, turns in ((1, 100, 1), (AT_ONCE, ITEMS, 1), (AT_ONCE, ITEMS // 4, 30)):
        with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
            kept = fn.using(journal=journal)
            gate = asyncio.Semaphore(at_once)

            async def one(
                kept: TurboGenFn = kept, gate: asyncio.Semaphore = gate, turns: int = turns
            ) -> None:
                async with gate:
                    await to_the_question(kept, turns)

            began, spent = perf_counter(), process_time()
            await asyncio.gather(*(one() for _ in range(count)))
            wall, cpu = perf_counter() - began, process_time() - spent
            commits = journal.commits
        print(
            f"{at_once} at once, {turns} turns each: {count / wall:.0f} runs a second, "
            f"{cpu / count / turns * 1e3:.2f} ms of CPU and {commits / count / turns:.2f} commits a turn"
        )


async def main() -> int:
    """Measure all."""
    fn = TurboGenFn(chat, model=Model())
    too_slow = await recording(fn)
    too_large = await size(fn)
    too_large = await sharing() or too_large
    await memory(fn)
    await items(fn)
    return too_slow or too_large


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""What a conversation costs while it waits for an answer: against its bare list of messages.

A run that has said 20 messages of 200 characters and stands at a question; no task of its own. At most 1.4
times the bare list, and 5 KB more at most; exits with 1 above that. Bytes by `tracemalloc`, over 500 of each.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
from collections.abc import AsyncGenerator
from typing import Any

from turbo_yaml.protocol import Assistant, GetInput, Message, System, User
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.program import FlowInfo
from turbo_yaml.types import Input

COUNT = 500
MOST = 1.4
MOST_BYTES = 5 * 1024


def messages(n: int) -> list[Message]:
    """Return a chat whose texts nobody else has."""
    said: list[Message] = [System(f"{n} " + "s" * 200)]
    for i in range(19):
        said.append((User if i % 2 else Assistant)(f"{n} {i} " + "x" * 200))
    return said


async def flow(memory: Any = None, *, n: int) -> AsyncGenerator[Any, Any]:
    """Say 20 messages and ask."""
    for message in messages(n):
        yield message
    answer = yield GetInput("What next?", record=False)
    yield User(answer)


async def suspended(fn: TurboGenFn, n: int) -> Any:
    """Return a run that stands at its question."""
    run = fn(n=n)
    await run.run()
    await run.memory.prepare_prompt()
    return run


async def bare(n: int) -> list[Message]:
    """Return the list alone."""
    return messages(n)


async def weight(make: Any) -> float:
    """Return the bytes that one of many takes."""
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    kept = [await make(n) for n in range(COUNT)]
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tasks = len(asyncio.all_tasks())
    assert tasks == 1, f"{tasks - 1} tasks are waiting"
    for run in kept:
        if not isinstance(run, list):
            await run.aclose()
    return (after - before) / COUNT


async def main() -> int:
    flow.__turbo__ = FlowInfo("flow", (Input("n", {"type": "integer"}),))  # type: ignore[attr-defined]
    fn = TurboGenFn(flow)
    await suspended(fn, 0)
    tracemalloc.start()
    alone = await weight(bare)
    whole = await weight(lambda n: suspended(fn, n))
    tracemalloc.stop()
    ratio = whole / alone
    more = f"{whole - alone:.0f} more (at most {MOST_BYTES})"
    print(
        f"bare list {alone:.0f} bytes, conversation {whole:.0f}: {more}, ratio {ratio:.2f} (at most {MOST})"
    )
    return ratio > MOST or whole - alone > MOST_BYTES


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""What a step and a turn cost as a run gets longer: nothing may grow with what went before.

A step of 10,000 against one of 100, a turn of 1,000 against one of 10, each 1.3 times at most; 100,000 rounds
of a loop, and what memory they leave beside the chat. CPU time, medians; exits with 1 above the bounds.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
from collections.abc import AsyncGenerator
from statistics import median
from time import process_time
from typing import Any

from turbo_yaml.models.request import OnDelta, Reply, Request
from turbo_yaml.protocol import Generate, Result, User
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.support import Failures, describe, failure

MOST = 1.3


class Model:
    """Answers at once."""

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Return the same words always."""
        return Reply("Hello!")

    async def aclose(self) -> None:
        """Nothing is open."""


async def steps(memory: Any = None, *, n: int) -> AsyncGenerator[Any, Any]:
    """Say something so many times."""
    for i in range(n):
        yield User(f"number {i}")


async def turns(memory: Any = None, *, n: int) -> AsyncGenerator[Any, Any]:
    """Let the model speak so many times."""
    for i in range(n):
        yield User(f"number {i}")
        yield Generate(forward=False)


async def rounds(memory: Any = None, *, n: int) -> AsyncGenerator[Any, Any]:
    """Go round so many times, fail and catch in each, and forget what was said."""
    for i in range(n):
        try:
            yield User(f"round {i}")
            raise failure("again")
        except Failures as caught:
            error = describe(caught)
        if i % 100 == 0:
            await memory.forget()
    yield Result(error["message"], done=True)


async def run(fn: TurboGenFn, n: int) -> Any:
    """Run to the end."""
    return (await fn(n=n).run()).content


async def cost(fn: TurboGenFn, n: int, times: int) -> float:
    """Return the CPU time of one of n, in microseconds."""
    gc.collect()
    began = process_time()
    for _ in range(times):
        await run(fn, n)
    return (process_time() - began) / (times * n) * 1e6


async def growth(fn: TurboGenFn, few: int, many: int) -> tuple[float, float]:
    """Return the cost of one of few and of one of many, measured in turn."""
    short, long = [], []
    for _ in range(9):
        short.append(await cost(fn, few, many // few))
        long.append(await cost(fn, many, 1))
    return median(short), median(long)


def function(flow: Any) -> TurboGenFn:
    """Return a flow written by hand that passes for a compiled one and takes any number."""
    return TurboGenFn(flow, model=Model())


async def main() -> int:
    worst = 0.0
    for name, flow, few, many in (("step", steps, 100, 10_000), ("turn", turns, 10, 1_000)):
        short, long = await growth(function(flow), few, many)
        worst = max(worst, long / short)
        print(f"{name}: {short:.2f} of {few}, {long:.2f} µs of {many}, ratio {long / short:.2f} ({MOST})")
    fn = function(rounds)
    await run(fn, 1000)
    tracemalloc.start()
    peaks = []
    for n in (1_000, 10_000):
        tracemalloc.reset_peak()
        await run(fn, n)
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    began = process_time()
    await run(fn, 100_000)
    took = process_time() - began
    few_kb, many_kb = (f"{peak / 1024:.0f} KB" for peak in peaks)
    print(f"100,000 rounds: {took:.2f} s; peak memory {few_kb} of 1,000 rounds, {many_kb} of 10,000")
    return worst > MOST or peaks[1] > peaks[0] * 1.2 + 4096


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

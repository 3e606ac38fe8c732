"""Many runs in a process that may have 256 files open: `many_runs.py RUNS URL` prints how many are left open.

A third of the runs are finished, a third closed after their first result, a third forgotten; one run in ten
has a loop, and with it connections, of its own.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import sys

import turbo_yaml

FLOW = "turbo: 1\ninputs: {name: string}\nsteps:\n  - user: Hi {{ name }}.\n  - generate\n  - generate\n"


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


async def one(fn: turbo_yaml.TurboGenFn, number: int) -> None:
    run = fn(name=str(number))
    if number % 3 == 0:
        await run.finish()
    elif number % 3 == 1:
        async with run:
            await run.run()
    else:
        await run.run()


async def several(fn: turbo_yaml.TurboGenFn, count: int) -> None:
    for number in range(count):
        await one(fn, number)
    await asyncio.gather(*(one(fn, number) for number in range(min(20, count))))


def main(runs: int, url: str) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    settings = {"model": "local/test", "providers": {"local": {"base_url": url, "api_key_env": None}}}
    fn = turbo_yaml.loads(FLOW).configure(settings)
    turbo_yaml.run(fn, name="first")
    gc.collect()
    before = open_files()
    asyncio.run(several(fn, runs * 9 // 10))
    for number in range(runs // 10):
        turbo_yaml.run(fn, name=str(number))
    gc.collect()
    print(open_files() - before)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

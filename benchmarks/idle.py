"""What a conversation costs while it waits for an answer: against its bare list of messages.

10,000 runs in one process that have said 20 messages of 200 characters and stand at a question, no task of
their own: a generator by hand, and a flow with tools whose model has called one. At most 1.4 times the bare
list, and 5 KB more at most; exits with 1 above that. Bytes by `tracemalloc`. `--count N`: so many.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
import tracemalloc
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeAlias

import turbo_yaml
from turbo_yaml.models.request import OnDelta, Reply, Request
from turbo_yaml.protocol import Assistant, GetInput, Message, System, ToolCall, ToolResult, Usage, User
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.program import FlowInfo
from turbo_yaml.types import Input

COUNT = 10_000
MOST = 1.4
MOST_BYTES = 5 * 1024
Make: TypeAlias = Callable[[int], Awaitable[Any]]


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


TOOLED = """\
turbo: 1
inputs: {n: integer}
tools:
  look: {description: Look it up., with: {n: integer}, returns: string}
  note: {description: Write it down., with: {text: string}, returns: string}
  ask_others: {flow: others}
flows:
  others: {inputs: {what: string}, steps: [{user: "{{ what }}"}, generate]}
steps:
  - system: "{{ n }} {{ 's' * 200 }}"
  - for: i
    in: range(16)
    do: [{user: "{{ n }} {{ i }} {{ 'x' * 200 }}"}]
  - generate: {tools: [look, note, ask_others]}
  - input: What next?
    record: false
    as: answer
  - user: "{{ answer }}"
"""


class Caller:
    """A model that calls a tool, and answers then."""

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Return the call, or after it the answer."""
        number = request.messages[0].content[:6]
        assert isinstance(number, str)
        if request.messages[-1].role == "tool":
            return Reply(f"{number} " + "a" * 200, usage=Usage(3, 2))
        call = ToolCall(f"call_{number}", "look", f'{{"n": {number.split()[0]}}}')
        return Reply("", tool_calls=(call,), usage=Usage(3, 2))

    async def aclose(self) -> None:
        """Nothing is open."""


async def tooled_messages(n: int) -> list[Message]:
    """Return what is said in the flow with tools, for which nothing runs."""
    said: list[Message] = [System(f"{n} " + "s" * 200)]
    said += [User(f"{n} {i} " + "x" * 200) for i in range(16)]
    call = ToolCall(f"call_{n}", "look", f'{{"n": {n}}}')
    said.append(Assistant("", tool_calls=(call,), usage=Usage(3, 2)))
    said.append(ToolResult(f"{n} " + "r" * 200, name="look", tool_call_id=f"call_{n}"))
    return [*said, Assistant(f"{n} " + "a" * 200, usage=Usage(3, 2))]


def suspended(fn: TurboGenFn) -> Make:
    """Return what makes runs that stand at their question."""

    async def make(n: int) -> Any:
        run = fn(n=n)
        result = await run.run()
        while not result.needs_input:
            result = await run.run()
        await run.memory.prepare_prompt()
        return run

    return make


async def bare(n: int) -> list[Message]:
    """Return the list alone."""
    return messages(n)


async def weight(make: Make, count: int) -> tuple[float, float]:
    """Return the bytes that one of many takes, and the CPU seconds that it took to come there."""
    gc.collect()
    before, began = tracemalloc.get_traced_memory()[0], time.process_time()
    kept = [await make(n) for n in range(count)]
    took = time.process_time() - began
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tasks = len(asyncio.all_tasks())
    assert tasks == 1, f"{tasks - 1} tasks are waiting"
    for run in kept:
        if not isinstance(run, list):
            assert len(await run.memory.get()) == 20
            await run.aclose()
    return (after - before) / count, took / count


async def measure(name: str, alone: Make, whole: Make, count: int) -> bool:
    """Print what a kind of conversation costs; tell whether that is too much."""
    await whole(0)
    tracemalloc.start()
    (least, _), (most, took) = await weight(alone, count), await weight(whole, count)
    tracemalloc.stop()
    ratio = most / least
    print(
        f"{name:12} {count} idle: bare list {least:.0f} bytes, conversation {most:.0f}: "
        f"{most - least:.0f} more (at most {MOST_BYTES}), ratio {ratio:.2f} (at most {MOST}), "
        f"{took * 1e6:.0f} µs each"
    )
    return ratio > MOST or most - least > MOST_BYTES


async def main(count: int) -> int:
    """Measure both kinds."""
    flow.__turbo__ = FlowInfo("flow", (Input("n", {"type": "integer"}),))  # type: ignore[attr-defined]
    tools = {"look": lambda n: f"{n} " + "r" * 200, "note": lambda text: "noted"}
    tooled = turbo_yaml.loads(TOOLED, tools=tools).using(model=Caller())
    above = await measure("by hand", bare, suspended(TurboGenFn(flow)), count)
    return await measure("with tools", tooled_messages, suspended(tooled), count) or above


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    sys.exit(asyncio.run(main(parser.parse_args().count)))

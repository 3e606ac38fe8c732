"""What the engine costs: a warm run against the same flow in a minimal loop written by hand.

Ten messages with variables and one turn of a model in this process. Prints both and their ratio, which may be
1.3 at most; exits with 1 above that. CPU time, medians of interleaved rounds in one process.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from statistics import median
from time import process_time
from typing import Any

from turbo_yaml.models.request import OnDelta, Reply, Request
from turbo_yaml.protocol import Assistant, Generate, Message, Result, System, Usage, User
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.program import FlowInfo
from turbo_yaml.types import Input

MOST = 1.3
RUNS = 300
ROUNDS = 25


async def flow(memory: Any = None, *, name: str, age: int) -> AsyncGenerator[Any, Any]:
    """Ten messages with variables and one turn, as a flow compiles to."""
    yield System(f"You are the assistant of {name}.")
    yield User(f"My name is {name} and I am {age}.")
    yield User(f"In {age} years I shall be {age * 2}.")
    yield User(f"Call me {name}, never {name.upper()}.")
    yield User(f"I was {age - 1} last year.")
    yield User(f"{name} is {len(name)} letters long.")
    yield User(f"Greet {name} in one line.")
    yield User(f"Do not say {age}.")
    yield User(f"Be kind to {name}.")
    yield User(f"Now, {name}?")
    reply = (yield Generate(forward=False)).value
    yield Result({"reply": reply, "name": name}, done=True)
    return


class Model:
    """Answers at once."""

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Return the same words always."""
        return Reply("Hello!", usage=Usage(10, 2))

    async def aclose(self) -> None:
        """Nothing is open."""


async def minimal(model: Model, **inputs: Any) -> Any:
    """Pump the flow with nothing but what it needs."""
    messages: list[Message] = []
    outcome = answer = None
    generator = flow(None, **inputs)
    try:
        while True:
            signal = await generator.asend(answer)
            answer = None
            if isinstance(signal, Message):
                messages.append(signal)
            elif isinstance(signal, Generate):
                reply = await model.reply(Request("m", list(messages), signal.settings))
                answer = Assistant(reply.content, usage=reply.usage, value=reply.content)
                messages.append(answer)
            elif isinstance(signal, Result):
                outcome = signal.content
    except StopAsyncIteration:
        return outcome


async def engine(fn: TurboGenFn, **inputs: Any) -> Any:
    """Run the flow as a caller would, to its end."""
    run = fn(**inputs)
    while not (result := await run.run()).done:
        pass
    return result.content


async def timed(work: Any, first: Any) -> float:
    """Return the CPU time of one run, in microseconds."""
    began = process_time()
    for _ in range(RUNS):
        await work(first, name="Ada", age=36)
    return (process_time() - began) / RUNS * 1e6


async def main() -> int:
    text, number = {"type": "string"}, {"type": "integer"}
    flow.__turbo__ = FlowInfo("flow", (Input("name", text), Input("age", number)))  # type: ignore[attr-defined]
    model = Model()
    fn = TurboGenFn(flow, model=model)
    assert await engine(fn, name="Ada", age=36) == await minimal(model, name="Ada", age=36)
    by_hand, by_engine = [], []
    for _ in range(ROUNDS):
        by_hand.append(await timed(minimal, model))
        by_engine.append(await timed(engine, fn))
    ratio = median(by_engine) / median(by_hand)
    times = f"by hand {median(by_hand):.1f} µs, engine {median(by_engine):.1f} µs"
    print(f"{times}, ratio {ratio:.2f} (at most {MOST})")
    return ratio > MOST


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

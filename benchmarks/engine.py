"""What the engine costs: a warm run of a compiled flow against a generator and a loop written by hand.

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

from turbo_yaml.compiler.edge import loads
from turbo_yaml.models.request import OnDelta, Reply, Request
from turbo_yaml.protocol import Assistant, Generate, Message, Result, System, Usage, User
from turbo_yaml.runtime.function import TurboGenFn

MOST = 1.3
RUNS = 300
ROUNDS = 25


FLOW = """
turbo: 1
inputs: {name: string, company: string, city: string, day: string, goods: string, price: integer}
steps:
  - system: >-
      You answer for {{ company }}. Today is {{ day }}. The customer is {{ name }} from {{ city
      }}. Be short and friendly.
  - user: >-
      My name is {{ name }}, and I have ordered from {{ company }} for years, always to {{ city
      }}.
  - assistant: >-
      Good day, {{ name }}. I see your account at {{ company }} in {{ city }}. What can I do for
      you this {{ day }}?
  - user: >-
      I ordered {{ goods }} for {{ price }} pounds, to come on {{ day }}, and it has not come to
      {{ city }} yet.
  - assistant: >-
      I am sorry, {{ name }}. Your {{ goods }} left our store and should be in {{ city }} by {{
      day }}.
  - user: >-
      It is not in {{ city }}. I paid {{ price }} pounds for {{ goods }}, so I want to know
      where it is.
  - assistant: >-
      Of course. Shall I send another {{ goods }}, or give you {{ price }} pounds back, {{ name
      }}?
  - user: >-
      Another {{ goods }}, please, to {{ city }}, and not later than {{ day }}.
  - assistant: >-
      Done: another {{ goods }}, worth {{ price }} pounds, goes to {{ name }} in {{ city }} on
      {{ day }}.
  - user: >-
      Sum this up for {{ company }}: who is {{ name }}, and what of the {{ goods }}?
  - generate: {forward: false}
    as: reply
  - return: {reply: "{{ reply }}", name: "{{ name }}"}
"""

INPUTS = {
    "name": "Ada",
    "company": "Babbage & Sons",
    "city": "London",
    "day": "Monday",
    "goods": "difference engine",
    "price": 17000,
}


async def flow(
    memory: Any = None, *, name: str, company: str, city: str, day: str, goods: str, price: int
) -> AsyncGenerator[Any, Any]:
    """Say what the flow says, as a person would write it."""
    yield System(
        f"You answer for {company}. Today is {day}. The customer is {name} from {city}. Be "
        f"short and friendly."
    )
    yield User(f"My name is {name}, and I have ordered from {company} for years, always to {city}.")
    yield Assistant(
        f"Good day, {name}. I see your account at {company} in {city}. What can I do for you this {day}?"
    )
    yield User(f"I ordered {goods} for {price} pounds, to come on {day}, and it has not come to {city} yet.")
    yield Assistant(f"I am sorry, {name}. Your {goods} left our store and should be in {city} by {day}.")
    yield User(f"It is not in {city}. I paid {price} pounds for {goods}, so I want to know where it is.")
    yield Assistant(f"Of course. Shall I send another {goods}, or give you {price} pounds back, {name}?")
    yield User(f"Another {goods}, please, to {city}, and not later than {day}.")
    yield Assistant(f"Done: another {goods}, worth {price} pounds, goes to {name} in {city} on {day}.")
    yield User(f"Sum this up for {company}: who is {name}, and what of the {goods}?")
    reply = (yield Generate(forward=False)).value
    yield Result({"reply": reply, "name": name}, done=True)


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
    finally:
        await generator.aclose()


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
        await work(first, **INPUTS)
    return (process_time() - began) / RUNS * 1e6


async def main() -> int:
    """Measure both in turn."""
    model = Model()
    fn = loads(FLOW).using(model=model)
    assert await engine(fn, **INPUTS) == await minimal(model, **INPUTS)
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

"""A reply is stopped: what has come of it is the reply, and the flow goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import turbo_yaml
from turbo_yaml import Delta, LimitError, MemoryCache, Reply
from turbo_yaml.runtime.policy.stopping import Stops

TALK = """
turbo: 1
steps:
  - input: You?
    as: said
  - user: "{{ said }}"
  - generate
    as: reply
  - input: And now?
    as: said
  - return: "{{ reply }}, {{ said }}"
"""


class Slow:
    """A model that says some words, and then nothing for ever."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.stuck = asyncio.Event()
        self.ended = False

    async def reply(self, request: Any, on_delta: Any = None) -> Reply:
        try:
            for word in self.words:
                await on_delta(Delta(word))
            self.stuck.set()
            await asyncio.Event().wait()
        finally:
            self.ended = True
        raise AssertionError


class Kept(MemoryCache):
    """A cache that tells what was put into it."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[str] = []

    async def set(self, key: str, value: Any) -> None:
        self.keys.append(key)
        await super().set(key, value)


async def stopped(text: str, model: Slow, **using: Any) -> tuple[Any, Stops]:
    """Run a flow until its model is stuck, and stop the reply; return the run, and what stopped it."""
    fn = turbo_yaml.loads(text).using(model=model, on_event=lambda event: None, **using)
    stops = Stops()
    run = fn.configure(cache="on", timeout="20s")().with_stops(stops)
    await run.run()
    work = asyncio.create_task(run.run("Hi."))
    await model.stuck.wait()
    assert stops.stop()
    assert not stops.stop()  # once is enough
    result = await asyncio.wait_for(work, 20)
    assert model.ended
    assert result.content == ("".join(model.words) or "…")
    return run, stops


@pytest.mark.parametrize("words", [("One, ", "two"), ()])
def test_what_has_come_is_the_reply_and_the_flow_asks_on(words: tuple[str, ...]) -> None:
    async def main() -> None:
        cache = Kept()
        run, stops = await stopped(TALK.replace("- generate", "- generate:"), Slow(*words), cache=cache)
        said = "".join(words) or "…"
        assert (await run.run()).content == "And now?"
        assert not stops.stop()
        assert (await run.run("Bye")).content == f"{said}, Bye"
        assert [message.content for message in await run.memory.get()][2] == said
        assert cache.keys == []

    asyncio.run(main())


def test_in_branches_every_reply_is_stopped() -> None:
    text = """
    turbo: 1
    steps:
      - input: You?
      - parallel:
          one: [{user: One}, {generate: }]
          two: [{user: Two}, {generate: }]
      - return: "{{ one }} {{ two }}"
    """

    async def main() -> None:
        model = Slow("x")
        fn = turbo_yaml.loads(text).using(model=model, on_event=lambda event: None)
        stops = Stops()
        run = fn().with_stops(stops)
        await run.run()
        work = asyncio.create_task(run.run("Hi."))
        await model.stuck.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        assert stops.stop()
        assert (await asyncio.wait_for(work, 20)).content == "x x"

    asyncio.run(main())


def test_a_reply_with_a_shape_cannot_be_stopped_halfway() -> None:
    async def main() -> None:
        model = Slow("{")
        text = "turbo: 1\nsteps:\n  - generate: {output: {a: string}}\n"
        stops = Stops()
        run = turbo_yaml.loads(text).using(model=model, on_event=lambda event: None)().with_stops(stops)
        work = asyncio.create_task(run.run())
        await model.stuck.wait()
        assert not stops.stop()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(main())


def test_who_cancels_the_run_is_not_taken_for_who_stops_a_reply() -> None:
    async def main() -> None:
        model = Slow("x")
        text = "turbo: 1\nsteps: [generate]\n"
        run = turbo_yaml.loads(text).using(model=model, on_event=lambda event: None)().with_stops(Stops())
        work = asyncio.create_task(run.run())
        await model.stuck.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert model.ended

    asyncio.run(main())


def test_a_deadline_still_holds() -> None:
    async def main() -> None:
        text = "turbo: 1\nsteps:\n  - generate: {timeout: 1ms}\n"
        fn = turbo_yaml.loads(text).using(model=Slow("x"), on_event=lambda event: None)
        with pytest.raises((turbo_yaml.ModelError, LimitError)) as failed:
            await fn.configure(retries=0)().with_stops(Stops()).run()
        assert failed.value.kind == "timeout"

    asyncio.run(main())

"""A run that is ended anywhere, in whatever way, leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import platform
from collections.abc import Awaitable, Callable
from functools import cache, partial
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings

import turbo_yaml
from tests.language.comparing import Speaker, loaded
from tests.language.leaks import Watch, leaves_nothing, settled
from tests.language.random_flows import flows
from tests.language.running import flow
from tests.language.shown_flows import Shown, shown_flows
from tests.server import Answer, Server
from turbo_yaml.models.echo import EchoModel
from turbo_yaml.models.request import Delta, OnDelta, Reply, Request
from turbo_yaml.protocol import GetInput

Make = Callable[[], turbo_yaml.TurboGenWrapper]
End = Callable[[turbo_yaml.TurboGenWrapper], Awaitable[None]]

EVERYTHING = flow("""
flows:
  asks: {steps: [{user: a}, generate, {input: Who?, as: who}, {return: "{{ who }}"}]}
  outer: {steps: [{include: asks, as: x}, {call: asks, as: y}, {return: "{{ x }}{{ y }}"}]}
  last: {steps: [{input: Last?}, generate, {result: the end}]}
steps:
  - try:
      - call: outer
        as: a
        timeout: 60s
      - include: outer
        retry: 2
        timeout: 60s
      - parallel:
          b: [{call: asks, as: x}, {result: "{{ x }}"}, {input: B?}]
          c: [{include: outer}, {for: i, in: "[1, 2]", at_once: 2, do: [{input: "{{ i }}?"}, generate]}]
        timeout: 60s
      - for: i
        in: range(3)
        at_once: 2
        do:
          - try: [{user: "{{ i }}"}, generate, {input: In a fork?}, {sleep: 1ms}]
            finally: [{log: left}, {user: bye}, {input: Really?}]
        collect: i
        as: xs
      - assert: 1 > 2
    catch:
      - input: "{{ error.kind }}?"
        as: z
    finally:
      - user: at last
      - input: Sure?
      - generate
  - {handoff: last}
""")


class Slow:
    """Echoes in pieces, and waits for the loop before each."""

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        for _ in range(2):
            await asyncio.sleep(0)
            if on_delta is not None:
                await on_delta(Delta("a"))
        return await EchoModel().reply(request)

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def heard(event: Any) -> None:
    """Listen, so that replies come in pieces."""


@cache
def function() -> turbo_yaml.TurboGenFn:
    return turbo_yaml.loads(EVERYTHING, name="flow.yaml").using(model=Slow())


def everything() -> turbo_yaml.TurboGenWrapper:
    return function()().listen(heard)


# Ways to end -------------------------------------------------------------------------------------------


async def close(run: turbo_yaml.TurboGenWrapper) -> None:
    await run.aclose()


async def leave(run: turbo_yaml.TurboGenWrapper) -> None:
    async with run:
        pass


async def throw(run: turbo_yaml.TurboGenWrapper) -> None:
    with pytest.raises(KeyError):
        async with run:
            raise KeyError


async def forget(run: turbo_yaml.TurboGenWrapper) -> None:
    del run
    await asyncio.sleep(0)


ENDS = [close, leave, throw, forget]


async def advance(run: turbo_yaml.TurboGenWrapper, signals: int, answers: list[Any] | None = None) -> bool:
    """Go on by so many results and questions; tell whether the run still goes on."""
    given = [*(answers or [])]
    for _ in range(signals):
        if run.done:
            return False
        answer = (given.pop(0) if given else "no") if run.question is not None else None
        try:
            await run.asend(answer)
        except (StopAsyncIteration, turbo_yaml.FlowError):
            return False
    return True


async def ended_after(make: Make, signals: int, end: End, answers: list[Any] | None, watch: Watch) -> bool:
    """End a run after so many signals; tell whether it went on until then."""
    run = make()
    going = await advance(run, signals, answers)
    waiting = end(run)
    del run
    await waiting
    del waiting
    if end is forget:
        gc.collect()
        await settled()
    watch.assert_closed()
    return going


def end_everywhere(make: Make, end: End, answers: list[Any] | None = None, most: int = 60) -> int:
    """End runs after each number of signals that there is; return how many there were."""
    for signals in range(most):
        if not leaves_nothing(partial(ended_after, make, signals, end, answers)):
            return signals
    return most


@pytest.mark.parametrize("end", ENDS)
def test_a_run_of_everything_may_end_at_any_signal(end: End) -> None:
    assert end_everywhere(everything, end) > 20


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("shown", shown_flows(), ids=lambda shown: shown.path.stem)
def test_a_flow_may_end_at_any_signal(shown: Shown, end: End) -> None:
    fn = shown.load()
    assert 0 < end_everywhere(lambda: fn(**shown.inputs).listen(heard), end, shown.answers) < 20


@settings(max_examples=15)
@given(flows())
def test_a_random_flow_may_end_at_any_signal(text: str) -> None:
    fn = loaded(text, Speaker())
    for end in (close, forget):
        end_everywhere(lambda: fn(n=2).listen(heard), end, ["3", "tea", "no"] * 9, most=12)


# Cancelled ---------------------------------------------------------------------------------------------


async def cancelled_after(make: Make, waits: int, watch: Watch) -> bool:
    """Cancel a run when it has waited so often for the loop; tell whether it still went on."""
    run = make()
    task = asyncio.create_task(advance(run, 200))
    for _ in range(waits):
        await asyncio.sleep(0)
    going = not task.done()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        assert run.done or waits == 0
    watch.assert_closed()
    return going


def test_a_run_of_everything_may_be_cancelled_at_any_wait() -> None:
    waits = 0
    while leaves_nothing(partial(cancelled_after, everything, waits)):
        waits += 1
    assert waits > 60


def test_a_forgotten_task_that_waits_in_a_fork_leaves_nothing() -> None:
    async def work(watch: Watch) -> None:
        run = everything()
        try:
            async with asyncio.timeout(0.005):
                await advance(run, 200)
        except TimeoutError:
            pass

    leaves_nothing(work)


# By hand -----------------------------------------------------------------------------------------------


BY_HAND = flow("""
flows:
  asks: {steps: [{user: a}, {input: Who?, as: who}, {return: "{{ who }}"}]}
  outer: {steps: [{user: o}, {include: asks, as: x}, {call: asks}, generate, {return: "{{ x }}"}]}
steps:
  - try:
      - include: outer
        retry: 2
        as: a
      - parallel: {b: [{input: B?}, {include: asks}], c: [{call: outer}]}
      - {for: i, in: range(3), at_once: 2, do: [{input: "{{ i }}?"}, {input: Again?}]}
    finally:
      - user: at last
      - input: Sure?
  - generate
""")


async def pumped_by_hand(signals: int, watch: Watch) -> bool:
    """Pump the compiled function itself, without our driver, and close it after so many signals."""
    generator = turbo_yaml.loads(BY_HAND, name="flow.yaml").fn(memory=None)
    answer: Any = None
    going = True
    try:
        for _ in range(signals):
            signal = await generator.asend(answer)
            answer = "no" if isinstance(signal, GetInput) else turbo_yaml.Assistant("r", value="r")
    except (StopAsyncIteration, turbo_yaml.FlowError):
        going = False
    await generator.aclose()
    del generator
    await settled()
    return going


def test_a_compiled_function_may_be_closed_at_any_signal_by_whoever_pumps_it() -> None:
    for signals in range(40):
        if not leaves_nothing(partial(pumped_by_hand, signals)):
            break
    assert signals > 6


# A server ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", range(4))
def test_a_turn_that_is_cancelled_while_it_streams_closes_its_connection(
    pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_API_KEY", "sk-planted-0123456789abcdefghij")
    import_module("openai")  # what its import opens for good is nothing that a run leaves
    platform.platform()  # the client's first call asks this of a process, in a thread that ends by itself

    async def work(watch: Watch) -> None:
        async with Server([Answer("one two three four five six")]) as server:
            providers = {"acme": {"base_url": server.url, "api_key_env": "ACME_API_KEY"}}
            fn = turbo_yaml.loads(flow("steps: [{parallel: {a: [{user: u}, generate]}}]"), name="flow.yaml")
            fn = fn.configure({"model": "acme/m", "providers": providers, "retries": 0})
            told: list[Any] = []

            def listen(event: Any) -> None:
                told.append(event)
                if sum(event.kind == "delta" for event in told) >= pieces:
                    task.cancel()

            task = asyncio.create_task(fn().listen(listen).run())
            with pytest.raises(asyncio.CancelledError):
                await task
            await fn.aclose()
            await server.quiet()

    leaves_nothing(work)

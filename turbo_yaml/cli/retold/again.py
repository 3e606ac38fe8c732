"""A recorded run and its flow file to what the flow does differently now, in no time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from turbo_yaml.cli.commands.resume import order_of, refuse_conversation
from turbo_yaml.cli.commands.run import STDIN, load_flow
from turbo_yaml.cli.conversation.session import instruction
from turbo_yaml.errors import UsageError
from turbo_yaml.runtime.recording.again import replay
from turbo_yaml.testing.stage.clock import SkippingLoop

if TYPE_CHECKING:
    from turbo_yaml.journal.journal import Run
    from turbo_yaml.runtime.function import TurboGenFn
    from turbo_yaml.runtime.recording.replay import Replayed, Replaying

_LONGEST = 1e9
"""Seconds on the loop's own clock, after which nothing that is waited for will come."""


def function_of(run: Run, sources: Mapping[str, str], flow: str | None = None) -> TurboGenFn:
    """Return the function of a run as the command line asked for it, or of another file.

    Its tools are bound to nothing. The folder in which the run began becomes the current one.
    """
    refuse_conversation(run, "done again")
    order = order_of(run)._replace(tools=())
    order = order if flow is None else order._replace(flow=flow)
    text = sources.get("<stdin>") if order.flow == STDIN else None
    return load_flow(order, text)


def do_again(replaying: Replaying, function: TurboGenFn, inputs: Mapping[str, Any] | None = None) -> Replayed:
    """Do a run again, with nobody asked; `UsageError` where that has no end."""
    call = replaying.run.call
    system = call.get("system")
    given = {**call["inputs"], **(inputs or {})}
    first = None if system is None else instruction(system)

    async def work() -> Replayed:
        async with asyncio.timeout(_LONGEST):
            return await replay(function, replaying, given, first=first)

    try:
        with asyncio.Runner(loop_factory=SkippingLoop) as runner:
            return runner.run(work())
    except TimeoutError:
        raise UsageError(
            "the flow waits for a time to be over that it no longer has",
            hint="what was recorded ended by a `timeout`; give it one again",
        ) from None

"""A whole run, for scripts that have no event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from turbo_yaml.errors import UsageError
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.host.answers import Answers


def run(
    fn: TurboGenFn, given: Mapping[str, Any] | None = None, /, *, answers: Answers = (), **context: Any
) -> Any:
    """Run a flow to its end, and return its outcome.

    The inputs are given by name, or as one map. `answers` are those to its questions, in order, or a function
    of a question; where there is none the question's default stands in, else the flow fails. `UsageError`
    where an event loop runs in this thread: waiting for it here, it would wait for ever.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_finished(fn, given, context, answers))
    raise UsageError(
        "an event loop runs in this thread, so that it cannot wait here",
        hint="write `await fn(...).finish()`; in a thread of its own, `run` works as well",
    )


async def _finished(
    fn: TurboGenFn, given: Mapping[str, Any] | None, context: Mapping[str, Any], answers: Answers
) -> Any:
    whole = () if given is None else (given,)
    try:
        return await fn(*whole, **context).finish(answers)
    finally:
        await fn.aclose()

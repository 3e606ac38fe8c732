"""A function that blocks to a coroutine that does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextvars import copy_context
from threading import Thread
from typing import Any


async def in_thread(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Return what a function returns, called in a thread of its own; what it raises is raised.

    Where nobody waits any longer the thread goes on, and its value is dropped. It does not keep the process
    from ending, which a thread of a pool would do.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[tuple[Any, Exception | None]] = loop.create_future()
    context = copy_context()

    def work() -> None:
        value: Any = None
        failure: Exception | None = None
        try:
            value = context.run(function, **arguments)
        except Exception as problem:
            failure = problem
        except BaseException as problem:  # `exit()` in a tool ends the tool, not the program
            failure = RuntimeError(f"{type(problem).__name__}: {problem}")
        try:
            loop.call_soon_threadsafe(_settle, done, (value, failure))
        except RuntimeError:
            pass  # the loop is closed

    Thread(target=work, name=f"tool {getattr(function, '__name__', '')}", daemon=True).start()
    value, problem = await done
    if problem is not None:
        raise problem
    return await value if asyncio.iscoroutine(value) else value


def _settle(done: asyncio.Future[Any], outcome: Any) -> None:
    if not done.done():
        done.set_result(outcome)

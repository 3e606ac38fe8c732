"""A failure to whether, and when, the work is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from turbo_yaml.errors import FlowError, LimitError, ModelError, ToolError
from turbo_yaml.records import Record
from turbo_yaml.runtime.events import RetryEvent
from turbo_yaml.runtime.failures import as_flow_error, locate

if TYPE_CHECKING:
    from turbo_yaml.runtime.delegates.calls import Call
    from turbo_yaml.runtime.delegates.includes import Include

LONGEST_RETRY_AFTER = 120.0
"""Seconds: a server that wants us to wait longer is reported instead."""


class Retry(Record):
    """How often failed work is tried again, and when. Times in seconds; `on` are kinds, none means those that
    may go away by themselves."""

    times: int
    wait: float = 1.0
    backoff: float = 2.0
    max: float = 60.0
    on: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: Mapping[str, Any] | int | None) -> Retry | None:
        """Return the policy that a step writes: how many times, or `{times, wait, backoff, max, on}`."""
        if value is None:
            return None
        if isinstance(value, int):
            return cls(value)
        given = dict(value)
        given["on"] = tuple(given.get("on") or ())
        return cls(**given)

    def covers(self, problem: FlowError) -> bool:
        """Tell whether a failure of this kind is worth another try."""
        if self.on:
            return problem.kind in self.on
        if isinstance(problem, ModelError | ToolError):
            return problem.retryable
        return not isinstance(problem, LimitError)


class Attempts:
    """Counts the failed attempts of one piece of work against its policy."""

    __slots__ = ("failed", "policy", "wait")

    def __init__(self, policy: Retry) -> None:
        self.policy = policy
        self.failed = 0
        self.wait = policy.wait

    def pause(self, problem: FlowError, spread: float | None = None) -> float | None:
        """Return how many seconds to wait before the next attempt, or None where there is none.

        The wait grows with each attempt, less up to a half at random so that many do not come back at once;
        `spread` from 0 to 1 stands for the chance. A server's own wish is kept, unless it is too long.
        """
        policy = self.policy
        if self.failed >= policy.times or not policy.covers(problem):
            return None
        wished = getattr(problem, "retry_after", None) or 0.0
        if wished > LONGEST_RETRY_AFTER:
            return None
        own = min(policy.max, self.wait)
        self.wait = own * policy.backoff
        self.failed += 1
        if spread is None:
            from random import random

            spread = random()
        return float(max(wished, own * (1 - spread / 2)))


async def wait_for_retry(work: Call | Include, problem: Exception) -> None:
    """Wait until the work may be tried again; raise the problem where it may not."""
    found = as_flow_error(problem)
    pause = None
    if work.retry is not None:
        if work.attempts is None:
            work.attempts = Attempts(work.retry)
        pause = work.attempts.pause(found)
    if pause is None:
        raise locate(problem)
    parent = work.parent
    if parent.host.listener is not None:
        assert work.attempts is not None
        await parent.host.emit(
            RetryEvent(
                flow=work.bound.name,
                step=work.id,
                depth=parent.level,
                error=found.kind,
                message=found.message,
                attempt=work.attempts.failed,
                wait=pause,
            )
        )
    if pause and not parent.host.recalls:
        await asyncio.sleep(pause)

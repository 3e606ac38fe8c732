"""Retries and deadlines, without a run."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.talking import in_loop, settled
from turbo_yaml.errors import FlowError, LimitError, ModelError
from turbo_yaml.runtime.policy.deadlines import OutOfTime, within
from turbo_yaml.runtime.policy.retrying import Attempts, Retry

BUSY = ModelError("busy", kind="rate_limit", retryable=True)


def pauses(policy: Retry, problem: FlowError = BUSY, spread: float = 0.0) -> list[float]:
    attempts, found = Attempts(policy), []
    while (pause := attempts.pause(problem, spread)) is not None:
        found.append(pause)
    return found


def test_pauses_grow_up_to_the_longest() -> None:
    assert pauses(Retry(5, wait=1, backoff=3, max=10)) == [1, 3, 9, 10, 10]


def test_chance_takes_off_half_at_most() -> None:
    assert pauses(Retry(2, wait=2, backoff=2), spread=1.0) == [1, 2]


def test_a_retry_is_a_number_or_a_map() -> None:
    assert Retry.of(3) == Retry(3)
    assert Retry.of(0) == Retry(0)
    assert Retry.of({"times": 1, "on": ["timeout"]}) == Retry(1, on=("timeout",))
    assert Retry.of(None) is None


def test_the_servers_own_wish_is_kept_unless_it_is_too_long() -> None:
    asked = ModelError("busy", kind="rate_limit", retryable=True, retry_after=100.0)
    assert pauses(Retry(1), asked) == [100]
    assert pauses(Retry(1), ModelError("busy", kind="rate_limit", retryable=True, retry_after=121.0)) == []


def test_what_cannot_go_away_is_not_tried_again_unless_it_is_named() -> None:
    for problem in (ModelError("no", kind="auth"), LimitError("no", kind="budget")):
        assert pauses(Retry(1), problem) == []
        assert pauses(Retry(1, on=(problem.kind,)), problem) == [1]
    assert pauses(Retry(1), FlowError("no", kind="raised")) == [1]
    assert pauses(Retry(1, on=("timeout",)), BUSY) == []


@given(
    st.integers(0, 2000),
    st.floats(0, 1e6),
    st.floats(1, 1e6),
    st.floats(0, 1e6),
    st.floats(0, 1),
)
def test_no_pause_is_longer_than_the_longest_or_less_than_nothing(
    times: int, wait: float, backoff: float, longest: float, spread: float
) -> None:
    found = pauses(Retry(times, wait, backoff, longest), spread=spread)
    assert len(found) == times
    assert all(0 <= pause <= longest for pause in found)


# Deadlines --------------------------------------------------------------------------------------------


async def slow(log: list[str], seconds: float = 30) -> str:
    try:
        await asyncio.sleep(seconds)
        return "done"
    finally:
        log.append("ended")


def test_work_that_never_waits_needs_no_timer() -> None:
    async def quick() -> int:
        return 3

    work = within(0.0, quick())
    with pytest.raises(StopIteration) as done:
        work.send(None)
    assert done.value.value == 3


def test_work_that_is_done_in_time_returns() -> None:
    async def twice() -> str:
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return "done"

    assert in_loop(within(10, twice())) == "done"
    assert in_loop(within(None, twice())) == "done"


def test_work_that_takes_too_long_is_ended() -> None:
    log: list[str] = []
    with pytest.raises(OutOfTime):
        in_loop(within(0.01, slow(log)))
    assert log == ["ended"]


def test_a_timeout_of_the_work_itself_is_not_taken_for_ours() -> None:
    async def times_out() -> None:
        await asyncio.sleep(0)
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        in_loop(within(10, times_out()))


def test_what_work_raises_and_catches_goes_through() -> None:
    async def catches() -> str:
        future: Any = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_exception, KeyError("x"))
        try:
            await future
        except KeyError:
            await asyncio.sleep(0)
            return "caught"

    assert in_loop(within(10, catches())) == "caught"


def test_a_cancellation_from_outside_stays_one() -> None:
    async def main() -> None:
        log: list[str] = []
        task = asyncio.create_task(within(10, slow(log)))
        await settled()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert log == ["ended"]

    in_loop(main())

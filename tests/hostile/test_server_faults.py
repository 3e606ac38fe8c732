"""Whatever a server does, at any point: one error or a whole answer, asked for once, and in time."""

from __future__ import annotations

import asyncio

from tests.hostile.server_faults import disconnected, faults, told


def test_no_fault_is_silent_raw_late_or_paid_twice() -> None:
    found = asyncio.run(told())
    assert [one for one in found if not one.good] == []
    assert sorted((one.fault.name, one.fault.streamed) for one in found) == sorted(
        (fault.name, fault.streamed) for fault in faults()
    )
    for streamed in (False, True):
        assert sum(one.streamed is streamed for one in faults()) >= 100
        assert {one.how for one in found if one.fault.streamed is streamed} >= {
            "error connection", "error timeout", "error rate_limit", "error auth", "whole",
        }  # fmt: skip


def test_a_call_that_is_cancelled_at_any_piece_leaves_no_connection() -> None:
    assert len(asyncio.run(asyncio.wait_for(disconnected(), 20))) == 24

"""A coroutine to one that gives up in time, at no cost where it never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, TypeVar

from turbo_yaml.errors import FlowError
from turbo_yaml.runtime.frames import Frame, HostFailed

if TYPE_CHECKING:
    from turbo_yaml.runtime.recording.places import Place

T = TypeVar("T")


class OutOfTime(Exception):
    """The time that was given is over, and what was going on was cancelled."""


class RecordedEnd(HostFailed):
    """The record of a flow ends where its time was over: it is over again, whatever the clock says.

    `place` is that of the flow. It passes all that stands between, as a cancellation does.
    """

    def __init__(self, place: Place) -> None:
        super().__init__(TimeoutError(place.path))
        self.place = place

    def is_of(self, frame: Frame) -> bool:
        """Tell whether it is the time of a frame's flow that was over."""
        return frame.place is not None and frame.place.first is self.place.first


async def within(seconds: float | None, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns; `OutOfTime` where it is still waiting after so many seconds in all.

    A timer costs several microseconds, so none is set before `work` waits for the first time.
    """
    if seconds is None:
        return await work
    try:
        first = work.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    return await rest(seconds, work, first)


async def rest(seconds: float, work: Coroutine[Any, Any, T], first: Any) -> T:
    """Return what `work` returns, which waits for `first`; `OutOfTime` where that takes too long."""
    scope = asyncio.timeout(seconds)
    try:
        async with scope:
            return await _Rest(work, first)
    except TimeoutError:
        if scope.expired():
            raise OutOfTime from None
        raise


class _Rest(Awaitable[T]):
    """What is left of a coroutine that has run up to its first wait."""

    __slots__ = ("first", "work")

    def __init__(self, work: Coroutine[Any, Any, T], first: Any) -> None:
        self.work = work
        self.first = first

    def __await__(self) -> Generator[Any, Any, T]:
        waiting, steps = self.first, self.work
        try:
            while True:
                try:
                    sent = yield waiting
                except BaseException as thrown:
                    waiting = steps.throw(thrown)
                else:
                    waiting = steps.send(sent)
        except StopIteration as end:
            value: T = end.value
            return value


def ends(frame: Frame, end: RecordedEnd) -> bool:
    """End the included flow whose time was over, if it is one of those at work in a frame."""
    active = frame.active
    while active is not None and not active.over(end):
        active = active.frame.active
    return active is not None


def check_time(frame: Frame, timeout: float | None) -> None:
    """Look whether a flow that was recorded to be ended by its time still has one."""
    if frame.place is not None and frame.host.recorder is not None:
        frame.host.recorder.check_time(frame.place, timeout)


def end_as_recorded(name: str, timeout: float | None, frame: Frame) -> None:
    """Raise the error of a called flow whose time was over when it was recorded."""
    check_time(frame, timeout)
    if frame.place is not None and frame.place.expired:
        raise out_of_time(name, timeout, frame)


def out_of_time(name: str, timeout: float | None, frame: Frame, place: Place | None = None) -> FlowError:
    """Return the error of work whose time is over, which is recorded."""
    if frame.host.recorder is not None:
        frame.host.recorder.note_end(place or frame.place, None)
    return FlowError(f"`{name}` was not done within {timeout:g} s", kind="timeout")

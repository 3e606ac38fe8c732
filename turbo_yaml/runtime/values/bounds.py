"""What expressions may cost: sizes are looked at before anything large is made."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from turbo_yaml.errors import LimitError
from turbo_yaml.runtime.frames import CURRENT, current_frame, current_limits

WORK: Final = 30_000_000
"""What one text with loops may cost, in some ten nanoseconds of work."""

DEPTH: Final = 200
"""How deep data may be nested where all of it is walked."""

PARTS: Final = 250_000
"""How many parts data may have where all of it is walked, shared ones as often as they are met."""

FREE: Final = 256
"""Up to this size nothing is counted: the rounds of a loop are, which is enough."""

MADE: Final = 4
"""What each character costs that is made."""


CALL: Final = 3000
"""What it costs to begin a flow or a branch, beside what it does."""


class Meter:
    """What a text in the making has cost."""

    __slots__ = ("spent",)

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, amount: int) -> None:
        """Count work; `LimitError` where it is too much for one text."""
        self.spent += amount
        if self.spent > WORK:
            raise _too_much_for_a_text()


def _too_much_for_a_text() -> LimitError:
    return LimitError("this text takes too much work", hint="go through less data in it")


class _Running(threading.local):
    meter: Meter | None = None


running: Final = _Running()
"""The meter of the text that this thread is making, if it is making one."""


def spend(amount: int) -> None:
    """Count work on the text that is being made; outside of one, on the run.

    Where somebody else pumps the flow there is no run to count for: each operation is bounded by itself.
    """
    meter = running.meter
    if meter is not None:
        meter.spend(amount)
    elif (frame := CURRENT.get()) is not None:
        frame.host.spend(amount)
    elif amount > WORK:
        raise _too_much_for_a_text()


@contextmanager
def metered() -> Iterator[Meter]:
    """Count the work on one text, which joins that of the run whether the text comes to be or not."""
    before = running.meter
    running.meter = meter = Meter()
    try:
        yield meter
    finally:
        running.meter = before
        if before is not None:
            before.spent += meter.spent
        elif (frame := current_frame()) is not None:
            frame.host.work += meter.spent


def limit(name: str) -> int:
    """Return one of the `limits` of the run."""
    most: int = current_limits()[name]
    return most


def over(what: str, name: str) -> LimitError:
    """Return the failure of something that is over the limit `name`."""
    return LimitError(
        f"{what} is over the limit of {limit(name)}",
        hint=f"raise `limits.{name}` in the settings, or ask for less",
    )


def check_length(length: int) -> None:
    """Refuse to make a text that is longer than a text may be."""
    if length > FREE:
        if length > limit("output"):
            raise over(f"a text of {length} characters", "output")
        spend(length * MADE)


def check_items(count: int) -> None:
    """Refuse to make a list that is longer than repetition may make one."""
    if count > FREE:
        if count > limit("repeat"):
            raise over(f"a list of {count} items", "repeat")
        spend(count * 8)


def check_repeated(what: object, size: int) -> None:
    """Refuse to repeat a text or a list to more than repetition may make."""
    if isinstance(what, str) and size > limit("repeat"):
        raise over(f"a text of {size} characters", "repeat")
    check_items(size)


def check_rounds(count: int) -> None:
    """Refuse to go through more items than a loop may."""
    if count > FREE:
        if count > limit("rounds"):
            raise over(f"going through {count} items", "rounds")
        spend(count * 8)


def check_padding(width: Any) -> None:
    """Refuse a width that is more than padding may ask for."""
    if isinstance(width, int) and abs(width) > limit("padding"):
        raise over(f"a width of {width}", "padding")


def check_integer(bits: int) -> None:
    """Refuse to make a whole number of more bits than one may have."""
    if bits > limit("integer"):
        raise over(f"a whole number of {bits} bits", "integer")


def weigh(value: object, indent: int = 0) -> int:
    """Return how much is in a value, shared parts as often as they are met; `LimitError` if too much.

    `indent`: what each part is indented by at each level, where it is to be written so.
    """
    if not isinstance(value, dict | list | tuple):
        return len(value) if isinstance(value, str) else 1
    most = limit("output")
    total = parts = 1
    depth = margins = 0
    level: list[Any] = [value]
    while level:
        depth += 1
        below: list[Any] = []
        for part in level:
            parts += len(part)
            items = part
            if isinstance(part, dict):
                items = part.values()
                try:
                    total += len("".join(part))
                except TypeError:
                    total += sum([len(key) if isinstance(key, str) else 1 for key in part])
            for item in items:
                kind = type(item)
                if kind is str:
                    total += len(item)
                elif kind is dict or kind is list:
                    below.append(item)
                elif kind not in _SCALARS:
                    if isinstance(item, dict | list | tuple):
                        below.append(item)
                    elif isinstance(item, str):
                        total += len(item)
            if indent:
                margins += len(part) * indent * depth
            if parts > PARTS or total + margins > most:
                raise LimitError("there is too much data here", hint="take the part that is needed")
        if depth > DEPTH:
            raise LimitError(f"the data goes deeper than {DEPTH} levels")
        level = below
    total += parts
    if total > FREE:
        spend(total + parts * 12)
    return total


_SCALARS: Final = frozenset({int, float, bool, type(None)})


def counted(items: Iterable[Any]) -> list[Any]:
    """Return a list of what may go on for ever, as far as a loop may go."""
    most = limit("rounds")
    found: list[Any] = []
    for item in items:
        found.append(item)
        if len(found) > most:
            raise over(f"going through more than {most} items", "rounds")
    return found

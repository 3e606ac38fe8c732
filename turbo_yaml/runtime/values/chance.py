"""Time and chance, from a source that a run can record and repeat."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol

from turbo_yaml.runtime.frames import current_frame


class Chance(Protocol):
    """What is not the same in each run. A run that is repeated gives what was given before."""

    def now(self) -> str:
        """Return the time as ISO 8601 with its offset, to the second."""
        ...

    def index(self, count: int) -> int:
        """Return a number from 0 to before `count`."""
        ...

    def order(self, count: int) -> list[int]:
        """Return the numbers from 0 to before `count`, mixed."""
        ...


class SystemChance:
    """The clock and the chance of the machine."""

    def now(self) -> str:
        """Return the time as ISO 8601 with its offset, to the second."""
        from datetime import datetime

        return datetime.now().astimezone().isoformat(timespec="seconds")

    def index(self, count: int) -> int:
        """Return a number from 0 to before `count`."""
        import random

        return random.randrange(count)

    def order(self, count: int) -> list[int]:
        """Return the numbers from 0 to before `count`, mixed."""
        import random

        numbers = list(range(count))
        random.shuffle(numbers)
        return numbers


CHANCE: ContextVar[Chance] = ContextVar("turbo_yaml_chance", default=SystemChance())  # noqa: B039


def chance() -> Chance:
    """Return the source of the run that is going on."""
    frame = current_frame()
    if frame is None or frame.host.recorder is None:
        return CHANCE.get()
    from turbo_yaml.runtime.recording.chance import RecordedChance

    return RecordedChance(frame, CHANCE.get())

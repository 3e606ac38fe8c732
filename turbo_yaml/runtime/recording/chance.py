"""Time and chance of a run that is recorded: the same again when the run goes on."""

from __future__ import annotations

from typing import Any

from turbo_yaml.runtime.frames import Frame
from turbo_yaml.runtime.values.chance import Chance


class RecordedChance:
    """Gives what was recorded, else what another source gives, which it records."""

    def __init__(self, frame: Frame, source: Chance) -> None:
        self._frame = frame
        self._source = source

    def now(self) -> str:
        """Return the time as ISO 8601 with its offset, to the second."""
        at, known = self._recall("now")
        if isinstance(known, str):
            return known
        moment = self._source.now()
        self._record(at, moment)
        return moment

    def index(self, count: int) -> int:
        """Return a number from 0 to before `count`."""
        at, known = self._recall("random")
        if isinstance(known, int) and 0 <= known < count:
            return known
        drawn = self._source.index(count)
        self._record(at, drawn)
        return drawn

    def order(self, count: int) -> list[int]:
        """Return the numbers from 0 to before `count`, mixed."""
        at, known = self._recall("shuffle")
        if isinstance(known, list) and sorted(known) == list(range(count)):
            return known
        drawn = self._source.order(count)
        self._record(at, drawn)
        return drawn

    def _recall(self, name: str) -> tuple[str, Any]:
        recorder, place = self._frame.host.recorder, self._frame.place
        assert recorder is not None and place is not None
        return recorder.recall(place, name)

    def _record(self, at: str, value: Any) -> None:
        recorder, place = self._frame.host.recorder, self._frame.place
        assert recorder is not None and place is not None
        recorder.note(place, at, "chance", value)

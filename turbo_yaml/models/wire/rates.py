"""The headers in which a server tells how much of its rate limits is left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

LONGEST: Final = 86_400.0
"""Seconds: what a server says of a time after that is no use to anybody."""
_DURATION: Final = re.compile(
    r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?"
    r"(?:(\d{1,9}(?:\.\d{1,9})?)ms)?",
    re.ASCII,
)
_UNITS: Final = (86_400.0, 3600.0, 60.0, 1.0, 0.001)


class Room(NamedTuple):
    """What is left of a limit: so much of `limit` (None: not told), all of it again after `reset` seconds."""

    left: float
    limit: float | None
    reset: float


def room(headers: Mapping[str, str], kind: str) -> Room | None:
    """Return what is left of the limit of `requests` or `tokens`; None where the server does not tell."""
    left = _number(headers.get(f"x-ratelimit-remaining-{kind}"))
    reset = duration(headers.get(f"x-ratelimit-reset-{kind}"))
    if left is None or reset is None:
        return None
    return Room(left, _number(headers.get(f"x-ratelimit-limit-{kind}")), reset)


def empty_for(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until a limit that is used up is not any more; None where none is told to be."""
    rooms = [room(headers, "requests"), room(headers, "tokens")]
    waits = [each.reset for each in rooms if each is not None and each.left <= 0]
    return max(waits, default=None)


def duration(text: str | None) -> float | None:
    """Return the seconds in a duration as servers write it: `6m0s`, `7.66s`, `12ms`, `30`."""
    if not text:
        return None
    seconds = _number(text)
    if seconds is None:
        found = _DURATION.fullmatch(text.strip())
        if found is None:
            return None
        seconds = sum(float(part or 0) * unit for part, unit in zip(found.groups(), _UNITS, strict=True))
    return seconds if seconds <= LONGEST else None


def _number(text: str | None) -> float | None:
    if text is None or re.fullmatch(r"\s*\d{1,15}(\.\d{1,9})?\s*", text, re.ASCII) is None:
        return None
    return float(text)

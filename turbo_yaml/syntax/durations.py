"""Durations as people write them, `500ms 30s 10m 2h 1d`, to seconds."""

from __future__ import annotations

import re

_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_UNIT = "|".join(_SECONDS)
_DURATION = f"({_NUMBER})({_UNIT})"

PATTERN = f"{_NUMBER}(?:{_UNIT})"
"""What a duration looks like, for schemas: one number and one unit."""


def parse_duration(text: str) -> float | None:
    """Return the seconds that a duration such as `500ms` or `1.5h` lasts, or None where it is none."""
    match = re.fullmatch(_DURATION, text)
    if match is None:
        return None
    number, unit = match.groups()
    return float(number) / 1000 if unit == "ms" else float(number) * _SECONDS[unit]


def format_duration(seconds: float) -> str:
    """Return a duration in the largest unit that keeps it a whole number: `parse_duration` undone."""
    for unit in ("d", "h", "m", "s"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{int(seconds / _SECONDS[unit])}{unit}"
    return f"{seconds * 1000:.12g}ms" if 0 < seconds < 1 else f"{seconds:.12g}s"

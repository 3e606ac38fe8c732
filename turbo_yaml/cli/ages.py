"""An age as people write it, to the moment that long ago."""

from __future__ import annotations

from typing import overload

from turbo_yaml.errors import UsageError


@overload
def moment_before(age: str) -> float: ...


@overload
def moment_before(age: None) -> None: ...


def moment_before(age: str | None) -> float | None:
    """Return the moment so long ago, in seconds of the epoch; `UsageError` for what is no age."""
    if age is None:
        return None
    from time import time

    from turbo_yaml.syntax.durations import parse_duration

    seconds = parse_duration(age)
    if seconds is None:
        raise UsageError(f"`{age}` is no age", hint="write it as `30m`, `2h` or `7d`")
    return time() - seconds

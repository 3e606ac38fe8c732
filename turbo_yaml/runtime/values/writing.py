"""Texts that are written piece by piece: loops in them are counted, and their length is minded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any

from turbo_yaml.errors import LimitError
from turbo_yaml.runtime.values.bounds import MADE, Meter, limit, metered, over
from turbo_yaml.runtime.values.looping import Loop
from turbo_yaml.runtime.values.words import described, wrong_kind, wrong_value


class Output:
    """A text in the making, or a part of it. All parts of one text share the meter."""

    __slots__ = (
        "_length",
        "_limits",
        "_parts",
    )

    def __init__(self, limits: _Limits) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0

    def write(self, text: str) -> None:
        """Add to the end."""
        self._length += len(text)
        if self._length > self._limits.output:
            raise over("the length of this text", "output")
        self._parts.append(text)

    def text(self) -> str:
        """Return what was written; a part is closed by it."""
        limits = self._limits
        limits.open -= 1
        limits.meter.spend(self._length * MADE)
        return "".join(self._parts)

    def part(self) -> Output:
        """Return an output for a part, such as the text of a macro; parts may be so deep and no deeper."""
        limits = self._limits
        limits.open += 1
        limits.meter.spend(600)
        if limits.open > limits.depth:
            raise over("macros inside one another", "depth")
        return Output(limits)

    def each(self, value: Any, width: int = 1) -> Sequence[Any]:
        """Return what a `for` goes through, once its rounds are counted; each item has `width` parts."""
        items = going_through(value)
        self._limits.count(len(items))
        return items if width == 1 else [unpack(item, width) for item in items]

    def loop(self, value: Any, width: int = 1, depth0: int = 0) -> Iterator[tuple[Loop, Any]]:
        """Yield the state of the loop with each item."""
        items = self.each(value, width)
        loop = Loop(items, depth0)
        for loop.index0, item in enumerate(items):
            yield loop, item


class _Limits:
    """The limits of one text and what is used of them."""

    __slots__ = ("depth", "meter", "open", "output", "rounds")

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.output = limit("output")
        self.depth = limit("depth")
        self.rounds = limit("rounds")
        self.open = 1

    def count(self, rounds: int) -> None:
        """Count rounds of loops, which all loops of a text share."""
        self.rounds -= rounds
        self.meter.spend(rounds * 64)
        if self.rounds < 0:
            raise over("the rounds of the loops in this text", "rounds")


def renders(function: Callable[..., None]) -> Callable[..., str]:
    """Turn a function that writes to an output into one that returns the text."""

    @wraps(function)
    def rendered(*args: Any) -> str:
        with metered() as meter:
            out = Output(_Limits(meter))
            try:
                function(out, *args)
                return out.text()
            except RecursionError:
                raise LimitError("the macros of this text go too deep into one another") from None

    return rendered


def going_through(value: Any) -> Sequence[Any]:
    """Return the items that a `for` goes through: of a list, a range, a text's characters, a map's keys."""
    if isinstance(value, list | tuple | range | str):
        return value
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, Iterable) and not callable(value):
        return list(value)
    raise wrong_kind(f"`for` goes through a list, and this is {described(value)}")


def unpack(value: Any, width: int) -> Sequence[Any]:
    """Return a value that is taken apart into `width` names."""
    if isinstance(value, dict):
        value = list(value)
    if not isinstance(value, list | tuple | str | range):
        raise wrong_kind(f"{described(value)} cannot be taken apart into {width}")
    if len(value) != width:
        raise wrong_value(
            f"this has {len(value)} item{'s' * (len(value) != 1)}, and {width} names wait for them"
        )
    return value


def taking(names: Mapping[str, str]) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Let a macro be called by its author's names for parameters where Python has other names for them."""

    def renamed(function: Callable[..., str]) -> Callable[..., str]:
        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> str:
            return function(*args, **{names.get(key, key): value for key, value in kwargs.items()})

        return called

    return renamed

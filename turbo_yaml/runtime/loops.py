"""What a loop or a match is given, to rounds and labels that are checked and counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from turbo_yaml.errors import FlowError, LimitError
from turbo_yaml.runtime.frames import current_limits
from turbo_yaml.runtime.values.bounds import spend
from turbo_yaml.runtime.values.looping import Loop
from turbo_yaml.runtime.values.words import described

_FEW: Final = 64
_ROUND: Final = 150
"""What a round of steps costs beside what is done in it."""


def rounds(value: Any, unpack: int = 1) -> Iterable[Any]:
    """Return what a `for` goes through; with `unpack`, each item taken apart into so many.

    `FlowError` for what has no items, text among it; `LimitError` past the bound on rounds.
    """
    items = _metered(_items(value))
    return items if unpack == 1 else (_taken_apart(item, unpack) for item in items)


def _metered(items: Iterable[Any]) -> Iterable[Any]:
    """Return the items so that their rounds are counted: a few at once, more as they go."""
    if isinstance(items, list | tuple | dict | range) and len(items) <= _FEW:
        spend(len(items) * _ROUND)
        return items
    return _counted_rounds(iter(items))


def _counted_rounds(items: Iterator[Any]) -> Iterator[Any]:
    while some := list(islice(items, _FEW)):
        spend(len(some) * _ROUND)
        yield from some


def countdown(limit: int) -> Iterator[int]:
    """Yield the rounds that a `while` has left, from `limit` to 0; `LimitError` past the bound on rounds."""
    most = current_limits()["rounds"]
    for start in range(limit, -1, -_FEW):
        if limit - start > most:
            raise _too_many(most)
        spend(min(start + 1, _FEW) * _ROUND)
        yield from range(start, max(start - _FEW, -1), -1)


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, str | bytes):
        raise FlowError("`for` goes through a list, and this is text", kind="type", hint="try `| lines`")
    most = current_limits()["rounds"]
    if isinstance(value, list | tuple | dict | range):
        if len(value) > most:
            raise _too_many(most)
        return value
    if not isinstance(value, Iterable):
        raise FlowError(f"`for` goes through a list, and this is {described(value)}", kind="type")
    return _counted(value, most)


def _counted(items: Iterable[Any], most: int) -> Iterator[Any]:
    for number, item in enumerate(items):
        if number >= most:
            raise _too_many(most)
        yield item


def _too_many(most: int) -> LimitError:
    return LimitError(
        f"the loop has more than {most} rounds",
        hint="raise `limits.rounds` in the settings, or go through less",
    )


def _taken_apart(item: Any, unpack: int) -> Any:
    if not isinstance(item, list | tuple) or len(item) != unpack:
        found = f"has {len(item)}" if isinstance(item, list | tuple) else "is no list"
        raise FlowError(f"`for` takes each item apart into {unpack}, and this one {found}", kind="type")
    return item


def looped(value: Any, unpack: int = 1) -> Iterator[tuple[Loop, Any]]:
    """Return the rounds of a `for` whose steps read `loop`: that, and the item."""
    given = _items(value)
    items = given if isinstance(given, list | tuple | range) else list(given)
    if unpack != 1:
        items = [_taken_apart(item, unpack) for item in items]
    loop = Loop(items)
    for loop.index0, item in enumerate(_metered(items)):
        yield loop, item


def count(value: Any) -> int:
    """Return how many rounds `limit` or `at_once` allows; `FlowError` where it is no number from 1."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or value < 1:
        shown = value if type(value) in (int, float) else described(value)
        raise FlowError(f"a whole number above zero is wanted here, and this is {shown}", kind="type")
    most: int = current_limits()["rounds"]
    return min(value, most)


def loop_limit(limit: int) -> LimitError:
    """Return the error of a `while` that has reached its limit."""
    return LimitError(
        f"the loop went {limit} rounds, its `limit`, and its condition is still true",
        kind="loop_limit",
        hint="raise `limit`, or say what happens then with `otherwise`",
    )


def label(value: Any) -> str:
    """Return the label that a scalar stands for in a `match`; `FlowError` for lists and maps."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise FlowError(f"a label is wanted here, and this is {described(value)}", kind="type")


def labels(value: Any) -> tuple[str, ...]:
    """Return the `choices` that a template gave; `FlowError` where that is no list of different texts."""
    if not isinstance(value, list | tuple) or not value:
        raise FlowError(f"`choices` takes a list of labels, and this is {described(value)}", kind="type")
    found = tuple(label(item) for item in value)
    if len(set(found)) < len(found):
        raise FlowError("`choices` has the same label twice", kind="type")
    return found

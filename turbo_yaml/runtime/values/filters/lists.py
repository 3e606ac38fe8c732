"""Filters on lists and maps."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby as grouped
from typing import Any

from turbo_yaml.runtime.values.access import as_key, get
from turbo_yaml.runtime.values.bounds import FREE, check_items, check_length, check_rounds, spend, weigh
from turbo_yaml.runtime.values.chance import chance
from turbo_yaml.runtime.values.filters.costs import charge_items
from turbo_yaml.runtime.values.methods import Open
from turbo_yaml.runtime.values.operators import add
from turbo_yaml.runtime.values.printing import text
from turbo_yaml.runtime.values.words import (
    described,
    missing,
    no_key,
    not_there,
    wrong_kind,
    wrong_value,
)
from turbo_yaml.runtime.values.writing import going_through

_REQUIRED: Any = object()
_FEW_STEPS = 20


def items_of(value: Any, name: str) -> Sequence[Any]:
    """Return the items that a filter goes through, once they are counted."""
    if isinstance(value, builtins.list | tuple | range | str):
        items: Sequence[Any] = value
    elif isinstance(value, dict):
        items = builtins.list(value)
    else:
        try:
            items = going_through(value)
        except Exception:
            raise wrong_kind(f"`{name}` goes through a list, not {described(value)}") from None
    check_rounds(len(items))
    charge_items(name, len(items))
    return items


# Attributes --------------------------------------------------------------------------------------------


def reach(attribute: Any, default: Any = None) -> Callable[[Any], Any]:
    """Return what gets `a.b.0` from an item; where it is not there, `default`, or else `missing`."""
    steps = _steps(attribute)
    if len(steps) > _FEW_STEPS:
        raise wrong_value(f"an attribute has at most {_FEW_STEPS} parts, and this one has {len(steps)}")

    def reached(value: Any) -> Any:
        for step in steps:
            value = get(value, step)
            if value is missing and default is not None:
                value = default
        return value

    return reached


def _steps(attribute: Any) -> builtins.list[Any]:
    if attribute is None:
        return []
    if isinstance(attribute, str):
        return [int(part) if part.isdigit() and part.isascii() else part for part in attribute.split(".")]
    if isinstance(attribute, int):
        return [attribute]
    raise wrong_kind(f"an attribute is a name, not {described(attribute)}")


def surely(attribute: Any, default: Any = None) -> Callable[[Any], Any]:
    """Return what gets `a.b.0` from an item, or fails."""
    reached = reach(attribute, default)

    def got(value: Any) -> Any:
        found = reached(value)
        if found is missing:
            raise no_key(value, attribute)
        return found

    return got


def _ignore_case(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if len(value) > FREE:
        spend(len(value))
    return value.lower()


def _key(attribute: Any, case_sensitive: bool, default: Any = None) -> Callable[[Any], Any]:
    got = surely(attribute, default)
    return got if case_sensitive else lambda value: _ignore_case(got(value))


def _sorted(items: Iterable[Any], keys: builtins.list[Any], reverse: bool, name: str) -> builtins.list[Any]:
    """Return items in the order of their keys."""
    if any(isinstance(key, builtins.list | tuple | dict) for key in keys):
        weigh(keys)
    order = builtins.list(zip_(keys, range(len(keys)), items))
    try:
        order.sort(key=lambda entry: entry[0], reverse=reverse)
    except TypeError:
        raise wrong_kind(f"`{name}` cannot put values of different kinds in order") from None
    return [entry[2] for entry in order]


zip_ = builtins.zip


# One of many -------------------------------------------------------------------------------------------


def _nothing(what: str, otherwise: Any) -> Any:
    if otherwise is _REQUIRED:
        raise not_there(f"there is no {what} item: the list is empty", f"use `| {what} | default(…)`")
    return otherwise


def first(value: Any, *, otherwise: Any = _REQUIRED) -> Any:
    items = items_of(value, "first")
    return items[0] if items else _nothing("first", otherwise)


def last(value: Any, *, otherwise: Any = _REQUIRED) -> Any:
    items = items_of(value, "last")
    return items[-1] if items else _nothing("last", otherwise)


def random(value: Any, *, otherwise: Any = _REQUIRED) -> Any:
    items = items_of(value, "random")
    return items[chance().index(len(items))] if items else _nothing("random", otherwise)


def min(
    value: Any, case_sensitive: bool = False, attribute: Any = None, *, otherwise: Any = _REQUIRED
) -> Any:
    return _extreme(builtins.min, "min", value, case_sensitive, attribute, otherwise)


def max(
    value: Any, case_sensitive: bool = False, attribute: Any = None, *, otherwise: Any = _REQUIRED
) -> Any:
    return _extreme(builtins.max, "max", value, case_sensitive, attribute, otherwise)


def _extreme(
    choose: Callable[..., Any], name: str, value: Any, case_sensitive: bool, attribute: Any, otherwise: Any
) -> Any:
    items = items_of(value, name)
    if not items:
        return _nothing(name, otherwise)
    keys = [*builtins.map(_key(attribute, case_sensitive), items)]
    if any(isinstance(key, builtins.list | tuple | dict) for key in keys):
        weigh(keys)
    try:
        return items[choose(range(len(items)), key=keys.__getitem__)]
    except TypeError:
        raise wrong_kind(f"`{name}` cannot compare values of different kinds") from None


# Counting and adding -----------------------------------------------------------------------------------


def length(value: Any) -> int:
    if isinstance(value, str | builtins.list | tuple | dict | range):
        return len(value)
    if isinstance(value, Open) and hasattr(value, "__len__"):
        return len(value)
    raise wrong_kind(f"{described(value)} has no length")


def sum(value: Any, attribute: Any = None, start: Any = 0) -> Any:
    items: Iterable[Any] = items_of(value, "sum")
    if attribute is not None:
        items = builtins.map(surely(attribute), items)
    if isinstance(start, builtins.list | tuple):
        return _all_in_one([start, *items])
    total = start
    for item in items:
        total = add(total, item)
    return total


def _all_in_one(lists: builtins.list[Any]) -> Any:
    """Return the items of lists in one; item by item that would cost their number squared."""
    for each in lists:
        if isinstance(each, tuple) != isinstance(lists[0], tuple) or not isinstance(
            each, builtins.list | tuple
        ):
            raise wrong_kind(f"`sum` cannot add {described(each)} to {described(lists[0])}")
    check_rounds(builtins.sum(builtins.map(len, lists)))
    found = [item for each in lists for item in each]
    return tuple(found) if isinstance(lists[0], tuple) else found


def join(value: Any, d: Any = "", attribute: Any = None) -> str:
    items: Iterable[Any] = items_of(value, "join")
    if attribute is not None:
        items = builtins.map(surely(attribute), items)
    separator = text(d)
    texts = [text(item) for item in items]
    check_length(builtins.sum(builtins.map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


# Orders ------------------------------------------------------------------------------------------------


def list(value: Any) -> builtins.list[Any]:
    return [*items_of(value, "list")]


def reverse(value: Any) -> Any:
    items = items_of(value, "reverse")
    return items[::-1] if isinstance(items, str | builtins.list) else [*items][::-1]


def sort(
    value: Any, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None
) -> builtins.list[Any]:
    items = items_of(value, "sort")
    parts = attribute.split(",") if isinstance(attribute, str) else [attribute]
    spend(len(items) * len(parts) * 40)
    keys = [_key(part, case_sensitive) for part in parts]
    if len(keys) == 1:
        return _sorted(items, [keys[0](item) for item in items], reverse, "sort")
    return _sorted(items, [[key(item) for key in keys] for item in items], reverse, "sort")


def shuffle(value: Any) -> builtins.list[Any]:
    items = items_of(value, "shuffle")
    return [items[index] for index in chance().order(len(items))]


def unique(value: Any, case_sensitive: bool = False, attribute: Any = None) -> builtins.list[Any]:
    key = _key(attribute, case_sensitive)
    found: dict[Any, Any] = {}
    for item in items_of(value, "unique"):
        found.setdefault(as_key(key(item)), item)
    return [*found.values()]


def dictsort(
    value: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False
) -> builtins.list[Any]:
    if not isinstance(value, dict):
        raise wrong_kind(f"`dictsort` takes a map, not {described(value)}")
    if by not in ("key", "value"):
        raise wrong_value(f"`dictsort` goes by `key` or by `value`, not by `{by}`")
    check_rounds(len(value))
    charge_items("dictsort", len(value))
    pairs = [*value.items()]
    keys = [pair[by == "value"] for pair in pairs]
    if not case_sensitive:
        keys = [_ignore_case(key) for key in keys]
    return _sorted(pairs, keys, reverse, "dictsort")


def items(value: Any) -> builtins.list[Any]:
    if not isinstance(value, dict):
        raise wrong_kind(f"`items` takes a map, not {described(value)}")
    check_rounds(len(value))
    charge_items("items", len(value))
    return [*value.items()]


# Lists of lists ----------------------------------------------------------------------------------------


class Group(tuple[Any, Any], Open):
    """One group of `groupby`: what its items share, and the items."""

    __slots__ = ()

    def member(self, name: Any) -> Any:
        if isinstance(name, int):
            return self[name] if -2 <= name < 2 else missing
        return {"grouper": self[0], "list": self[1]}.get(name, missing)


def groupby(
    value: Any, attribute: Any, default: Any = None, case_sensitive: bool = False
) -> builtins.list[Group]:
    all_items = items_of(value, "groupby")
    key = _key(attribute, case_sensitive, default)
    keys = [key(item) for item in all_items]
    pairs = _sorted(zip_(keys, all_items, strict=True), keys, False, "groupby")
    shown = surely(attribute, default)
    groups = []
    for _, members in grouped(pairs, lambda pair: pair[0]):
        found = [item for _, item in members]
        groups.append(Group((shown(found[0]), found)))
    return groups


def batch(value: Any, linecount: int, fill_with: Any = None) -> builtins.list[builtins.list[Any]]:
    all_items = items_of(value, "batch")
    if not isinstance(linecount, int) or linecount < 1:
        raise wrong_value("`batch` takes how many items a batch has, from 1")
    rows = [[*all_items[at : at + linecount]] for at in range(0, len(all_items), linecount)]
    if rows and fill_with is not None and len(rows[-1]) < linecount:
        check_items(linecount)
        rows[-1] += [fill_with] * (linecount - len(rows[-1]))
    return rows


def slice(value: Any, slices: int, fill_with: Any = None) -> builtins.list[builtins.list[Any]]:
    all_items = items_of(value, "slice")
    if not isinstance(slices, int) or slices < 1:
        raise wrong_value("`slice` takes how many slices there are, from 1")
    check_items(slices)
    size, longer = divmod(len(all_items), slices)
    rows = []
    at = 0
    for number in range(slices):
        end = at + size + (number < longer)
        row = [*all_items[at:end]]
        if fill_with is not None and number >= longer:
            row.append(fill_with)
        rows.append(row)
        at = end
    return rows


def zip(value: Any, *others: Any) -> builtins.list[tuple[Any, ...]]:
    """Return the first items of all lists together, then the second ones, as far as the shortest goes."""
    return [*zip_(*(items_of(each, "zip") for each in (value, *others)))]


FILTERS = {
    function.__name__: function
    for function in (
        first, last, random, min, max, length, sum, join, list, reverse, sort, shuffle, unique, dictsort,
        items, groupby, batch, slice, zip,
    )
}  # fmt: skip
FILTERS["count"] = length

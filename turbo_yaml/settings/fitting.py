"""Patches and plain values against the table of settings: typed values, and what does not fit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, assert_never

from turbo_yaml.records import replace
from turbo_yaml.settings.keys import STEP, unknown
from turbo_yaml.settings.kinds import (
    Anything,
    Duration,
    Either,
    Flag,
    Kind,
    ListOf,
    MapOf,
    Maybe,
    Number,
    Record,
    Text,
    Words,
    child,
    item_kind,
    map_kind,
    wanted,
)
from turbo_yaml.settings.patch import MISSING, Extend, FromEnv, Merge, Patch, Set, Unset
from turbo_yaml.settings.secrets import is_secret_value
from turbo_yaml.syntax.durations import parse_duration

Path: TypeAlias = tuple[str | int, ...]


class Problem(NamedTuple):
    """A setting that does not fit: the rule, where in the map, the sentence and the next move."""

    rule: str
    path: Path
    message: str
    help: str | None = None
    on_key: bool = False


Report: TypeAlias = Callable[[Problem], None]


def shown(path: Path) -> str:
    """Return a path as people write it: `providers.local.base_url`, `stop[1]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def fitted(kind: Kind, patch: Patch, report: Report, path: Path = (), *, lax: bool = False) -> Patch | None:
    """Return the patch with its values typed, without what does not fit; `lax` keeps unknown keys."""
    match patch:
        case Unset():
            return patch
        case Set(value, trail):
            value = fit(kind, value, report, path)
            return None if value is MISSING else Set(value, trail)
        case Extend(before, after, trail):
            item = item_kind(kind)
            if item is None:
                report(_misfit(kind, [], path))
                return None
            first = _whole([fit(item, value, report, (*path, i)) for i, value in enumerate(before)])
            last = _whole([fit(item, value, report, (*path, i)) for i, value in enumerate(after)])
            lost = first is MISSING or last is MISSING
            return None if lost else Extend(tuple(first), tuple(last), trail)
        case Merge(keys, fresh, trail):
            inner = map_kind(kind)
            if inner is None:
                report(_misfit(kind, {}, path))
                return None
            kept: dict[str, Patch] = {}
            for written, below in keys.items():
                key, found = _below(inner, written, path, report, lax)
                typed = None if found is None else fitted(found, below, report, (*path, key), lax=lax)
                if typed is not None:
                    kept[key] = typed
            return Merge(kept, fresh, trail)
        case _:
            assert_never(patch)


def fit(kind: Kind, value: Any, report: Report, path: Path = ()) -> Any:
    """Return plain data as the kind reads it, or `MISSING` after a report of what does not fit."""
    if isinstance(value, FromEnv):
        return _fit_variable(kind, value, report, path)
    match kind:
        case Maybe(inner):
            return None if value is None else fit(inner, value, report, path)
        case Either(first, other):
            if isinstance(value, dict):
                return fit(first, value, report, path)
            return _fit_scalar(kind, other, value, report, path)
        case ListOf():
            return _fit_list(kind, value, report, path)
        case MapOf() | Record():
            return _fit_map(kind, value, report, path)
        case Anything():
            return value
        case Text() | Words() | Number() | Flag() | Duration():
            return _fit_scalar(kind, kind, value, report, path)
        case _:
            assert_never(kind)


def fit_setting(name: str, value: Any) -> tuple[Any, str | None]:
    """Return the typed value of one of a step's own settings, and what is wrong with it or None."""
    problems: list[Problem] = []
    _, found = _below(STEP, name, (), problems.append, False)
    typed = MISSING if found is None else fit(found, value, problems.append, (name,))
    return (None, problems[0].message) if problems else (typed, None)


def _fit_variable(kind: Kind, value: FromEnv, report: Report, path: Path) -> Any:
    if isinstance(kind, MapOf | Record):
        message = f"`{shown(path)}` is a map; a variable holds one value or a list"
        report(Problem("wrong-type", path, message, "use `!env` on the keys of the map"))
        return MISSING
    if value.default is MISSING:
        return value
    default = fit(kind, value.default, report, path)
    return MISSING if default is MISSING else replace(value, default=default)


def _fit_scalar(
    kind: Kind, scalar: Text | Words | Number | Flag | Duration, value: Any, report: Report, path: Path
) -> Any:
    """Return the typed value of the kind's scalar; a report names the whole kind."""
    typed = _scalar(scalar, value)
    if typed is MISSING:
        report(_misfit(kind, value, path))
    return typed


def _fit_list(kind: ListOf, value: Any, report: Report, path: Path) -> Any:
    if kind.lone and not isinstance(value, list | tuple | dict):
        one = fit(kind.item, value, report, path)
        return one if kind.kept else _whole([one])
    if not isinstance(value, list | tuple):
        report(_misfit(kind, value, path))
        return MISSING
    return _whole([fit(kind.item, item, report, (*path, i)) for i, item in enumerate(value)])


def _whole(items: list[Any]) -> Any:
    return MISSING if any(item is MISSING for item in items) else items


def _fit_map(kind: MapOf | Record, value: Any, report: Report, path: Path) -> Any:
    if not isinstance(value, dict):
        report(_misfit(kind, value, path))
        return MISSING
    result = {}
    for written, inner in value.items():
        key, found = _below(kind, written, path, report, False)
        typed = MISSING if found is None else fit(found, inner, report, (*path, key))
        if typed is not MISSING:
            result[key] = typed
    return result


def _below(kind: Kind, key: Any, path: Path, report: Report, lax: bool) -> tuple[Any, Kind | None]:
    """Return a key of a map and the kind of its value: None after a report that it cannot be there."""
    if isinstance(kind, MapOf) and isinstance(key, int) and not isinstance(key, bool):
        key = str(key)
    if isinstance(kind, Anything):
        return key, kind
    if not isinstance(key, str):
        where = f"a key of `{shown(path)}`" if path else "a key"
        report(Problem("wrong-type", path, f"{where} is {shape(key)}; keys are text"))
        return key, None
    found = child(kind, key)
    if found is None and isinstance(kind, Record):
        if lax and not path:
            return key, Anything()
        why = unknown(key, shown((*path, key)), kind)
        report(Problem(why.rule, (*path, key), why.message, why.help, on_key=True))
    return key, found


def _scalar(kind: Text | Words | Number | Flag | Duration, value: Any) -> Any:
    """Return the typed value, or `MISSING` where it does not fit."""
    match kind:
        case Text(pattern):
            fits = isinstance(value, str) and (pattern is None or re.fullmatch(pattern, value) is not None)
        case Words(words, or_function):
            fits = value in words if isinstance(value, str) else or_function and callable(value)
        case Flag():
            fits = isinstance(value, bool)
        case Number(integer=integer):
            return _number(kind, int(value) if integer and _is_whole(value) else value)
        case Duration():
            seconds: Any = parse_duration(value) if isinstance(value, str) else value
            return float(seconds) if _is_number(seconds) and 0 < seconds < 1e18 else MISSING
        case _:
            assert_never(kind)
    return value if fits else MISSING


def _number(kind: Number, value: Any) -> Any:
    if not _is_number(value) or (kind.integer and not isinstance(value, int)):
        return MISSING
    low = kind.low is None or value >= kind.low
    high = kind.high is None or value <= kind.high
    return value if low and high else MISSING


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _misfit(kind: Kind, value: Any, path: Path) -> Problem:
    name = f"`{shown(path)}`" if path else "the value"
    rule = "out-of-range" if _near(kind, value) else "wrong-type"
    return Problem(rule, path, f"{name} is {shape(value)}; it takes {wanted(kind)}")


def _near(kind: Kind, value: Any) -> bool:
    """Tell whether only a bound is broken, not the type."""
    match kind:
        case Maybe(inner):
            return _near(inner, value)
        case Number(integer=integer):
            return _is_number(value) and (not integer or isinstance(value, int) or _is_whole(value))
        case Duration():
            return _is_number(value) or (isinstance(value, str) and parse_duration(value) is not None)
        case _:
            return False


def shape(value: Any) -> str:
    """Return in words what a value is; short words and numbers are shown, what may be secret is not."""
    match value:
        case None:
            return "null"
        case bool():
            return f"`{str(value).lower()}`"
        case float():
            return f"the number {value:.12g}"
        case int():
            return f"the number {value}" if value.bit_length() < 200 else "a very long number"
        case str():
            plain = len(value) <= 40 and value.isprintable() and value and not is_secret_value(value)
            return f"the text `{value}`" if plain else "text" if value else "an empty text"
        case list() | tuple():
            return "a list"
        case dict():
            return "a map"
        case _:
            return f"of the kind `{type(value).__name__}`"

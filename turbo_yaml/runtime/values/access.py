"""Keys, places and methods of values. Keys win over methods; what is private is not there."""

from __future__ import annotations

from typing import Any, NoReturn

from turbo_yaml.errors import FlowError
from turbo_yaml.runtime.values.methods import Method, Open, find_member
from turbo_yaml.runtime.values.words import described, missing, no_key, not_there, wrong_kind

_PLAIN_KEYS = frozenset({str, int, bool, float, type(None)})


def attr(value: Any, name: str) -> Any:
    """Return `value.name`: the key of a map, else a method. `FlowError` names the nearest key."""
    if type(value) is dict:
        try:
            return value[name]
        except KeyError:
            pass
    found = get(value, name)
    if found is missing:
        raise no_key(value, name)
    return found


def item(value: Any, key: Any) -> Any:
    """Return `value[key]`: what a map has under a key, or a list or text at a place."""
    kind = type(value)
    if kind is list or kind is dict:
        try:
            if type(key) in _PLAIN_KEYS:
                return value[key]
        except (LookupError, TypeError):
            pass
    found = get(value, key)
    if found is missing:
        if not isinstance(key, str | int) and not isinstance(value, dict):
            raise wrong_kind(f"{described(value)} has no place that is {described(key)}")
        raise no_key(value, key)
    return found


def get(value: Any, key: Any) -> Any:
    """Return `value[key]` or `value.key`, or `missing` where the value or the key is not there."""
    if isinstance(value, dict):
        found = value.get(as_key(key), missing)
        if found is not missing:
            return found
    elif isinstance(value, list | tuple | str | range):
        if isinstance(key, int):
            return value[key] if -len(value) <= key < len(value) else missing
    elif isinstance(value, Open):
        return value.member(key)
    if isinstance(key, str):
        return find_member(value, key)
    return missing


def as_key(key: Any) -> Any:
    """Return a key of a map; `FlowError` where it can be none."""
    if type(key) in _PLAIN_KEYS or isinstance(key, str | int | float):
        return key
    if isinstance(key, tuple) and len(key) <= 16 and all(type(part) in _PLAIN_KEYS for part in key):
        return key
    raise wrong_kind(f"a key of a map is a text or a number, not {described(key)}")


def cut(value: Any, start: Any, stop: Any, step: Any = None) -> Any:
    """Return `value[start:stop:step]` of a list or a text."""
    if not isinstance(value, list | tuple | str | range):
        raise wrong_kind(f"only a list or a text can be cut, not {described(value)}")
    for part in (start, stop, step):
        if part is not None and not isinstance(part, int):
            raise wrong_kind(f"where to cut is a whole number, not {described(part)}")
    if step == 0:
        raise wrong_kind("the step of a cut is not 0")
    return value[start:stop:step]


def known(value: Any, name: str) -> Any:
    """Return the value of a variable that some paths leave unset; `FlowError` where this one did."""
    if value is missing:
        raise not_there(
            f"`{name}` has no value here: it was not set on the way", f"use `{name} | default(…)`"
        )
    return value


def undefined(name: str | None = None, near: str | None = None) -> NoReturn:
    """Fail for a name that means nothing here, or for an `if` that has no value."""
    if name is None:
        raise not_there("this `if` has no `else`, and its condition does not hold", "add `else`")
    raise not_there(f"`{name}` is not defined here", None if near is None else f"did you mean `{near}`?")


__all__ = ["FlowError", "Method", "attr", "cut", "get", "item", "known", "missing", "undefined"]

"""Values in an author's words, and the failures that name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from turbo_yaml.diagnostics import nearest
from turbo_yaml.errors import FlowError


class Missing:
    """The absence of a value; there is one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "missing"

    def __bool__(self) -> bool:
        return False


missing: Final = Missing()

_SHOWN: Final = 100

_NAMES: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    tuple: "a list",
    dict: "a map",
    range: "a range of numbers",
    type(None): "null",
}


def described(value: object) -> str:
    """Return what kind of value it is, as an author would say."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name
    for kind, words in _NAMES.items():
        if isinstance(value, kind):
            return words
    return "a function" if callable(value) else "something that is no data"


def clipped(value: object) -> str:
    """Return a name or a number as a message shows it, however long it is."""
    if isinstance(value, int) and value.bit_length() > 1000:
        return "a number of many digits"
    shown = str(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def wrong_kind(message: str, hint: str | None = None) -> FlowError:
    """Return the failure of a value that is of the wrong kind."""
    return FlowError(message, kind="type", hint=hint)


def wrong_value(message: str, hint: str | None = None) -> FlowError:
    """Return the failure of a value that is of the right kind, but cannot be used."""
    return FlowError(message, kind="value", hint=hint)


def not_there(message: str, hint: str | None = None) -> FlowError:
    """Return the failure of something that is not there."""
    return FlowError(message, kind="undefined", hint=hint)


def no_key(value: object, key: object) -> FlowError:
    """Return the failure of a key that a value has not."""
    if isinstance(value, dict):
        shown = f"`{clipped(key)}`" if isinstance(key, str) else clipped(key)
        return not_there(f"there is no {shown} in this map", _among(key, value))
    if isinstance(value, list | tuple | str | range) and isinstance(key, int):
        what = described(value)
        count = f"{len(value)} {'character' if isinstance(value, str) else 'item'}{'s' * (len(value) != 1)}"
        return not_there(f"there is no place {clipped(key)} in {what} of {count}", "places count from 0")
    if value is None:
        return not_there(f"null has no `{clipped(key)}`", "use `default`, or test it with `is none`")
    return not_there(f"{described(value)} has no `{clipped(key)}`")


def _among(key: object, keys: Iterable[Any]) -> str | None:
    """Return a hint: the nearest key, else the keys there are if they are few."""
    names = [name for name in keys if isinstance(name, str)]
    near = nearest(key, names) if isinstance(key, str) and len(names) <= 1000 else None
    if near is not None:
        return f"did you mean `{near}`?"
    if not names:
        return "it has no keys"
    return "it has " + ", ".join(f"`{clipped(name)}`" for name in names) if len(names) <= 8 else None

"""Values that leave a flow: plain data, copied, or a failure that says what is no data."""

from __future__ import annotations

from typing import Any

from turbo_yaml.runtime.values.bounds import spend, weigh
from turbo_yaml.runtime.values.words import described, missing, not_there, wrong_kind, wrong_value

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
_COPIED = 10


def plain(value: Any) -> Any:
    """Return a value as JSON-like data of its own; `FlowError` for a function or another object."""
    if type(value) in _AS_THEY_ARE:
        return value
    spend(weigh(value) * _COPIED)
    return _copied(value)


def _copied(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is dict:
        return {_copied(key): _copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [_copied(item) for item in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        if value - value != 0:
            raise wrong_value("a number that is infinite or undefined is no data that can leave the flow")
        return float(value)
    if value is missing:
        raise not_there("there is no value here")
    if isinstance(value, dict):
        return {_copied(key): _copied(item) for key, item in value.items()}
    raise wrong_kind(
        f"{described(value)} is no data that can leave the flow", "call it, or take a part of it"
    )

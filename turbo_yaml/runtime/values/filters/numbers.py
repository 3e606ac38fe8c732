"""Filters on numbers, and from text to numbers."""

from __future__ import annotations

import builtins
import math
from typing import Any

from turbo_yaml.runtime.values.bounds import check_integer
from turbo_yaml.runtime.values.filters.costs import charge
from turbo_yaml.runtime.values.words import described, wrong_kind, wrong_value

_PREFIXES = ("k", "M", "G", "T", "P", "E", "Z", "Y")


def abs(value: Any) -> Any:
    return builtins.abs(_number(value, "abs"))


def round(value: Any, precision: builtins.int = 0, method: str = "common") -> Any:
    number = _number(value, "round")
    if method not in ("common", "ceil", "floor"):
        raise wrong_value(f"`round` knows `common`, `ceil` and `floor`, not `{method}`")
    if not isinstance(precision, builtins.int) or builtins.abs(precision) > 300:
        raise wrong_value("`round` takes a precision of a few digits")
    if method == "common":
        return builtins.round(number, precision)
    function = math.ceil if method == "ceil" else math.floor
    return function(number * (10**precision)) / (10**precision)


def int(value: Any, default: Any = 0, base: builtins.int = 10) -> Any:
    if isinstance(value, str):
        charge("int", len(value))
    try:
        found = builtins.int(value, base) if isinstance(value, str) else builtins.int(value)
        check_integer(found.bit_length())
        return found
    except (TypeError, ValueError, OverflowError):
        pass
    try:
        return builtins.int(builtins.float(value))
    except (TypeError, ValueError, OverflowError):
        return default


def float(value: Any, default: Any = 0.0) -> Any:
    if isinstance(value, str):
        charge("float", len(value))
    try:
        return builtins.float(value)
    except (TypeError, ValueError, OverflowError):
        return default


def filesizeformat(value: Any, binary: bool = False) -> str:
    try:
        size = builtins.float(value)
    except (TypeError, ValueError, OverflowError):
        raise wrong_kind(f"`filesizeformat` takes a number, not {described(value)}") from None
    base = 1024 if binary else 1000
    if size == 1:
        return "1 Byte"
    if not size >= base:
        return f"{size:.0f} Bytes" if size != size else f"{builtins.int(size)} Bytes"
    for power, prefix in enumerate(_PREFIXES, 2):
        unit = base**power
        if size < unit or power == len(_PREFIXES) + 1:
            name = f"{prefix.upper()}iB" if binary else f"{prefix}B"
            return f"{base * size / unit:.1f} {name}"
    raise AssertionError("there is always a last prefix")


def _number(value: Any, name: str) -> Any:
    if not isinstance(value, builtins.int | builtins.float):
        raise wrong_kind(
            f"`{name}` takes a number, not {described(value)}", f"turn it into one: `| float | {name}`"
        )
    return value


FILTERS = {function.__name__: function for function in (abs, round, int, float, filesizeformat)}

"""The tests of `is`, and of `select` and its like."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from turbo_yaml.runtime.values.bounds import FREE, spend
from turbo_yaml.runtime.values.methods import Method, Open
from turbo_yaml.runtime.values.operators import eq, ge, gt, is_in, le, lt, mod, ne
from turbo_yaml.runtime.values.printing import text
from turbo_yaml.runtime.values.words import described, missing, wrong_kind


def odd(value: Any) -> bool:
    return bool(_rest(value, 2) == 1)


def even(value: Any) -> bool:
    return bool(_rest(value, 2) == 0)


def divisibleby(value: Any, num: Any) -> bool:
    return bool(_rest(value, num) == 0)


def _rest(value: Any, divisor: Any) -> Any:
    if not isinstance(value, int | builtins.float):
        raise wrong_kind(f"only a number can be divided, not {described(value)}")
    return mod(value, divisor)


def defined(value: Any) -> bool:
    return value is not missing


def undefined(value: Any) -> bool:
    return value is missing


def none(value: Any) -> bool:
    return value is None


def boolean(value: Any) -> bool:
    return value is True or value is False


def false(value: Any) -> bool:
    return value is False


def true(value: Any) -> bool:
    return value is True


def integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def float(value: Any) -> bool:
    return isinstance(value, builtins.float)


def number(value: Any) -> bool:
    return isinstance(value, int | builtins.float)


def string(value: Any) -> bool:
    return isinstance(value, str)


def mapping(value: Any) -> bool:
    return isinstance(value, dict)


def sequence(value: Any) -> bool:
    return isinstance(value, str | list | tuple | dict | range)


def iterable(value: Any) -> bool:
    return sequence(value)


def callable(value: Any) -> bool:
    return isinstance(value, Method) or (builtins.callable(value) and not isinstance(value, Open))


def lower(value: Any) -> bool:
    return _counted(value).islower()


def upper(value: Any) -> bool:
    return _counted(value).isupper()


def _counted(value: Any) -> str:
    written = text(value)
    if len(written) > FREE:
        spend(len(written))
    return written


def escaped(value: Any) -> bool:
    return isinstance(value, str) and type(value) is not str


def sameas(value: Any, other: Any) -> bool:
    return value is other


def filter(value: Any) -> bool:
    from turbo_yaml.runtime.values.filters import NAMES

    return isinstance(value, str) and value in NAMES


def test(value: Any) -> bool:
    return isinstance(value, str) and value in TESTS


TESTS: dict[str, Callable[..., builtins.bool]] = {
    **{
        function.__name__: function
        for function in (
            odd, even, divisibleby, defined, undefined, none, boolean, false, true, integer, float, number,
            string, mapping, sequence, iterable, callable, lower, upper, escaped, sameas, filter, test,
        )
    },
    "eq": eq, "equalto": eq, "==": eq, "ne": ne, "!=": ne, "gt": gt, "greaterthan": gt, ">": gt, "ge": ge,
    ">=": ge, "lt": lt, "lessthan": lt, "<": lt, "le": le, "<=": le, "in": is_in,
}  # fmt: skip

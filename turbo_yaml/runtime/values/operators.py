"""Operators on values of any kind: Python's, where the result stays small and the kinds fit."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from turbo_yaml.errors import FlowError
from turbo_yaml.runtime.values.access import as_key
from turbo_yaml.runtime.values.bounds import (
    FREE,
    check_integer,
    check_length,
    check_repeated,
    spend,
    weigh,
)
from turbo_yaml.runtime.values.words import described, wrong_kind, wrong_value

_SAFE = 1 << 63


def _small(left: Any, right: Any) -> bool:
    return type(left) is int and type(right) is int and -_SAFE < left < _SAFE and -_SAFE < right < _SAFE


def _misfit(sign: str, left: Any, right: Any) -> FlowError:
    return wrong_kind(f"`{sign}` does not work with {described(left)} and {described(right)}")


def _numbers(left: Any, right: Any) -> bool:
    return isinstance(left, int | float) and isinstance(right, int | float)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, list | tuple)


def add(left: Any, right: Any) -> Any:
    """Return the sum of numbers, or two texts or lists in a row."""
    if _small(left, right):
        return left + right
    if isinstance(left, str) and isinstance(right, str):
        check_length(len(left) + len(right))
        return left + right
    if _numbers(left, right):
        return _checked(left + right)
    if _is_sequence(left) and _is_sequence(right) and isinstance(left, list) == isinstance(right, list):
        if len(left) + len(right) > FREE:
            spend((len(left) + len(right)) * 8)
        return left + right
    if isinstance(left, str) or isinstance(right, str):
        raise wrong_kind(
            f"`+` does not work with {described(left)} and {described(right)}",
            "use `~` to put texts together",
        )
    raise _misfit("+", left, right)


def sub(left: Any, right: Any) -> Any:
    """Return the difference of two numbers."""
    if _numbers(left, right):
        return _checked(left - right)
    raise _misfit("-", left, right)


def mul(left: Any, right: Any) -> Any:
    """Return the product of two numbers, or a text or list repeated."""
    if _small(left, right):
        return left * right
    if _numbers(left, right):
        if isinstance(left, int) and isinstance(right, int):
            check_integer(left.bit_length() + right.bit_length())
        return _finite(operator.mul, left, right)
    if isinstance(left, int):
        left, right = right, left
    if isinstance(right, int) and isinstance(left, str | list | tuple):
        check_repeated(left, len(left) * right)
        return left * right
    raise _misfit("*", left, right)


def divide(left: Any, right: Any) -> Any:
    """Return the quotient of two numbers, as a number with a fraction."""
    return _divided("/", operator.truediv, left, right)


def floordiv(left: Any, right: Any) -> Any:
    """Return the quotient of two numbers, rounded down."""
    return _divided("//", operator.floordiv, left, right)


def mod(left: Any, right: Any) -> Any:
    """Return the rest of a division; with a text on the left, that text filled in as a format."""
    if isinstance(left, str):
        from turbo_yaml.runtime.values.formats import percent

        return percent(left, right)
    return _divided("%", operator.mod, left, right)


def _divided(sign: str, divide_: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if not _numbers(left, right):
        raise _misfit(sign, left, right)
    if right == 0:
        raise wrong_value("division by zero")
    return _finite(divide_, left, right)


def power(left: Any, right: Any) -> Any:
    """Return a number raised to a power."""
    if not _numbers(left, right):
        raise _misfit("**", left, right)
    if isinstance(left, int) and isinstance(right, int) and right > 0:
        check_integer((left.bit_length() - 1) * right + 1)
    if left == 0 and right < 0:
        raise wrong_value("division by zero")
    result = _finite(operator.pow, left, right)
    if isinstance(result, complex):
        raise wrong_value("a root of a negative number is no number")
    return result


def neg(value: Any) -> Any:
    """Return a number with the other sign."""
    if isinstance(value, int | float):
        return -value
    raise wrong_kind(f"`-` takes a number, not {described(value)}")


def pos(value: Any) -> Any:
    """Return a number as it is."""
    if isinstance(value, int | float):
        return +value
    raise wrong_kind(f"`+` takes a number, not {described(value)}")


def _finite(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    try:
        return _checked(function(left, right))
    except OverflowError:
        raise wrong_value("the result is too large a number") from None


def _checked(value: Any) -> Any:
    if isinstance(value, int) and not -_SAFE < value < _SAFE:
        check_integer(value.bit_length())
    return value


# Comparisons -------------------------------------------------------------------------------------------

_SCALARS = frozenset({str, int, bool, float, type(None)})


def eq(left: Any, right: Any) -> bool:
    """Return whether two values are equal."""
    if type(left) not in _SCALARS and type(right) not in _SCALARS:
        weigh(left)
        weigh(right)
    return bool(left == right)


def ne(left: Any, right: Any) -> bool:
    """Return whether two values differ."""
    return not eq(left, right)


def _ordered(sign: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordered(left: Any, right: Any) -> bool:
        if type(left) not in _SCALARS:
            weigh(left)
            weigh(right)
        try:
            return bool(compare(left, right))
        except TypeError:
            raise _misfit(sign, left, right) from None

    ordered.__doc__ = f"Return `left {sign} right` of two numbers, two texts or two lists."
    return ordered


lt = _ordered("<", operator.lt)
le = _ordered("<=", operator.le)
gt = _ordered(">", operator.gt)
ge = _ordered(">=", operator.ge)


def is_in(value: Any, where: Any) -> bool:
    """Return whether a list or text contains a value, or a map has it as a key."""
    if isinstance(where, str):
        if not isinstance(value, str):
            raise wrong_kind(f"`in` looks for text in a text, not for {described(value)}")
        if len(where) > FREE:
            spend(len(where))
        return value in where
    if isinstance(where, dict):
        return as_key(value) in where
    if isinstance(where, list | tuple | range | set | frozenset):
        size = weigh(value)
        if len(where) > FREE:
            spend(len(where) * (4 + size // 100))
        return value in where
    raise wrong_kind(f"`in` looks into a list, a text or a map, not into {described(where)}")

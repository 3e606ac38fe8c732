"""Calls in expressions: methods of values, functions of the host, and the few global functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from types import BuiltinFunctionType, CoroutineType, FunctionType, MethodType
from typing import Any

from turbo_yaml.errors import TurboError
from turbo_yaml.runtime.values.access import as_key
from turbo_yaml.runtime.values.bounds import check_items, limit, over, spend
from turbo_yaml.runtime.values.chance import chance
from turbo_yaml.runtime.values.methods import METHODS, Method, Open, find_member
from turbo_yaml.runtime.values.words import Missing, described, missing, no_key, wrong_kind, wrong_value
from turbo_yaml.runtime.values.writing import going_through

_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType, partial)
_DATA = (str, int, float, dict, list, tuple, range, Method, Open, Missing, type(None), *_FUNCTIONS)
_ENTRY = 120
"""What an entry of a map costs that is made."""
_DIRECTIVE = r"%(?![-_0^#]?[aAbBcdDeFgGHIjmMnprRStTuUVwWxXyYzZ%])"


def method(value: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """Call `value.name(…)`: the value's own key first, then what methods its kind has."""
    if isinstance(value, dict) and name in value:
        found = value[name]
        if not isinstance(found, _FUNCTIONS):
            raise wrong_kind(
                f"`{name}` is a key of this map, which holds {described(found)}, so it cannot be called",
                f"use the filter `{name}`" if name == "items" else None,
            )
        return invoke(found, *args, **kwargs)
    methods = METHODS.get(type(value))
    function = None if methods is None else methods.get(name)
    if function is not None:
        return _run(name, partial(function, value), args, kwargs)
    found = find_member(value, name)
    if found is missing:
        raise no_key(value, name)
    return invoke(found, *args, **kwargs)


def invoke(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Call a function that a variable holds: one of the host's, a macro, or a method."""
    if isinstance(function, Method):
        return _run(function.name, function, args, kwargs)
    if not isinstance(function, _FUNCTIONS):
        raise wrong_kind(f"{described(function)} cannot be called")
    if getattr(function, "unsafe_callable", False) or getattr(function, "alters_data", False):
        raise wrong_kind("this function may not be called from a template")
    result = function(*args, **kwargs)
    if not isinstance(result, _DATA):
        if isinstance(result, CoroutineType):
            result.close()
            raise wrong_kind("this function answers later, and a template cannot wait", "make it a tool")
        raise wrong_kind("this function gave back something that is no data")
    return result


def _run(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        return function(*args, **kwargs)
    except TurboError:
        raise
    except (TypeError, AttributeError):
        given = ", ".join(described(value) for value in [*args, *kwargs.values()]) or "nothing"
        raise wrong_kind(f"`{name}` cannot work with {given}") from None
    except (ValueError, LookupError, ArithmeticError) as error:
        raise wrong_value(f"`{name}` did not work: {error}") from None


# Global functions --------------------------------------------------------------------------------------


def number_range(*bounds: int) -> range:
    """Return the whole numbers from a start to before a stop, as `range` of Jinja."""
    if not 1 <= len(bounds) <= 3 or not all(isinstance(bound, int) for bound in bounds):
        raise wrong_kind("`range` takes one to three whole numbers")
    if len(bounds) == 3 and bounds[2] == 0:
        raise wrong_value("the step of a range is not 0")
    numbers = range(*bounds)
    first, step = numbers.start, numbers.step
    if (numbers.stop - first) // step > limit("repeat"):
        raise over("this range", "repeat")
    check_items(len(numbers))
    return numbers


def mapping(*args: Any, **kwargs: Any) -> dict[Any, Any]:
    """Return a map of what is named, on top of another map or of pairs: `dict` of Jinja."""
    if len(args) > 1:
        raise wrong_kind("`dict` takes one map or list of pairs, and named values")
    made: dict[Any, Any] = {}
    for given in args:
        if isinstance(given, dict):
            spend(len(given) * _ENTRY)
            made.update(given)
            continue
        pairs = going_through(given)
        spend(len(pairs) * _ENTRY)
        for pair in pairs:
            if not isinstance(pair, list | tuple | str) or len(pair) != 2:
                raise wrong_kind(f"`dict` takes a map or a list of pairs, not {described(pair)} in one")
            made[as_key(pair[0])] = pair[1]
    return made | kwargs


class Namespace(Open):
    """Values that a template may change from inside a loop."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def member(self, name: Any) -> Any:
        return self.values.get(name, missing)


def namespace(*args: Any, **kwargs: Any) -> Namespace:
    """Return a namespace with what is named in it."""
    return Namespace(mapping(*args, **kwargs))


def put(where: Any, name: str, value: Any) -> None:
    """Set a value in a namespace."""
    if not isinstance(where, Namespace):
        raise wrong_kind(
            f"only a namespace can be changed, not {described(where)}", "make one with `namespace()`"
        )
    where.values[name] = value


def now(format: str | None = None) -> str:
    """Return the time, local to the host: as ISO 8601 to the second, or in a format of `strftime`."""
    moment = chance().now()
    if format is None:
        return moment
    if not isinstance(format, str) or len(format) > 200:
        raise wrong_kind("`now` takes a short format, such as `'%d %B %Y'`")
    unknown = re.search(_DIRECTIVE, format)
    if unknown is not None:
        raise wrong_value(f"`{format[unknown.start() : unknown.start() + 2]}` means nothing in a date format")
    from datetime import datetime

    return datetime.fromisoformat(moment).strftime(format)

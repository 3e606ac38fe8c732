"""Filters that apply another filter or test to each item, looked up by name in the same allow-lists."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.runtime.values.filters import NAMES, filter_of
from turbo_yaml.runtime.values.filters.lists import items_of, reach, surely
from turbo_yaml.runtime.values.methods import find_member
from turbo_yaml.runtime.values.tests import TESTS
from turbo_yaml.runtime.values.words import clipped, described, missing, no_key, not_there, wrong_kind

_SOFT = ("defined", "undefined")


def default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    return default_value if value is missing or (boolean and not value) else value


def attr(value: Any, name: str) -> Any:
    """Return a method or an attribute, never a key."""
    found = find_member(value, name) if isinstance(name, str) else missing
    if found is missing:
        raise no_key(value, name)
    return found


def trusted(value: Any) -> Any:
    """Return the value; the check takes it for trusted from here on."""
    return value


def map(value: Any, *args: Any, **kwargs: Any) -> builtins.list[Any]:
    items = _each_of(value, "map")
    if not args:
        if "attribute" not in kwargs or kwargs.keys() - {"attribute", "default"}:
            raise wrong_kind("`map` takes the name of a filter, or `attribute=` and `default=`")
        return [*builtins.map(surely(**kwargs), items)]
    function = filter_named(args[0])
    return [function(item, *args[1:], **kwargs) for item in items]


def _each_of(value: Any, name: str) -> Sequence[Any]:
    """Return the items of a list; what is empty, or null, has none."""
    return items_of(value, name) if value else ()


def filter_named(name: Any) -> Callable[..., Any]:
    """Return a filter by its name."""
    if not isinstance(name, str):
        raise wrong_kind(f"the name of a filter is text, not {described(name)}")
    if name not in NAMES:
        raise not_there(f"there is no filter `{clipped(name)}`", did_you_mean(name, NAMES))
    return filter_of(str(name))


def test_named(name: Any) -> Callable[..., Any]:
    """Return a test by its name."""
    if not isinstance(name, str):
        raise wrong_kind(f"the name of a test is text, not {described(name)}")
    function = TESTS.get(name)
    if function is None:
        raise not_there(f"there is no test `{clipped(name)}`", did_you_mean(name, TESTS))
    return function


def select(value: Any, *args: Any, **kwargs: Any) -> builtins.list[Any]:
    test = _test(args, kwargs)
    return [item for item in _each_of(value, "select") if test(item)]


def reject(value: Any, *args: Any, **kwargs: Any) -> builtins.list[Any]:
    test = _test(args, kwargs)
    return [item for item in _each_of(value, "reject") if not test(item)]


def selectattr(value: Any, *args: Any, **kwargs: Any) -> builtins.list[Any]:
    test = _attribute_test(args, kwargs)
    return [item for item in _each_of(value, "selectattr") if test(item)]


def rejectattr(value: Any, *args: Any, **kwargs: Any) -> builtins.list[Any]:
    test = _attribute_test(args, kwargs)
    return [item for item in _each_of(value, "rejectattr") if not test(item)]


def _test(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[Any], Any]:
    if not args:
        return bool
    function = test_named(args[0])
    return lambda item: function(item, *args[1:], **kwargs)


def _attribute_test(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[Any], Any]:
    if not args or not isinstance(args[0], str | int):
        what = described(args[0]) if args else "nothing"
        raise wrong_kind(f"the name of an attribute is wanted first, not {what}")
    test = _test(args[1:], kwargs)
    got = reach(args[0]) if args[1:2] and args[1] in _SOFT else surely(args[0])
    return lambda item: test(got(item))


FILTERS = {
    function.__name__: function
    for function in (default, attr, trusted, map, select, reject, selectattr, rejectattr)
}
FILTERS["d"] = default

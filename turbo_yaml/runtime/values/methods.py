"""The methods that values have: an allow-list for each kind. What is not in it does not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from turbo_yaml.runtime.values.bounds import FREE, check_length, check_padding, counted, spend, weigh
from turbo_yaml.runtime.values.words import missing, wrong_kind


class Open:
    """A value of ours that has members: the state of a loop, a namespace, a group."""

    __slots__ = ()

    def member(self, name: Any) -> Any:
        """Return the member of that name, or `missing`."""
        raise NotImplementedError


class Method:
    """A method of a value, on its way to be called."""

    __slots__ = ("function", "name", "owner")

    def __init__(self, owner: Any, name: str, function: Callable[..., Any]) -> None:
        self.owner = owner
        self.name = name
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(self.owner, *args, **kwargs)


def find_member(value: Any, name: str) -> Any:
    """Return a member that is no key: an attribute, or a method; `missing` where there is none."""
    if isinstance(value, Open):
        return value.member(name)
    for kind, methods in METHODS.items():
        if isinstance(value, kind):
            function = methods.get(name)
            if function is not None:
                return Method(value, name, function)
            return getattr(value, name) if name in _ATTRIBUTES.get(kind, ()) else missing
    return missing


def _own(name: str) -> Callable[..., Any]:
    """Return the value's own method: it costs no more than the value is long."""

    def method(value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and len(value) > FREE:
            spend(len(value))
        return getattr(value, name)(*args, **kwargs)

    return method


# Texts -------------------------------------------------------------------------------------------------


def _sized(name: str) -> Callable[..., Any]:
    """Return the text's own method, once its length is counted."""

    def method(value: str, *args: Any, **kwargs: Any) -> Any:
        check_length(len(value))
        return getattr(value, name)(*args, **kwargs)

    return method


def _padded(name: str) -> Callable[..., Any]:
    """Return the text's own method that pads to a width."""

    def method(value: str, width: int, *fill: str) -> Any:
        check_padding(width)
        return getattr(value, name)(width, *fill)

    return method


def replaced(value: str, old: str, new: str, count: int = -1) -> str:
    """Return a text with `old` replaced by `new`, at most `count` times."""
    if not (isinstance(old, str) and isinstance(new, str)):
        raise wrong_kind("`replace` takes two texts: what to replace, and what by")
    times = value.count(old)
    if count >= 0:
        times = min(times, count)
    check_length(len(value) + times * max(0, len(new) - len(old)))
    return value.replace(old, new, count)


def joined(separator: str, items: Any) -> str:
    """Return texts put together with a separator between them."""
    texts = counted(items)
    for text in texts:
        if not isinstance(text, str):
            raise wrong_kind("`join` on a text takes a list of texts", "use the filter: `list | join(', ')`")
    check_length(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _split(name: str) -> Callable[..., Any]:
    def method(value: str, *args: Any, **kwargs: Any) -> Any:
        if len(value) > FREE:
            spend(len(value) * 40)
        return getattr(value, name)(*args, **kwargs)

    return method


def _format(value: str, *args: Any, **kwargs: Any) -> str:
    from turbo_yaml.runtime.values.formats import format_text

    return format_text(value, *args, **kwargs)


def _format_map(value: str, *args: Any, **kwargs: Any) -> str:
    from turbo_yaml.runtime.values.formats import format_map

    return format_map(value, *args, **kwargs)


def _expandtabs(value: str, tabsize: int = 8) -> str:
    check_padding(tabsize)
    check_length(len(value) + value.count("\t") * abs(tabsize))
    return value.expandtabs(tabsize)


def _translate(value: str, table: Any) -> str:
    if not isinstance(table, dict):
        raise wrong_kind("`translate` takes a map of characters")
    longest = max((len(text) for text in table.values() if isinstance(text, str)), default=1)
    check_length(len(value) * max(longest, 1))
    return value.translate(table)


_TEXT_METHODS: dict[str, Callable[..., Any]] = {
    **{
        name: _own(name)
        for name in (
            "count", "endswith", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
            "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper",
            "maketrans", "rfind", "rindex", "startswith",
        )
    },
    **{
        name: _sized(name)
        for name in (
            "capitalize", "casefold", "lower", "lstrip", "partition", "removeprefix", "removesuffix",
            "rpartition", "rstrip", "strip", "swapcase", "title", "upper",
        )
    },
    **{name: _padded(name) for name in ("center", "ljust", "rjust", "zfill")},
    **{name: _split(name) for name in ("rsplit", "split", "splitlines")},
    "expandtabs": _expandtabs,
    "format": _format,
    "format_map": _format_map,
    "join": joined,
    "replace": replaced,
    "translate": _translate,
}  # fmt: skip


# Lists, maps, numbers ----------------------------------------------------------------------------------


def _listed(name: str) -> Callable[..., Any]:
    """Return a map's view as a list."""

    def method(value: dict[Any, Any]) -> list[Any]:
        if len(value) > FREE:
            spend(len(value) * 80)
        return list(getattr(value, name)())

    return method


def _looked_up(value: dict[Any, Any], key: Any, default: Any = None) -> Any:
    return value.get(key, default) if isinstance(key, str | int | float | None) else default


def _copied(value: Any) -> Any:
    if len(value) > FREE:
        spend(len(value) * (8 if isinstance(value, list) else 100))
    return value.copy()


def _searched(name: str) -> Callable[..., Any]:
    """Return a list's own method that compares its items."""

    def method(value: Any, wanted: Any, *args: int) -> Any:
        size = weigh(wanted)
        if len(value) > FREE:
            spend(len(value) * (4 + size // 100))
        return getattr(value, name)(wanted, *args)

    return method


_SEARCHED = {name: _searched(name) for name in ("count", "index")}

METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: _TEXT_METHODS,
    dict: {
        "copy": _copied,
        "get": _looked_up,
        "items": _listed("items"),
        "keys": _listed("keys"),
        "values": _listed("values"),
    },
    list: {**_SEARCHED, "copy": _copied},
    tuple: _SEARCHED,
    range: _SEARCHED,
    bool: {"bit_length": _own("bit_length")},
    int: {name: _own(name) for name in ("as_integer_ratio", "bit_count", "bit_length", "conjugate")},
    float: {name: _own(name) for name in ("as_integer_ratio", "conjugate", "hex", "is_integer")},
}
"""By the kind of the value; `bool` stands before `int`, which it is too."""

_ATTRIBUTES: dict[type, tuple[str, ...]] = {
    bool: ("denominator", "imag", "numerator", "real"),
    int: ("denominator", "imag", "numerator", "real"),
    float: ("imag", "real"),
    range: ("start", "step", "stop"),
}

"""Every filter by its name, as generated code calls them: `filters.upper(x)`. Loaded when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "choosing": ("attr", "d", "default", "map", "reject", "rejectattr", "select", "selectattr", "trusted"),
    "data": ("fromcsv", "fromjson", "fromjsonl", "fromyaml", "json", "pprint", "tojson"),
    "lists": (
        "batch", "count", "dictsort", "first", "groupby", "items", "join", "last", "length", "list", "max",
        "min", "random", "reverse", "shuffle", "slice", "sort", "sum", "unique", "zip",
    ),
    "markup": ("e", "escape", "forceescape", "safe", "striptags", "urlize", "xmlattr"),
    "numbers": ("abs", "filesizeformat", "float", "int", "round"),
    "patterns": ("regex_findall", "regex_search"),
    "texts": (
        "capitalize", "center", "code", "format", "indent", "lines", "lower", "replace", "string", "title",
        "trim", "truncate", "upper", "urlencode", "wordcount", "words", "wordwrap",
    ),
}  # fmt: skip
NAMES: Final = {name: group for group, names in _GROUPS.items() for name in names}
"""The name of each filter, and the module here that has it."""


def filter_of(name: str) -> Callable[..., Any]:
    """Return a filter by its name, which is one of `NAMES`."""
    known: Any = globals().get(name)
    if known is None:
        filters: dict[str, Callable[..., Any]] = import_module(f"{__name__}.{NAMES[name]}").FILTERS
        globals().update(filters)
        known = filters[name]
    found: Callable[..., Any] = known
    return found


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return filter_of(name)

"""Every filter, by its name: as functions on `filters`, and in a table for `map('name')`."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

from turbo_yaml.runtime.values.filters import choosing, data, lists, markup, numbers, patterns, texts

FILTERS: Final[dict[str, Callable[..., Any]]] = {
    **texts.FILTERS,
    **numbers.FILTERS,
    **lists.FILTERS,
    **data.FILTERS,
    **patterns.FILTERS,
    **markup.FILTERS,
    **choosing.FILTERS,
    "count": lists.length,
    "d": choosing.default,
    "e": markup.escape,
}

filters: Final = SimpleNamespace(**FILTERS)
"""What generated code calls: `filters.upper(x)`."""

"""The body of a list of models to their names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from turbo_yaml.models.faults import SERVER, Fault

_NAMES = ("id", "name", "model")


def read_models(data: Any) -> list[str]:
    """Return the names of models, sorted, each once; `Fault` where the data is no list of them."""
    items = data.get("data", data.get("models")) if isinstance(data, dict) else data
    if not isinstance(items, list):
        raise Fault("bad_reply", f"{SERVER} answered with no list of models")
    return sorted({name for item in items for name in _name(item)})


def _name(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict):
        named = (item[key] for key in _NAMES if isinstance(item.get(key), str) and item[key])
        yield from islice(named, 1)

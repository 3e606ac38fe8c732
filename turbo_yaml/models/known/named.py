"""The name of a model to what a table says of it, or of all models of its provider."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_DATE: Final = re.compile(r"-(\d{4}-\d\d-\d\d|20\d{6}|latest)\Z", re.ASCII)


def undated(name: str) -> str:
    """Return a model's name without the date at its end."""
    return _DATE.sub("", name)


def said_of(table: Mapping[str, Any] | None, provider: str | None, model: str) -> Any:
    """Return what a table of the settings says: of a model, of the one without its date, of `provider/*`."""
    if not table:
        return None
    name = model if provider is None else f"{provider}/{model}"
    for key in (name, undated(name), f"{name.partition('/')[0]}/*"):
        found = table.get(key)
        if found is not None:
            return found
    return None

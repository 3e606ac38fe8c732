"""What a flow says it takes: one input, with its type."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from turbo_yaml.records import Record
from turbo_yaml.source import Span


class _Missing(Enum):
    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing.MISSING
"""Stands where there is no value; `None` is a value."""


_NOWHERE: Final = Span(0, 0)


class Input(Record):
    """An input of a flow. `schema` is JSON Schema 2020-12; `default` is `MISSING` where there is none.

    An input that is not required and has no default is null when nobody gives it. `trusted`: the author
    vouches for what the caller writes there.
    """

    name: str
    schema: Mapping[str, Any]
    required: bool = True
    default: Any = MISSING
    description: str | None = None
    span: Span = _NOWHERE
    trusted: bool = False

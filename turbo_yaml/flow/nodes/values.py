"""Values in a typed flow: data, templates, and data with templates in it; and the small things steps hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from turbo_yaml.source import Span
from turbo_yaml.template import Text

Schema: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Constant:
    """Plain data, as written."""

    data: Any
    span: Span


@dataclass(frozen=True, slots=True)
class ListValue:
    """A list in which some item is a template."""

    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MapValue:
    """A mapping in which some value is a template; keys are plain text."""

    entries: tuple[Named, ...]
    span: Span


Value: TypeAlias = Constant | Text | ListValue | MapValue


@dataclass(frozen=True, slots=True)
class Target:
    """A variable that a step gives a value to."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Named:
    """A name with a value: an entry of `set`, `remember`, `with`, or of a step's own settings."""

    name: str
    span: Span
    value: Value


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and when a failed step is tried again; times in seconds."""

    times: int
    wait: float = 1.0
    backoff: float = 2.0
    max: float = 60.0
    on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowRef:
    """The name of another flow: `summarize`, `alias`, `alias.flow`, or a relative path."""

    name: str
    span: Span

"""Values in a typed flow: data, templates, and data with templates in it; and the small things steps hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from turbo_yaml.records import Record
from turbo_yaml.source import Span
from turbo_yaml.template import Text

Schema: TypeAlias = Mapping[str, Any]


class Constant(Record):
    """Plain data, as written."""

    data: Any
    span: Span


class ListValue(Record):
    """A list in which some item is a template."""

    items: tuple[Value, ...]
    span: Span


class MapValue(Record):
    """A mapping in which some value is a template; keys are plain text."""

    entries: tuple[Named, ...]
    span: Span


Value: TypeAlias = Constant | Text | ListValue | MapValue


class Target(Record):
    """A variable that a step gives a value to."""

    name: str
    span: Span


class Named(Record):
    """A name with a value: an entry of `set`, `remember`, `with`, or of a step's own settings."""

    name: str
    span: Span
    value: Value


class Retry(Record):
    """How often and when a failed step is tried again; times in seconds."""

    times: int
    wait: float = 1.0
    backoff: float = 2.0
    max: float = 60.0
    on: tuple[str, ...] = ()


class ToolRef(Record):
    """The name of a tool: one of the file's, or `server.name` for one of an MCP server's."""

    name: str
    span: Span


class FlowRef(Record):
    """The name of another flow: `summarize`, `alias`, `alias.flow`, or a relative path."""

    name: str
    span: Span

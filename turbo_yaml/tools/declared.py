"""What a flow declares of a tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from turbo_yaml.records import Record, field
from turbo_yaml.tools.tool import Approval

Kind: TypeAlias = Literal["function", "flow", "http", "mcp", "caller"]


class Declaration(Record, kw_only=True):
    """A tool as a flow declares it. `place` is `file:line`; `timeout` in seconds; schemas are JSON Schema.

    `parameters` and `returns` are None where what is bound says them. `flow` gives the function of the flow
    that is the tool. `used`: some step names it.
    """

    name: str
    kind: Kind = "function"
    description: str | None = None
    parameters: Mapping[str, Any] | None = None
    returns: Mapping[str, Any] | None = None
    approve: Approval = "never"
    timeout: float | None = None
    flow: Callable[[], Callable[..., Any]] | None = None
    http: str | None = None
    mcp: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = None
    allow: Sequence[str] | None = None
    place: str | None = None
    used: bool = True

"""What every kind of tool is to whoever calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeAlias

Approval: TypeAlias = Literal["never", "always", "ask"]


class Tool(Protocol):
    """Something that a flow or a model may call."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """A JSON Schema of an object: the arguments."""
    returns: Mapping[str, Any] | None
    approve: Approval

    async def call(self, arguments: Mapping[str, Any]) -> Any:
        """Return the result as JSON-like data; `ToolError` where there is none."""
        ...

    async def aclose(self) -> None:
        """Let go of connections and processes. May be called twice."""
        ...

"""Tools that are told to models and never called, servers that are never started."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import FlowError, ToolError
from turbo_yaml.runtime.frames import Host
from turbo_yaml.runtime.tooling.servers import ServerTool
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.tool import Approval, Tool


class StandIn:
    """A tool as a model was told of it, `told`; what its flow declares of it goes over that."""

    def __init__(self, declaration: Declaration, told: Mapping[str, Any]) -> None:
        self.name = declaration.name
        self.description: str = declaration.description or told.get("description") or ""
        self.parameters: Mapping[str, Any] = (
            declaration.parameters or told.get("parameters") or {"type": "object", "properties": {}}
        )
        self.returns = declaration.returns
        self.approve: Approval = declaration.approve

    async def call(self, arguments: Mapping[str, Any]) -> Any:
        """Fail: what it gave back is in the record."""
        raise FlowError(f"the tool `{self.name}` is not there to be called", kind="host")

    async def aclose(self) -> None:
        """There is nothing to let go of."""


class ServerStandIn(ServerTool):
    """An MCP server that is not there, with tools that are."""

    def __init__(self, declaration: Declaration, tools: Sequence[Tool]) -> None:
        self.name = declaration.name
        self.approve: Approval = declaration.approve
        self._declaration = declaration
        self._inner = ""
        self.tools = tools

    async def _tools(self, host: Host) -> list[Tool]:
        if not self._inner:
            return [*self.tools]
        for tool in self.tools:
            if tool.name == self._inner:
                return [tool]
        message = f"the MCP server `{self._declaration.name}` has no tool `{self._inner}` here"
        hint = did_you_mean(self._inner, [tool.name for tool in self.tools])
        raise ToolError(message, kind="unknown_tool", hint=hint)


def stand_ins(
    declared: Iterable[Declaration], told: Mapping[str, Mapping[str, Any]], called: Iterable[str]
) -> dict[str, Tool]:
    """Return what stands in for each tool that flows declare and that is no flow.

    `told`: how models were told of tools, by name; `called`: the names of those that were called. What no
    flow declares belongs to a server: that of its name, else the first. Without servers a caller gave it.
    """
    declared = [*declared]
    names = {one.name for one in declared}
    servers = [one for one in declared if one.kind == "mcp"]
    others = [name for name in [*told, *called] if name not in names]
    found: dict[str, Tool] = {}
    for one in declared:
        if one.kind == "mcp":
            inner = dict.fromkeys(filter(None, (_inner(one, name, servers) for name in others)))
            tools = [_of_server(one, name, told) for name in inner]
            found[one.name] = ServerStandIn(one, tools)
        elif one.kind == "caller" and not servers:
            found |= {name: StandIn(Declaration(name=name), told.get(name, {})) for name in others}
        elif one.kind not in ("flow", "caller"):
            found[one.name] = StandIn(one, told.get(one.name, {}))
    return found


def _inner(server: Declaration, name: str, servers: Sequence[Declaration]) -> str | None:
    """Return what a server itself calls a tool of this name; None where it is none of its tools."""
    head, dot, inner = name.partition(".")
    if dot:
        return inner if head == server.name else None
    owner = next((one for one in servers if name.startswith(f"{one.name}_")), servers[0])
    return name if owner.name == server.name else None


def _of_server(server: Declaration, name: str, told: Mapping[str, Mapping[str, Any]]) -> StandIn:
    given = told.get(name) or {"parameters": {"type": "object"}}
    return StandIn(Declaration(name=name, kind="mcp", approve=server.approve), given)

"""The MCP servers of one run: each started when it is first needed, all closed when the run is over."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Container, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, Final
from weakref import finalize

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import FlowError, ToolError
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.tool import Approval, Tool

if TYPE_CHECKING:
    from turbo_yaml.runtime.frames import Host
    from turbo_yaml.tools.allowed import Allowed
    from turbo_yaml.tools.mcp.server import McpServer

_LONGEST: Final = 64  # characters of a tool's name that the servers of models take
_UNSAID: Final = re.compile(r"[^A-Za-z0-9_-]")


class Servers:
    """The servers that a run has needed so far."""

    __slots__ = ("__weakref__", "_owned", "_servers")

    def __init__(self) -> None:
        self._owned = False
        self._servers: dict[int, tuple[Declaration, McpServer]] = {}

    async def tools(self, declaration: Declaration, allowed: Allowed) -> Mapping[str, Tool]:
        """Return the tools of a server by its own names; `ToolError` where it does not tell them."""
        from turbo_yaml.tools.mcp.server import McpServer

        known = self._servers.get(id(declaration))
        if known is None:
            known = self._servers[id(declaration)] = declaration, McpServer(declaration, allowed=allowed)
        return {tool.name: tool for tool in await known[1].tools()}

    def end_with(self, owner: object) -> None:
        """See to it that every server ends when the owner is garbage."""
        if not self._owned:
            self._owned = True
            finalize(owner, self.end)

    def end(self) -> None:
        """Tell every server to end, without waiting for it."""
        while self._servers:
            self._servers.popitem()[1][1].end()

    async def aclose(self) -> None:
        """End every server, all at once, and wait until nothing of them is left."""
        servers = [server for _, server in self._servers.values()]
        self._servers.clear()
        await asyncio.gather(*(server.aclose() for server in servers))


class ServerTool:
    """The tools of an MCP server, or one of them: nothing is known of it before a run has asked the server.

    `UsageError` where the server cannot be, or the operator has not allowed it.
    """

    description = ""
    parameters: Mapping[str, Any] = {"type": "object"}
    returns: Mapping[str, Any] | None = None

    def __init__(self, declaration: Declaration, allowed: Allowed) -> None:
        from turbo_yaml.tools.mcp.server import McpServer

        McpServer(declaration, allowed=allowed)
        self.name = declaration.name
        self.approve: Approval = declaration.approve
        self._declaration = declaration
        self._allowed = allowed
        self._inner = ""

    def one(self, inner: str) -> ServerTool:
        """Return the tool of the server that has this name."""
        found = copy(self)
        found._inner = inner
        found.name = f"{self._declaration.name}.{inner}"
        return found

    async def found(self, host: Host) -> Tool:
        """Return the one tool; `ToolError` where the server has none of the name."""
        if not self._inner:
            name = self._declaration.name
            hint = f"write `{name}.` and the name of one of its tools"
            raise ToolError(f"`{name}` is a server, not a tool", kind="unknown_tool", hint=hint)
        (tool,) = await self._tools(host)
        return _renamed(tool, self.name)

    async def offered(self, host: Host, taken: Container[str]) -> list[Tool]:
        """Return the tools under names that a model may call them by, other than those taken."""
        found: dict[str, Tool] = {}
        for tool in await self._tools(host):
            wishes = [tool.name, f"{self._declaration.name}_{tool.name}"]
            wishes += [f"{wishes[1][: _LONGEST - 4]}_{number}" for number in range(2, 1000)]
            plain = (_UNSAID.sub("_", wish)[:_LONGEST] for wish in wishes)
            name = next(each for each in plain if each and each not in taken and each not in found)
            found[name] = _renamed(tool, name)
        return list(found.values())

    async def _tools(self, host: Host) -> list[Tool]:
        if host.servers is None:
            host.servers = Servers()
        tools = await host.servers.tools(self._declaration, self._allowed)
        if not self._inner:
            return list(tools.values())
        if self._inner not in tools:
            message = f"the MCP server `{self._declaration.name}` has no tool `{self._inner}`"
            raise ToolError(message, kind="unknown_tool", hint=did_you_mean(self._inner, tools))
        return [tools[self._inner]]

    async def call(self, arguments: Mapping[str, Any]) -> Any:
        """Fail: a server needs the run that it is part of."""
        raise FlowError(f"the tool `{self.name}` can be called in a run only", kind="host")

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def _renamed(tool: Tool, name: str) -> Tool:
    tool = copy(tool)
    tool.name = name
    return tool

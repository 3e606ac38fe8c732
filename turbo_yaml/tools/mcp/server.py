"""A declared MCP server to its tools: connected to at the first need, closed with the run that owns it."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import ToolError, UsageError
from turbo_yaml.tools.allowed import Allowed
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.http.checking import Secret, headers_of, read_secret
from turbo_yaml.tools.mcp.checking import command_secret, endpoint_of, require_package
from turbo_yaml.tools.tool import Approval, Tool
from turbo_yaml.wire.hidden import Hidden

if TYPE_CHECKING:
    from mcp.client import Client
    from mcp_types import Tool as Listed

    from turbo_yaml.tools.mcp.connection import Connection, Server

TIMEOUT: Final = 60.0  # seconds for a call
START_TIMEOUT: Final = 30.0  # seconds until a server has said which tools it has
_MOST_TOOLS: Final = 512
_MOST_PAGES: Final = 64
_LONGEST: Final = 4096  # characters of a description
_ANYTHING: Final[Mapping[str, Any]] = {"type": "object"}


class McpServer:
    """An MCP server as one run uses it. `folder` is where a command is run: by default the current one.

    `UsageError` where it cannot be or the operator has not allowed it. One that is forgotten closes itself.
    """

    def __init__(
        self,
        declaration: Declaration,
        *,
        allowed: Allowed,
        secret: Secret = os.environ.get,
        folder: Path | None = None,
    ) -> None:
        self._declared = declaration
        self._folder = folder
        where = declaration.mcp or {}
        self._command = tuple(where.get("command") or ())
        self._url: str | None = where.get("url")
        require_package(declaration.name)
        if self._url is None:
            self._headers: Mapping[str, str] = {}
            self._allowed, self._secret = (
                allowed,
                command_secret(declaration, self._command, allowed, secret),
            )
        else:
            endpoint = endpoint_of(declaration.name, self._url, allowed)
            self._headers = headers_of(declaration)
            self._secret = Hidden()
            if declaration.secret is not None:
                self._secret = read_secret(declaration.name, declaration.secret, endpoint, allowed, secret)
            self._allowed = allowed.with_server(endpoint.host.strip("[]"), endpoint.port)
        self._connection: Connection | None = None
        self._tools: list[Tool] | None = None
        self._starting = asyncio.Lock()

    def __repr__(self) -> str:
        return f"McpServer({self._declared.name})"

    async def tools(self) -> list[Tool]:
        """Return the tools that the flow may use, by the server's names; connects first. `ToolError`."""
        async with self._starting:
            if self._tools is None:
                seconds = self._declared.timeout or START_TIMEOUT
                try:
                    async with asyncio.timeout(seconds) as deadline:
                        listed = await self._listed(await self._client())
                except TimeoutError:
                    if not deadline.expired():
                        raise
                    await self.aclose()
                    message = f"the MCP server `{self._declared.name}` did not answer within {seconds:g} s"
                    raise ToolError(message, kind="timeout", retryable=True) from None
                self._tools = [self._tool(tool) for tool in self._chosen(listed)]
        return self._tools

    async def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Call a tool by the server's name for it; `ToolError` where it fails."""
        seconds = self._declared.timeout or TIMEOUT
        try:
            async with asyncio.timeout(seconds) as deadline:
                return await self._call(name, dict(arguments))
        except TimeoutError:
            if not deadline.expired():
                raise
            message = (
                f"`{name}` of the MCP server `{self._declared.name}` gave no answer within {seconds:g} s"
            )
            raise ToolError(message, kind="timeout", retryable=True) from None

    def end(self) -> None:
        """Tell the connection to end, without waiting for it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.end()

    async def aclose(self) -> None:
        """End the connection, and the process with all that it started. May be called twice."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        from turbo_yaml.tools.mcp.results import read_result

        client = await self._client()
        connection = self._connection
        assert connection is not None
        try:
            result = await client.call_tool(name, arguments)
        except Exception as error:
            raise await connection.failure(error) from None
        return read_result(result, self._declared.name, self._secret)

    async def _client(self) -> Client:
        """Return the client of the connection; a new one where the last one ended by itself."""
        from turbo_yaml.tools.mcp.connection import Connection

        if self._connection is None or self._connection.ended:
            self._connection = Connection(self._declared.name, self._server())
            weakref.finalize(self, self._connection.end)
        return await self._connection.client()

    def _server(self) -> Server:
        from turbo_yaml.tools.mcp.connection import WebServer
        from turbo_yaml.tools.mcp.process import ServerProcess

        if self._url is None:
            return ServerProcess(self._command, self._declared.secret, self._secret, self._folder)
        return WebServer(self._url, self._headers, self._secret, self._allowed)

    async def _listed(self, client: Client) -> list[Listed]:
        listed: list[Listed] = []
        cursor: str | None = None
        connection = self._connection
        assert connection is not None
        for _ in range(_MOST_PAGES):
            try:
                page = await client.list_tools(cursor=cursor)
            except Exception as error:
                raise await connection.failure(error) from None
            listed += page.tools
            cursor = page.next_cursor
            if cursor is None and len(listed) <= _MOST_TOOLS:
                return listed
            if len(listed) > _MOST_TOOLS:
                break
        raise ToolError(f"the MCP server `{self._declared.name}` offers more than {_MOST_TOOLS} tools")

    def _chosen(self, listed: list[Listed]) -> list[Listed]:
        """Return those of the tools that the flow wants; `ToolError` where one is not there."""
        wanted = self._declared.allow
        if wanted is None:
            return listed
        offered = {tool.name: tool for tool in listed}
        for name in wanted:
            if name not in offered:
                raise ToolError(
                    f"the MCP server `{self._declared.name}` has no tool `{name}`",
                    kind="unknown_tool",
                    hint=did_you_mean(name, offered) or f"it has {len(offered)} tools",
                )
        return [offered[name] for name in wanted]

    def _tool(self, listed: Listed) -> Tool:
        output = listed.output_schema
        wrapped = output is not None and set(output.get("properties") or ()) == {"result"}
        return _McpTool(
            self,
            listed.name,
            (listed.description or "")[:_LONGEST],
            _usable(listed.input_schema) or _ANYTHING,
            None if wrapped else _usable(output),
            self._declared.approve,
        )


class _McpTool:
    """A tool of an MCP server."""

    def __init__(
        self,
        server: McpServer,
        name: str,
        description: str,
        parameters: Mapping[str, Any],
        returns: Mapping[str, Any] | None,
        approve: Approval,
    ) -> None:
        self.name = name
        self.description = description
        self.parameters = parameters
        self.returns = returns
        self.approve: Approval = approve
        self._server = server
        self._own = name

    def __repr__(self) -> str:
        return f"McpTool({self.name})"

    async def call(self, arguments: Mapping[str, Any]) -> Any:
        """Return what the server gives back, as data; `ToolError` where it fails."""
        return await self._server.call(self._own, arguments)

    async def aclose(self) -> None:
        """Do nothing: the server is closed by the run that owns it."""


def _usable(schema: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return a schema that a server sent if values can be held against it here, in bounded time."""
    from turbo_yaml.types.validation import compile_validator

    if schema is None:
        return None
    try:
        compile_validator(schema)
    except UsageError:
        return None
    return schema

"""A connection to an MCP server that lives in a task of its own, until it is told to end.

The package `mcp` keeps task groups open while a connection lasts, and those belong to one task from the first
to the last. No flow's task can be that one: a flow stands still at each `yield`, and may be closed there.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from typing import Any, Final, Protocol

import httpx2
from mcp import MCPError
from mcp.client import Client, InputRequiredRoundsExceededError, Transport
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CONNECTION_CLOSED
from pydantic import ValidationError

from turbo_yaml.errors import ToolError
from turbo_yaml.tools.allowed import Allowed
from turbo_yaml.tools.http.guarded import CONNECT_TIMEOUT, GuardedTransport
from turbo_yaml.tools.mcp.process import MOST
from turbo_yaml.version import __version__
from turbo_yaml.wire.hidden import Hidden
from turbo_yaml.wire.wording import one_line, reason

_END: Final = 1.5  # seconds: more than a process is given before it is killed

# What a server says wrongly is told in errors; it must not come raw to a terminal.
for _name in ("mcp", "client"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


_LIVE: Final[set[asyncio.Task[None]]] = set()
"""The tasks of connections: an event loop alone does not keep a task that waits."""


class Server(Protocol):
    """What a connection is made to. `on_end` is called when the server has gone by itself."""

    on_end: Callable[[], None] | None

    def streams(self) -> Transport:
        """Return what connects on entry, and on exit leaves nothing behind."""
        ...

    def last_words(self) -> str:
        """Return what is known of how the server ended, to follow the word `ended`."""
        ...


class WebServer:
    """A server at an address. `allowed` bounds where its connections may go."""

    def __init__(self, url: str, headers: Mapping[str, str], secret: Hidden, allowed: Allowed) -> None:
        self.on_end: Callable[[], None] | None = None
        self._url = url
        self._headers = headers
        self._secret = secret
        self._allowed = allowed

    def last_words(self) -> str:
        """Return nothing: what a server far away writes as errors is not ours to see."""
        return ""

    def streams(self) -> Transport:
        """Return what opens a client of its own on entry, and closes it."""
        return self._streams()

    @asynccontextmanager
    async def _streams(self) -> AsyncGenerator[Any]:
        sent = {"user-agent": f"turbo-yaml/{__version__}", "accept-encoding": "gzip"}
        async with (
            httpx2.AsyncClient(
                transport=GuardedTransport(self._allowed, most=MOST),
                headers=sent | {name: self._secret.into(text) for name, text in self._headers.items()},
                timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT),
                trust_env=False,
            ) as client,
            streamable_http_client(self._url, http_client=client, max_sse_event_size=MOST) as streams,
        ):
            yield streams


class Connection:
    """A connection that begins at once and lasts until `close`. It holds nothing of the run that uses it."""

    def __init__(self, name: str, server: Server) -> None:
        self._name = name
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._ready: asyncio.Future[Client] = self._loop.create_future()
        self._problem: BaseException | None = None
        server.on_end = self._stop.set
        self._task = self._loop.create_task(self._live(), name=f"mcp {name}", context=Context())
        _LIVE.add(self._task)
        self._task.add_done_callback(self._over)

    @property
    def ended(self) -> bool:
        """Whether the connection is over, or about to be."""
        return self._task.done() or self._stop.is_set()

    async def client(self) -> Client:
        """Return the client once the server has answered; `ToolError` where it does not."""
        await asyncio.wait({self._ready})
        if self._ready.cancelled():
            raise ToolError(f"the MCP server `{self._name}` was closed", kind="connection")
        return self._ready.result()

    def end(self) -> None:
        """Tell the connection to end, from any thread, without waiting."""
        with suppress(RuntimeError):  # a loop that is closed has ended it
            self._loop.call_soon_threadsafe(self._let_go)

    async def close(self) -> None:
        """End the connection and wait until nothing of it is left."""
        self._let_go()
        await asyncio.wait({self._task}, timeout=_END)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_END)

    async def failure(self, error: Exception) -> ToolError:
        """Return what to raise for an error of a call."""
        if isinstance(error, MCPError) and error.error.code != CONNECTION_CLOSED:
            return ToolError(f"the MCP server `{self._name}` refused: {one_line(error.error.message)}")
        if isinstance(error, ValidationError | InputRequiredRoundsExceededError):
            message = f"the MCP server `{self._name}` answered with what is not in the protocol"
            return ToolError(message, kind="connection")
        self._stop.set()
        await asyncio.wait({self._task}, timeout=_END)
        return self._failure(self._problem or error)

    def _over(self, task: asyncio.Task[None]) -> None:
        _LIVE.discard(task)
        self._ready.cancel()  # nobody waits for a task that was cancelled before it began

    def _let_go(self) -> None:
        self._stop.set()
        if not self._ready.done():
            self._task.cancel()

    async def _live(self) -> None:
        try:
            async with Client(self._server.streams(), cache=None) as client:
                # Its own check takes any pattern that the server sends; those of types here are bounded.
                client.session.validate_tool_result = _unchecked  # type: ignore[method-assign]
                self._ready.set_result(client)
                await self._stop.wait()
        except asyncio.CancelledError:
            self._ready.cancel()
            raise
        except Exception as error:
            self._problem = error
            self._stop.set()
            if not self._ready.done():
                self._ready.set_exception(self._failure(error))
                self._ready.exception()  # whoever waited for it may have gone

    def _failure(self, error: BaseException) -> ToolError:
        """Return what to raise for an error that ended the connection."""
        name, found = f"the MCP server `{self._name}`", _innermost(error)
        if isinstance(found, ToolError):
            return found
        if isinstance(found, OSError) and not isinstance(found, ConnectionError):
            why = os.strerror(found.errno).lower() if found.errno else reason(found)
            hint = "is it installed, and on the `PATH`?"
            return ToolError(f"{name} cannot be started: {why}", kind="configuration", hint=hint)
        if isinstance(found, MCPError) and found.error.code != CONNECTION_CLOSED:
            said = one_line(found.error.message)
            return ToolError(f"{name} refuses the connection: {said}", kind="connection")
        return ToolError(f"{name} ended{self._server.last_words()}", kind="connection")


async def _unchecked(name: str, result: Any) -> None:
    """Take a result as it is: whoever called the tool looks at it."""


def _innermost(error: BaseException) -> BaseException:
    """Return the error that a group was made of: a tool's own, else the first."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    inner = [_innermost(each) for each in error.exceptions]
    return next((each for each in inner if isinstance(each, ToolError)), inner[0])

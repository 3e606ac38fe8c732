"""A command to the streams of an MCP server that runs as a process, and that leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, SubprocessStreamProtocol
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
from mcp.client import Transport
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from turbo_yaml.wire.hidden import Hidden
from turbo_yaml.wire.wording import one_line

MOST: Final = 8 << 20  # bytes of one message
_TAIL: Final = 4096  # bytes
_GRACE: Final = 0.8  # seconds to end by itself once its input has ended
_STAGES: Final = ((None, _GRACE), ("SIGTERM", 0.2), ("SIGKILL", 2.0))
_TICK: Final = 0.01  # seconds
_INHERITED: Final = (
    ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER")
    if os.name == "posix"
    else ("APPDATA", "LOCALAPPDATA", "PATH", "PATHEXT", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "USERPROFILE")
)


def environment(variable: str | None, secret: Hidden) -> dict[str, str]:
    """Return the environment of a server: what programs need to run, its secret, and no other key."""
    given = {} if variable is None else {variable: secret.plain()}
    return {name: os.environ[name] for name in _INHERITED if name in os.environ} | given


class ServerProcess:
    """A server that is started when its streams are entered. `variable` gets the secret."""

    def __init__(
        self, command: Sequence[str], variable: str | None, secret: Hidden, folder: Path | None
    ) -> None:
        self.on_end: Callable[[], None] | None = None
        self._command = command
        self._variable = variable
        self._secret = secret
        self._folder = folder
        self._said = b""
        self._status: int | None = None

    def last_words(self) -> str:
        """Return how the process ended and the last line that it wrote as an error, if any of it is known."""
        lines = self._secret.out_of(self._said.decode("utf-8", "replace")).split("\n")
        said = next((one_line(line) for line in reversed(lines) if line.strip()), "")
        status = "" if self._status is None else f" with status {self._status}"
        return status + (f": {said}" if said else "")

    def streams(self) -> Transport:
        """Return what starts the process on entry, and on exit ends it with all that it started."""
        return self._streams()

    @asynccontextmanager
    async def _streams(self) -> AsyncGenerator[Any]:
        transport, protocol = await self._start()
        received, read_stream = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        write_stream, sent = anyio.create_memory_object_stream[SessionMessage](0)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._receive, protocol.stdout, received)
                group.start_soon(self._send, protocol.stdin, sent, received)
                group.start_soon(self._listen, protocol.stderr)
                try:
                    yield read_stream, write_stream
                finally:
                    group.cancel_scope.cancel()
        finally:
            for stream in (received, read_stream, write_stream, sent):
                stream.close()
            with anyio.CancelScope(shield=True):
                await self._end(transport, protocol)

    async def _start(self) -> tuple[asyncio.SubprocessTransport, Any]:
        loop = asyncio.get_running_loop()
        make = partial(SubprocessStreamProtocol, limit=MOST, loop=loop)
        return await loop.subprocess_exec(
            make,
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=self._folder,
            env=environment(self._variable, self._secret),
            start_new_session=True,
        )

    async def _receive(self, stdout: asyncio.StreamReader, received: Any) -> None:
        """Pass on each message; lines that are none are what careless servers print."""
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            async with received:
                while (line := await self._line(stdout)) is not None:
                    try:
                        message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                    except ValueError:
                        self._note(line)
                        continue
                    await received.send(SessionMessage(message))
        if self.on_end is not None:
            self.on_end()

    async def _line(self, stdout: asyncio.StreamReader) -> bytes | None:
        try:
            return await stdout.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            self._note(f"it sent a message of more than {MOST >> 20} MiB".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        return None

    async def _send(self, stdin: asyncio.StreamWriter, sent: Any, received: Any) -> None:
        with suppress(ConnectionError):
            async with sent:
                async for message in sent:
                    stdin.write(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode())
                    stdin.write(b"\n")
                    await stdin.drain()
        received.close()  # nobody will answer: the session must not wait

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        """Keep the end of what the process writes as errors: it has no business on a terminal."""
        with suppress(ConnectionError):
            while chunk := await stderr.read(_TAIL):
                self._note(chunk)

    def _note(self, said: bytes) -> None:
        self._said = (self._said + said[-_TAIL:])[-_TAIL:]

    async def _end(self, transport: asyncio.SubprocessTransport, protocol: Any) -> None:
        """Let the process end, make it end, and reap what it left behind."""
        try:
            protocol.stdin.close()
            for stage, seconds in _STAGES:
                if stage is not None:
                    _signal(transport, stage)
                if await _ended(transport, seconds):
                    break
        finally:
            _signal(transport, "SIGKILL")
            self._status = transport.get_returncode()
            transport.close()


async def _ended(transport: asyncio.SubprocessTransport, seconds: float) -> bool:
    """Tell whether a process ends in time. What it started may hold its pipes, and is not waited for."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while transport.get_returncode() is None:
        if loop.time() >= until:
            return False
        await asyncio.sleep(_TICK)
    return True


def _signal(transport: asyncio.SubprocessTransport, name: str) -> None:
    """Signal the process and all that it started and that stayed in its group."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(transport.get_pid(), getattr(signal, name))
        else:
            transport.kill()

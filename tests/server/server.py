"""The server: connections of one event loop to requests, and answers to them."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, TypeAlias

from tests.server.answer import Answer
from tests.server.http import Received, framed, head, read_request

Written: TypeAlias = Answer | str | Mapping[str, Any]
Answers: TypeAlias = Iterable[Written] | Callable[[Received], Written]

_TICK = 0.005  # seconds between pings and trickled bytes


class Server:
    """A server on a port of 127.0.0.1 while its `async with` lasts."""

    def __init__(
        self, answers: Answers = (), *, port: int = 0, log: Callable[[Received], None] | None = None
    ):
        self._answers = answers if callable(answers) else iter(answers)
        self._port = port
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.received: list[Received] = []
        self.connections = 0
        self.written = 0

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def open_connections(self) -> int:
        """How many connections are open."""
        return len(self._tasks)

    async def quiet(self) -> None:
        """Wait until no connection is open."""
        await self._quiet.wait()

    async def __aenter__(self) -> Server:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._quiet.clear()
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._quiet.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                self.received.append(request)
                if self._log is not None:
                    self._log(request)
                if not await self._respond(self._answer(request), request, reader, writer):
                    break
        except ConnectionError:
            pass
        finally:
            writer.close()
            try:
                await writer.wait_closed()
            except ConnectionError:
                pass

    def _answer(self, request: Received) -> Answer:
        if not request.path.endswith(("/chat/completions", "/embeddings", "/models")):
            return Answer(status=404, body={"error": {"message": f"no such path: {request.path}"}})
        if callable(self._answers):
            return Answer.read(self._answers(request))
        written = next(self._answers, None)
        return Answer.read(written) if written is not None else Answer(_last_words(request.data))

    async def _respond(
        self, answer: Answer, request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send an answer; False when the connection is done with."""
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.fault is not None and answer.after < 0:
            return await self._fail(answer, reader, writer)
        data = request.data if isinstance(request.data, dict) else {}
        headers = {"content-type": answer.media_type(data), "transfer-encoding": "chunked"}
        writer.write(head(answer.status, {**headers, **answer.headers}))
        for number, piece in enumerate(answer.writes(data)):
            if answer.fault is not None and number == answer.after:
                return await self._fail(answer, reader, writer)
            writer.write(framed(piece))
            await writer.drain()
            self.written += len(piece)
            if answer.pause:
                await asyncio.sleep(answer.pause)
        if answer.fault is not None and answer.fault != "end":
            return await self._fail(answer, reader, writer)
        writer.write(framed(b""))
        await writer.drain()
        return True

    async def _fail(self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await writer.drain()
        match answer.fault:
            case "end":
                writer.write(framed(b""))
                await writer.drain()
                return True
            case "reset":
                sock: socket.socket = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            case "stall":
                await reader.read(1)
            case "ping" | "trickle":
                morsel = b": ping\n\n" if answer.fault == "ping" else b" "
                while not reader.at_eof():
                    writer.write(framed(morsel))
                    await writer.drain()
                    await asyncio.sleep(_TICK)
        return False


def _last_words(data: Any) -> str:
    """Return what the user said last."""
    said = [message for message in data.get("messages", ()) if message.get("role") == "user"]
    content = said[-1]["content"] if said else ""
    return content if isinstance(content, str) else str(content)


class ThreadServer:
    """A server in a thread of its own."""

    def __init__(self, answers: Answers = (), *, port: int = 0) -> None:
        self._answers = answers
        self._port = port
        self._ready = threading.Event()

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return self._server.url

    @property
    def received(self) -> list[Received]:
        """The requests so far."""
        return self._server.received

    @property
    def written(self) -> int:
        """How many bytes of answers were written so far."""
        return self._server.written

    def __enter__(self) -> ThreadServer:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with Server(self._answers, port=self._port) as self._server:
            self._ready.set()
            await self._stop.wait()

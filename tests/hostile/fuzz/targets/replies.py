"""Bytes that a server sends over a real socket to a reply or one clean error."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Iterable
from typing import Final

from tests.hostile.fuzz.target import AsyncTarget
from tests.models.asking import KEY, provider, request
from tests.server.answer import Answer, chunk
from tests.server.http import framed
from turbo_yaml.errors import ModelError
from turbo_yaml.models.openai import OpenAIModel
from turbo_yaml.models.request import Delta, Reply

_SECONDS: Final = 2.0
_LATE: Final = 10.0
"""Seconds past the deadline that a busy machine may take: what hangs, hangs for longer."""
_ANSWERS: Final = (
    Answer("one two three"),
    Answer("éè", reasoning="well, so"),
    Answer(None, tool_calls=[{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]),
    Answer(events=[chunk({"content": "Hel"}), {"error": {"message": "no"}}, "[DONE]"]),
)
_PACING: Final = (b"429", b"ratelimit", b"retry-after", b"rate_limit", b"wait")
"""What is remembered of one answer for the next call: a model that heard of it is used no more."""
_WHOLE: Final = b"HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n%s\r\n%s"
_CHUNKED: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n%s"
)


class Replies(AsyncTarget):
    """The client of a server. The first byte says whether a stream is asked for, and how it is cut."""

    words = (
        b"\r\n", b"\r\n\r\n", b"\n\n", b"data: ", b"event: error\n", b": ping\n", b"[DONE]", b"HTTP/1.1 ", b"200 ",
        b"429 x", b"content-encoding: gzip\r\n", b"content-length: 5\r\n", b"transfer-encoding: chunked\r\n",
        b"retry-after: 1e9\r\n", b"x-request-id: ", b"location: http://127.0.0.1:1/\r\n", KEY.encode(), b"null",
        b"{}", b"[]", b'"choices": ', b'"delta": ', b'"message": ', b'"content": ', b'"usage": ', b'"index": ',
        b'"tool_calls": ', b'"error": ', b'"finish_reason": ', b"0\r\n\r\n", b"\\ud83d", b"NaN", b"1e999", b"[" * 900,
        b'{"a":' * 900, b"x-ratelimit-reset-requests: 9d\r\n", b"x-ratelimit-remaining-requests: 0\r\n", b"true",
    )  # fmt: skip
    allowed = (
        *AsyncTarget.allowed,
        "socket.__new__", "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.getnameinfo",
        "socket.gethostbyname",
    )  # fmt: skip

    def seeds(self) -> Iterable[bytes]:
        """Return good answers, refusals and a compressed one."""
        for answer in _ANSWERS:
            body = b"".join(answer.writes({}))
            yield b"\x00" + _WHOLE % (b"200 OK", b"application/json", len(body), b"", body)
            pieces = b"".join(framed(piece) for piece in answer.writes({"stream": True})) + framed(b"")
            yield b"\x01" + _CHUNKED % pieces
            yield b"\x03" + _CHUNKED % pieces
        error = json.dumps({"error": {"message": f"no {KEY}", "code": KEY}}).encode()
        for status in (b"401 No", b"429 Wait", b"500 Oh", b"302 There"):
            head = b"retry-after: 2\r\nx-request-id: " + KEY.encode() + b"\r\n"
            yield b"\x00" + _WHOLE % (status, b"application/json", len(error), head, error)
        body = zlib.compress(b"".join(_ANSWERS[0].writes({})), wbits=31)
        yield b"\x00" + _WHOLE % (
            b"200 OK",
            b"application/json",
            len(body),
            b"content-encoding: gzip\r\n",
            body,
        )

    def start(self) -> None:
        """Serve."""
        self._model: OpenAIModel | None = None
        super().start()
        self._asked = 0
        self._data = b""
        self._server = self.runner.run(asyncio.start_server(self._connected, "127.0.0.1", 0))
        self._port = self._server.sockets[0].getsockname()[1]

    def tried(self, data: bytes) -> None:
        """Ask once, and be answered so."""
        self._data, self._asked = data[1:], 0
        self._cut = (data[:1] or b"\0")[0]
        self.await_(self._ask(streamed=bool(self._cut & 1)))

    def close(self) -> None:
        """Stop."""
        if self._model is not None:
            self.runner.run(self._model.aclose())
        self._server.close()
        super().close()

    async def _ask(self, *, streamed: bool) -> None:
        deltas: list[Delta] = []

        async def take(delta: Delta) -> None:
            deltas.append(delta)

        paced = any(word in self._data.lower() for word in _PACING)
        model = self._model or OpenAIModel(provider(f"http://127.0.0.1:{self._port}/v1"), KEY)
        self._model = None if paced else model
        began = time.monotonic()
        try:
            asked = request(settings={"timeout": _SECONDS})
            _sound(await model.reply(asked, take if streamed else None), deltas if streamed else None)
        except ModelError as problem:
            told = f"{problem.message} {problem.hint}"
            assert KEY not in told and "\n" not in told and "Traceback" not in told, told
            assert problem.kind != "timeout", told
        finally:
            if paced:
                await model.aclose()
        assert time.monotonic() - began < _SECONDS + _LATE
        assert self._asked <= 1
        for _ in range(200):  # what serves the connection sees its end
            if len(asyncio.all_tasks()) == 1:
                break
            await asyncio.sleep(0.005)
        assert len(asyncio.all_tasks()) == 1, asyncio.all_tasks()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            self._asked += 1
            size = max(1, len(self._data) // 7) if self._cut & 2 else len(self._data) or 1
            for start in range(0, len(self._data), size):
                writer.write(self._data[start : start + size])
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            try:
                await writer.wait_closed()
            except ConnectionError:
                pass


def _sound(reply: Reply, deltas: list[Delta] | None) -> None:
    """Hold that a reply is plain data, and that its pieces make it up."""
    assert isinstance(reply.content, str)
    for told in (reply.finish_reason, reply.model, reply.request_id):
        assert told is None or (isinstance(told, str) and KEY not in told)
    if deltas is not None:
        assert "".join(delta.text for delta in deltas) == reply.content
    if reply.usage is not None:
        counts = (reply.usage.input_tokens, reply.usage.output_tokens)
        assert all(count is None or count >= 0 for count in counts), counts

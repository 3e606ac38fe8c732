"""The bytes of a response, as they come over the wire: decoded, and never more than a cap."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

from turbo_yaml.models.faults import SERVER, Fault, fault_of_error
from turbo_yaml.wire.inflating import PLAIN, inflater
from turbo_yaml.wire.wording import reason


class Response(Protocol):
    """What is needed of a response, whichever HTTP library it comes from."""

    status_code: int

    @property
    def headers(self) -> Any:
        """The headers; names in any case."""
        ...

    def aiter_raw(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it came, not decoded."""
        ...

    async def aclose(self) -> None:
        """Let go of the connection."""
        ...


class Body:
    """The body of a response. `next` gives a chunk, `cap` bounds all chunks together, in bytes."""

    __slots__ = ("_encoding", "_inflater", "_pieces", "_raw", "_size", "cap", "content_type")

    def __init__(self, response: Response, cap: int) -> None:
        headers = response.headers
        self.content_type = str(headers.get("content-type", "")).partition(";")[0].strip().lower()
        self._raw = response.aiter_raw()
        self._encoding = str(headers.get("content-encoding", "")).strip().lower()
        self._inflater = inflater(self._encoding)
        self._pieces: Iterator[bytes] = iter(())
        self._size = 0
        self.cap = cap

    async def next(self) -> bytes | None:
        """Return the next chunk, None at the end; `Fault` when the connection breaks or past the cap."""
        chunk = await self._read() if self._encoding in PLAIN else await self._decode()
        if chunk is not None:
            self._size += len(chunk)
            if self._size > self.cap:
                cap = f"{self.cap >> 20} MiB"
                raise Fault("bad_reply", f"{SERVER} sent more than {cap}", hint="ask for a shorter reply")
        return chunk

    async def whole(self) -> bytes:
        """Return all that is left."""
        chunks = []
        while (chunk := await self.next()) is not None:
            chunks.append(chunk)
        return b"".join(chunks)

    async def beginning(self) -> bytes:
        """Return what is left, up to the cap, as far as the connection gives it."""
        chunks = []
        try:
            while (chunk := await self.next()) is not None:
                chunks.append(chunk)
        except Fault:
            pass
        return b"".join(chunks)

    async def _read(self) -> bytes | None:
        try:
            return await anext(self._raw, None)
        except Exception as error:  # each HTTP library has a family of its own
            raise broken(error) from None

    async def _decode(self) -> bytes | None:
        """Return the next piece of a compressed body."""
        if self._inflater is None:
            raise Fault(
                "bad_reply", f"{SERVER} sent the encoding `{self._encoding}`, which was not asked for"
            )
        while True:
            try:
                piece = next(self._pieces, None)
            except zlib.error:
                raise _damaged() from None
            if piece is not None:
                return piece
            chunk = await self._read()
            if chunk is None:
                if not self._inflater.whole:
                    raise _damaged()
                return None
            self._pieces = self._inflater.pieces(chunk)


def _damaged() -> Fault:
    return Fault("bad_reply", f"{SERVER} sent damaged compressed data", retryable=True)


def broken(error: BaseException) -> Fault:
    """Return the fault of a connection that broke while the answer came."""
    return Fault("connection", f"{SERVER} broke the connection off: {reason(error)}", hint="try again later")


def read_json(data: bytes) -> Any:
    """Return the data of a JSON body; `Fault` that says what came instead."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise not_json(data) from None


def not_json(data: bytes) -> Fault:
    """Return the fault of a body that is not what was asked for."""
    start = data.lstrip()[:4096]
    if not start:
        return Fault("bad_reply", f"{SERVER} answered with nothing", retryable=True)
    if start[:1] == b"<":
        text = fault_of_error(None, data[:20_000].decode("utf-8", "replace")).message.partition(": ")[2]
        return Fault("bad_reply", f"{SERVER} answered with a web page: {text}")
    if start.startswith((b"data:", b"event:", b":")):
        hint = "ask for a stream: `stream: true`"
        return Fault("bad_reply", f"{SERVER} answered with a stream, which was not asked for", hint=hint)
    return Fault("bad_reply", f"{SERVER} answered with what is not JSON")

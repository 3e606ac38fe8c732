"""HTTP/1.1, as much of it as the server needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request: names of headers in small letters, `data` the JSON of its body or {}."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    data: Any


async def read_request(reader: asyncio.StreamReader) -> Received | None:
    """Return the next request of a connection, None when the client has gone."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head[:-4].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    method, path, _ = first.split(" ", 2)
    try:
        data = json.loads(body) if body else {}
    except ValueError:
        data = {}
    return Received(method, path, headers, body, data)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return the head of a response."""
    lines = [f"HTTP/1.1 {status} {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def framed(data: bytes) -> bytes:
    """Return data as one chunk of a chunked body; b"" ends the body."""
    return b"%x\r\n%b\r\n" % (len(data), data)

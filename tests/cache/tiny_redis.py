"""A server that speaks as much of the Redis protocol as a cache needs, over a real socket."""

from __future__ import annotations

import asyncio
from fnmatch import fnmatchcase
from time import monotonic


class TinyRedis:
    """Keeps values in this process while its `async with` lasts."""

    def __init__(self) -> None:
        self.kept: dict[bytes, tuple[bytes, float | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"redis://127.0.0.1:{self._port}/0"

    async def __aenter__(self) -> TinyRedis:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                size = int((await reader.readline())[1:])
                words.append((await reader.readexactly(size + 2))[:-2])
            writer.write(self._answer(words[0].upper(), words[1:]))
            await writer.drain()
        writer.close()

    def _answer(self, verb: bytes, words: list[bytes]) -> bytes:
        match verb:
            case b"SET":
                ends = monotonic() + int(words[3]) / 1000 if words[2:3] == [b"PX"] else None
                self.kept[words[0]] = (words[1], ends)
                return b"+OK\r\n"
            case b"GET":
                found = self._sound(words[0])
                return b"_\r\n" if found is None else b"$%d\r\n%s\r\n" % (len(found), found)
            case b"EXISTS":
                return b":%d\r\n" % (self._sound(words[0]) is not None)
            case b"DEL":
                return b":%d\r\n" % (self.kept.pop(words[0], None) is not None)
            case b"SCAN":
                pattern = words[words.index(b"MATCH") + 1].decode()
                keys = [key for key in self.kept if fnmatchcase(key.decode(), pattern)]
                listed = b"".join(b"$%d\r\n%s\r\n" % (len(key), key) for key in keys)
                return b"*2\r\n$1\r\n0\r\n*%d\r\n%s" % (len(keys), listed)
        return b"+OK\r\n"

    def _sound(self, key: bytes) -> bytes | None:
        value, ends = self.kept.get(key, (None, None))
        return None if ends is not None and ends < monotonic() else value

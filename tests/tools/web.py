"""A server of any path for HTTP tools, and event loops whose names are where a test says."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from tests.server import Answer, Received, Server
from turbo_yaml.tools.allowed import Allowed
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.http.tool import http_tool
from turbo_yaml.tools.tool import Tool

T = TypeVar("T")


class Web(Server):
    """A server that gives its answers in order, whatever is asked for."""

    def __init__(self, answers: Any = (), **given: Any) -> None:
        super().__init__(answers, **given)
        self.asked = asyncio.Event()

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return self._port

    @property
    def origin(self) -> str:
        """Its address without a path."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def last(self) -> Received:
        """The last request that came."""
        return self.received[-1]

    def _answer(self, request: Received) -> Answer:
        assert not callable(self._answers)
        self.asked.set()
        return Answer.read(next(self._answers))


def schema(**properties: Any) -> dict[str, Any]:
    """Return the schema of arguments, all of them required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def tool(http: str, *allow: str, environ: Mapping[str, str] | None = None, **given: Any) -> Tool:
    """Return an HTTP tool of the name `shop`."""
    declared = Declaration(
        name="shop", kind="http", http=http, parameters=given.pop("parameters", schema()), **given
    )
    return http_tool(declared, allowed=Allowed.of(allow), secret=(environ or {}).get)


class Names(asyncio.SelectorEventLoop):
    """An event loop that finds names where a test puts them, each time at the next place, and keeps count.

    A place is an address, or several with spaces between them.
    """

    def __init__(self, places: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self._places = {name: iter(found) for name, found in places.items()}
        self.asked: list[Any] = []

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:  # type: ignore[override]
        """Return the next addresses of a name."""
        self.asked.append(host)
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [
            (families[":" in address], socket.SOCK_STREAM, 6, "", (address, port))
            for address in next(self._places[host]).split()
        ]


def run_with(names: Names, work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine where names are as a test says."""
    with asyncio.Runner(loop_factory=lambda: names) as runner:
        return runner.run(work)

"""The web server of the docs, under uvicorn on a real socket."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from typing import Any

import pytest
import uvicorn

from tests.docs.pages import ROOT, blocks
from turbo_yaml import Result, turbo

SERVER = next(block.text for block in blocks(ROOT / "docs" / "python.md") if block.file == "server.py")


def example() -> dict[str, Any]:
    """Return the names of the docs' example."""
    names: dict[str, Any] = {"__name__": "server"}
    with chdir(ROOT):
        exec(compile(SERVER, "server.py", "exec"), names)
    return names


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """Serve an application in a thread; give its port."""
    started = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert started.wait(10)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def test_a_flow_is_streamed_as_server_sent_events() -> None:
    with serving(example()["app"]) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        client.request("GET", "/greet?name=Ada")
        response = client.getresponse()
        assert response.getheader("content-type", "").startswith("text/event-stream")
        assert response.read() == b'data: "Say hello to Ada."\n\n'
        client.close()


def test_many_requests_share_one_function() -> None:
    said: list[bytes] = []

    def ask(port: int, name: str) -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        client.request("GET", f"/greet?name={name}")
        said.append(client.getresponse().read())
        client.close()

    with serving(example()["app"]) as port:
        threads = [threading.Thread(target=ask, args=(port, f"N{number}")) for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert sorted(said) == [f'data: "Say hello to N{number}."\n\n'.encode() for number in range(10)]


@pytest.mark.filterwarnings("default")
def test_a_client_that_goes_away_ends_its_run() -> None:
    ended = threading.Event()

    @turbo(model="echo")
    async def endless(name: str) -> Any:
        try:
            while True:
                yield Result(name * 1000)
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    names = example()
    names["hello"] = endless
    with serving(names["app"]) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        client.request("GET", "/greet?name=Ada")
        response = client.getresponse()
        assert response.read(20)
        response.close()
        client.close()
        assert ended.wait(10)

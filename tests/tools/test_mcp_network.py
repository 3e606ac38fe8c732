"""MCP servers at an address: where their connections may go, whom they believe, which proxy they take."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

from tests.server.secure import Secure, write_certificate
from tests.tools.web import Names, Web, run_with
from turbo_yaml.errors import ToolError
from turbo_yaml.tools.allowed import Allowed
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.mcp.server import McpServer

REFUSED = {"status": 401, "body": "no"}


async def said(url: str, *allow: str) -> ToolError:
    """Return what asking a server for its tools fails with."""
    declared = Declaration(name="weather", kind="mcp", mcp={"url": url}, timeout=3.0)
    server = McpServer(declared, allowed=Allowed.of([f"mcp:{url}", *allow]))
    try:
        with pytest.raises(ToolError) as caught:
            await server.tools()
        return caught.value
    finally:
        await server.aclose()


def at_places(work: Coroutine[Any, Any, Any], *places: str) -> Any:
    return run_with(Names({"tools.test": places}), work)


@pytest.mark.parametrize(
    "place", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "0.0.0.0"]
)
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(place: str) -> None:
    async def work() -> None:
        async with Web([REFUSED] * 9) as web:
            problem = await said(f"http://tools.test:{web.port}/mcp")
            assert f"`tools.test` is at `{place}`, a private address" in problem.message
            assert web.connections == 0

    at_places(work(), *[place] * 9)


def test_a_name_is_looked_up_again_for_the_next_connection_and_checked_again() -> None:
    async def work() -> None:
        async with Web([REFUSED]) as web:
            problem = await said(f"http://tools.test:{web.port}/mcp", f"http:127.0.0.1:{web.port}")
            assert "at `169.254.169.254`, a private address" in problem.message
            assert len(web.received) == web.connections == 1

    at_places(work(), "127.0.0.1", *["169.254.169.254"] * 9)


def test_an_address_that_is_listed_may_be_connected_to_under_a_name() -> None:
    async def work() -> None:
        async with Web([REFUSED] * 9) as web:
            await said(f"http://tools.test:{web.port}/mcp", f"http:127.0.0.1:{web.port}")
            assert web.received[0].headers["host"] == f"tools.test:{web.port}"

    at_places(work(), *["127.0.0.1"] * 9)


def test_a_certificate_that_nobody_trusted_made_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    certificate = write_certificate(tmp_path / "own.pem", "127.0.0.1")

    async def work() -> tuple[ToolError, int]:
        async with Secure([REFUSED] * 9, certificate) as server:
            problem = await said(f"https://127.0.0.1:{server.port}/mcp", f"http:127.0.0.1:{server.port}")
            return problem, len(server.received)

    problem, requests = asyncio.run(work())
    assert "certificate" in problem.message and requests == 0


def test_a_proxy_of_the_environment_is_asked_instead_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with Web([REFUSED] * 9) as proxy:
            monkeypatch.setenv("http_proxy", proxy.origin)
            monkeypatch.delenv("no_proxy", raising=False)
            await said("http://tools.test/mcp")
            assert proxy.received[0].path == "http://tools.test/mcp"

    asyncio.run(work())

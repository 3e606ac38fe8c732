"""Tools of real MCP servers, over a process's streams and over HTTP."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.tools.mcp_servers import REAL, mcp, named, odd
from turbo_yaml.errors import ToolError, UsageError
from turbo_yaml.tools.allowed import Allowed
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.mcp.server import McpServer

KEY = "planted-secret-0123456789"


async def use_everything(server: McpServer) -> None:
    """Call each tool of the real server, and see that each result is data."""
    tools = await named(server)
    assert list(tools) == ["forecast", "motto", "cities", "postcard", "slow"]
    forecast = tools["forecast"]
    assert forecast.description == "Tell the weather of a city."
    assert forecast.parameters["properties"]["city"]["type"] == "string"
    assert forecast.returns is not None and set(forecast.returns["properties"]) == {"city", "degrees", "rain"}
    assert await forecast.call({"city": "Oslo"}) == {"city": "Oslo", "degrees": 21.5, "rain": False}
    assert await tools["motto"].call({"city": "Oslo"}) == "Oslo never sleeps"
    assert await tools["cities"].call({}) == ["Oslo", "Bergen"]
    postcard = [{"text": "From Oslo"}, {"image": "data:image/png;base64,iVBORw=="}]
    assert await tools["postcard"].call({"city": "Oslo"}) == postcard
    with pytest.raises(ToolError, match="there is no such city") as caught:
        await tools["motto"].call({"city": "Atlantis"})
    assert caught.value.kind == "tool"
    with pytest.raises(ToolError, match="city"):
        await forecast.call({"town": "Oslo"})
    both = await asyncio.gather(tools["motto"].call({"city": "A"}), tools["motto"].call({"city": "B"}))
    assert both == ["A never sleeps", "B never sleeps"]
    slow = asyncio.ensure_future(tools["slow"].call({}))
    await tools["cities"].call({})
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert await tools["cities"].call({}) == ["Oslo", "Bergen"]
    await server.aclose()
    await server.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_real_server_over_its_streams_is_used() -> None:
    async def run() -> None:
        await use_everything(mcp(REAL))

    asyncio.run(run())


@pytest.fixture(scope="module")
def serving() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Return the port and the process of the real server over HTTP."""
    with subprocess.Popen([*REAL, "http"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process
        process.kill()


@pytest.fixture
def port(serving: tuple[int, subprocess.Popen[str]]) -> int:
    """Return the port of the real server over HTTP."""
    return serving[0]


def at(port: int, *allow: str, environ: dict[str, str] | None = None, **given: object) -> McpServer:
    """Return the server at a port of this machine."""
    declared = Declaration(
        name="weather",
        kind="mcp",
        mcp={"url": f"http://127.0.0.1:{port}/mcp"},
        **given,  # type: ignore[arg-type]
    )
    return McpServer(declared, allowed=Allowed.of(allow), secret=(environ or {}).get)


def test_a_real_server_over_http_is_used(port: int) -> None:
    async def run() -> None:
        await use_everything(at(port, f"mcp:http://127.0.0.1:{port}/mcp"))

    asyncio.run(run())


def test_closing_does_not_wait_for_a_server_over_http_that_answers_no_more(
    serving: tuple[int, subprocess.Popen[str]],
) -> None:
    port, process = serving

    async def run() -> None:
        server = at(port, f"mcp:http://127.0.0.1:{port}/mcp")
        await server.tools()
        process.send_signal(signal.SIGSTOP)
        try:
            async with asyncio.timeout(5):
                await server.aclose()
            assert asyncio.all_tasks() == {asyncio.current_task()}
        finally:
            process.send_signal(signal.SIGCONT)

    asyncio.run(run())


def test_a_server_over_http_gets_its_secret_in_a_header() -> None:
    from tests.tools.web import Web

    async def run() -> None:
        async with Web([{"status": 401, "body": f"bad {KEY}"}] * 4) as web:
            place = f"127.0.0.1:{web.port}"
            allow = (f"mcp:http://{place}/mcp", f"secret:KEY@{place}")
            server = at(web.port, *allow, environ={"KEY": KEY}, secret="KEY")
            with pytest.raises(ToolError) as caught:
                await server.tools()
            assert KEY not in caught.value.message
            assert web.received[0].headers["authorization"] == f"Bearer {KEY}"
            await server.aclose()

    asyncio.run(run())


def test_a_server_over_http_that_redirects_is_not_followed_to_another_place(port: int) -> None:
    from tests.tools.web import Web

    async def run() -> None:
        moved = {"status": 307, "headers": {"location": f"http://127.0.0.1:{port}/mcp"}, "body": ""}
        async with Web([moved] * 4) as web:
            server = at(web.port, f"mcp:http://127.0.0.1:{web.port}/mcp", f"http:127.0.0.1:{port}")
            with pytest.raises(ToolError, match="not followed"):
                await server.tools()
            await server.aclose()

    asyncio.run(run())


def test_nobody_at_the_address_is_an_error_with_the_reason() -> None:
    from tests.tools.web import Web

    async def run() -> None:
        async with Web() as web:
            gone = web.port
        server = at(gone, f"mcp:http://127.0.0.1:{gone}/mcp")
        with pytest.raises(ToolError, match="connection refused") as caught:
            await server.tools()
        assert caught.value.kind == "connection"
        await server.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("fault", ["reset", "close", "stall"])
def test_an_answer_over_http_that_breaks_off_is_an_error(fault: str) -> None:
    from tests.tools.web import Web

    async def run() -> None:
        answer = {"body": '{"jsonrpc": "2.0"', "fault": fault, "after": 1}
        async with Web([answer] * 9) as web:
            server = at(web.port, f"mcp:http://127.0.0.1:{web.port}/mcp", timeout=0.3)
            with pytest.raises(ToolError) as caught:
                await server.tools()
            assert caught.value.kind == ("timeout" if fault == "stall" else "connection")
            await server.aclose()
            await web.quiet()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_a_bomb_over_http_is_an_error() -> None:
    import gzip

    from tests.tools.web import Web

    async def run() -> None:
        bomb = {"body": gzip.compress(b" " * (64 << 20)), "headers": {"content-encoding": "gzip"}}
        async with Web([bomb] * 9) as web:
            server = at(web.port, f"mcp:http://127.0.0.1:{web.port}/mcp")
            with pytest.raises(ToolError, match="more than 8 MiB"):
                await server.tools()
            await server.aclose()

    asyncio.run(run())


def test_only_the_tools_that_the_flow_names_are_there() -> None:
    async def run() -> None:
        server = mcp(odd("well"), tools=("touch",))
        assert list(await named(server)) == ["touch"]
        await server.aclose()
        server = mcp(odd("well"), tools=("tuch",))
        with pytest.raises(ToolError, match="has no tool `tuch`") as caught:
            await server.tools()
        assert caught.value.hint == "did you mean `touch`?"
        await server.aclose()

    asyncio.run(run())


def test_a_schema_of_a_server_that_cannot_be_used_here_is_left_to_the_server() -> None:
    async def run() -> None:
        server = mcp(odd("schemas"))
        tools = await named(server)
        assert tools["remote"].parameters == tools["wrong"].parameters == {"type": "object"}
        assert len(tools["long"].description) == 4096
        # Its pattern would take years on this text with Python's own regular expressions.
        assert await tools["slow"].call({}) == {"text": "a" * 40 + "b"}
        await server.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("way", ["many", "pages"])
def test_a_server_with_tools_without_end_is_an_error(way: str) -> None:
    async def run() -> None:
        server = mcp(odd(way))
        with pytest.raises(ToolError, match="more than 512 tools"):
            await server.tools()
        await server.aclose()

    asyncio.run(run())


def test_a_command_that_is_not_allowed_is_refused_before_anything_runs() -> None:
    declared = Declaration(name="files", kind="mcp", mcp={"command": ["files", "--all of it"]})
    with pytest.raises(UsageError, match="`files '--all of it'`, which is not allowed") as caught:
        McpServer(declared, allowed=Allowed.of(["mcp:files", "http:*"]))
    assert caught.value.hint is not None and "--allow 'mcp:files '" in caught.value.hint


def test_an_address_that_is_not_allowed_is_refused_before_anything_runs() -> None:
    declared = Declaration(name="files", kind="mcp", mcp={"url": "https://mcp.example.com/mcp?key=1"})
    with pytest.raises(UsageError, match=r"`https://mcp\.example\.com/mcp`, which is not allowed"):
        McpServer(declared, allowed=Allowed.of(["http:mcp.example.com"]))


def test_a_secret_for_a_command_must_be_allowed_and_set() -> None:
    with pytest.raises(UsageError, match="gives the secret `KEY`"):
        mcp(odd("well"), secret="KEY", environ={"KEY": KEY})
    with pytest.raises(UsageError, match="which is not set"):
        mcp(("files",), "secret:KEY@files", secret="KEY")


def test_without_the_package_a_usage_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(UsageError, match="the package `mcp`, which is not installed") as caught:
        mcp(odd("well"))
    assert caught.value.hint == "`pip install 'turbo-yaml[mcp]'`"

"""The processes of MCP servers: what they get, how they fail, and that none is left."""

from __future__ import annotations

import asyncio
import gc
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.tools.mcp_servers import gone, is_running, mcp, named, odd, pids_in
from turbo_yaml.errors import ToolError

pytestmark = pytest.mark.slow

KEY = "planted-secret-0123456789"


def failing(way: str, **given: Any) -> ToolError:
    """List the tools of a server and call one; return the error."""

    async def run() -> ToolError:
        server = mcp(odd(way), *given.pop("allow", ()), **given)
        try:
            with pytest.raises(ToolError) as caught:
                await (await named(server))["look"].call({})
            return caught.value
        finally:
            await server.aclose()
            assert asyncio.all_tasks() == {asyncio.current_task()}

    return asyncio.run(run())


def test_a_server_gets_a_small_environment_its_secret_and_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")

    async def run() -> Any:
        command = odd("well")
        allow = f"secret:KEY@{shlex.join(command)}"
        server = mcp(command, allow, environ={"KEY": KEY}, secret="KEY", folder=tmp_path)
        result = await (await named(server))["look"].call({"x": [1, {"y": None}]})
        await server.aclose()
        return result

    result = asyncio.run(run())
    assert result["environment"]["KEY"] == KEY
    assert "OPENAI_API_KEY" not in result["environment"]
    assert len(result["environment"]) <= 13
    assert result["folder"] == str(tmp_path)
    assert result["arguments"] == {"x": [1, {"y": None}]}


def test_a_program_that_is_not_there_is_an_error_that_says_so() -> None:
    async def run() -> ToolError:
        server = mcp(("turbo-yaml-no-such-program",))
        with pytest.raises(ToolError) as caught:
            await server.tools()
        await server.aclose()
        return caught.value

    error = asyncio.run(run())
    assert error.message == "the MCP server `weather` cannot be started: no such file or directory"
    assert error.kind == "configuration"


def test_a_server_that_ends_at_once_is_an_error_with_its_status_and_last_words() -> None:
    error = failing("crash")
    assert error.message == "the MCP server `weather` ended with status 3: no license"
    assert error.kind == "connection"


def test_a_server_that_ends_in_a_call_is_an_error_with_its_status_and_last_words() -> None:
    assert (
        failing("crash-in-call").message == "the MCP server `weather` ended with status 7: out of [31mmemory"
    )


def test_a_server_is_started_again_for_the_next_call() -> None:
    async def run() -> None:
        server = mcp(odd("crash-in-call"))
        look = (await named(server))["look"]
        for _ in range(2):
            with pytest.raises(ToolError, match="status 7"):
                await look.call({})
        await server.aclose()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("long-line", "more than 8 MiB"),
        ("no-result", "not in the protocol"),
    ],
)
def test_a_server_that_answers_wrongly_is_an_error(way: str, says: str) -> None:
    assert says in failing(way).message


def test_what_a_server_prints_beside_the_protocol_is_passed_over() -> None:
    async def run() -> None:
        server = mcp(odd("noise"))
        assert (await (await named(server))["look"].call({}))["arguments"] == {}
        await server.aclose()

    asyncio.run(run())


def test_a_secret_that_a_server_says_is_not_told() -> None:
    allow = (f"secret:KEY@{shlex.join(odd('echo-secret'))}",)
    assert failing("echo-secret", allow=allow, environ={"KEY": KEY}, secret="KEY").message == "no: ***"


@pytest.mark.parametrize("way", ["silent", "hang"])
def test_a_server_that_does_not_answer_is_given_up_after_its_time(way: str) -> None:
    error = failing(way, timeout=0.3)
    assert error.kind == "timeout" and "within 0.3 s" in error.message


@pytest.mark.parametrize("way", ["well", "stubborn", "child"])
def test_closing_leaves_no_process(way: str, tmp_path: Path) -> None:
    async def run() -> None:
        server = mcp(odd(way, str(tmp_path / "pids")))
        await server.tools()
        pids = await pids_in(tmp_path / "pids")
        assert all(map(is_running, pids))
        await server.aclose()
        await gone(pids)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


@pytest.mark.parametrize("way", ["silent", "hang"])
def test_cancelling_while_a_server_is_silent_leaves_no_process(way: str, tmp_path: Path) -> None:
    async def run() -> None:
        server = mcp(odd(way, str(tmp_path / "pids")))

        async def work() -> None:
            try:
                await (await named(server))["look"].call({})
            finally:
                await server.aclose()

        task = asyncio.ensure_future(work())
        pids = await pids_in(tmp_path / "pids")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await gone(pids)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_a_forgotten_server_closes_itself(tmp_path: Path) -> None:
    async def run() -> None:
        server = mcp(odd("well", str(tmp_path / "pids")))
        await server.tools()
        pids = await pids_in(tmp_path / "pids")
        del server
        gc.collect()
        await gone(pids)

    asyncio.run(run())


def test_the_end_of_the_event_loop_closes_a_server(tmp_path: Path) -> None:
    kept = []

    async def run() -> list[int]:
        server = mcp(odd("child", str(tmp_path / "pids")))
        kept.append(server)
        await server.tools()
        return await pids_in(tmp_path / "pids")

    pids = asyncio.run(run())
    asyncio.run(gone(pids))


PARENT = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.tools.mcp_servers import mcp, odd

async def run():
    server = mcp(odd("well", sys.argv[1]))
    await server.tools()
    os.kill(os.getpid(), getattr(signal, sys.argv[2]))
    await asyncio.sleep(60)

asyncio.run(run())
"""


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_a_server_ends_when_the_process_that_started_it_is_killed(name: str, tmp_path: Path) -> None:
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", PARENT, str(tmp_path / "pids"), name],
        env={**os.environ, "PYTHONPATH": root},
        check=False,
        timeout=30,
    )
    assert done.returncode == -getattr(signal, name)

    async def wait() -> None:
        await gone(await pids_in(tmp_path / "pids"))

    asyncio.run(wait())

"""Ways to MCP servers that run as processes, and to see whether they are gone."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from turbo_yaml.tools.allowed import Allowed
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.mcp.server import McpServer
from turbo_yaml.tools.tool import Tool

HERE = Path(__file__).parent
REAL = (sys.executable, str(HERE / "real_mcp_server.py"))


def odd(way: str, *more: str) -> tuple[str, ...]:
    """Return the command of a server that behaves as it is told."""
    return (sys.executable, "-S", "-E", str(HERE / "odd_mcp_server.py"), way, *more)


def mcp(
    command: tuple[str, ...],
    *allow: str,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    tools: tuple[str, ...] | None = None,
    **given: Any,
) -> McpServer:
    """Return the server `weather` of a command that is allowed."""
    declared = Declaration(name="weather", kind="mcp", mcp={"command": command}, allow=tools, **given)
    allowed = Allowed.of([f"mcp:{shlex.join(command)}", *allow])
    return McpServer(declared, allowed=allowed, secret=(environ or {}).get, folder=folder)


async def named(server: McpServer) -> dict[str, Tool]:
    """Return the tools of a server by name."""
    return {tool.name: tool for tool in await server.tools()}


def is_running(pid: int) -> bool:
    """Tell whether a process runs: one that is over and that nobody has asked about does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state not in "ZX"


def written_pids(file: Path) -> list[int]:
    """Return the ids of processes that a server has written; none yet: []."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    pids: list[int] = json.loads(text or "[]")
    return pids


async def pids_in(file: Path) -> list[int]:
    """Wait until a server has written the ids of its processes; return them."""
    async with asyncio.timeout(20):
        while not (pids := written_pids(file)):  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.01)
    return pids


async def gone(pids: list[int]) -> None:
    """Wait until no process of these runs; `TimeoutError` where one stays."""
    async with asyncio.timeout(5):
        while any(map(is_running, pids)):  # noqa: ASYNC110 (they are nobody's children here)
            await asyncio.sleep(0.01)

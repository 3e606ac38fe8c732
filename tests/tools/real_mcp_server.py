"""An MCP server made with the official package: `python real_mcp_server.py [http]`.

Over HTTP it listens at a free port of 127.0.0.1 and prints it.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

from mcp.server.mcpserver import Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel

server = MCPServer("weather")


class Forecast(BaseModel):
    """The weather of a day."""

    city: str
    degrees: float
    rain: bool = False


@server.tool()
def forecast(city: str, days: int = 1) -> Forecast:
    """Tell the weather of a city."""
    return Forecast(city=city, degrees=20.5 + days)


@server.tool()
def motto(city: str) -> str:
    """Tell the motto of a city."""
    if city == "Atlantis":
        raise ToolError("there is no such city")
    return f"{city} never sleeps"


@server.tool()
def cities() -> list[str]:
    """List the cities."""
    return ["Oslo", "Bergen"]


@server.tool(structured_output=False)
def postcard(city: str) -> list[Any]:
    """Send a postcard."""
    return [f"From {city}", Image(data=b"\x89PNG", format="png")]


@server.tool()
async def slow() -> str:
    """Take a minute."""
    await asyncio.sleep(60)
    return "done"


async def serve() -> None:
    """Serve over HTTP."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(server.streamable_http_app(), log_level="critical")
    await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    if sys.argv[1:] == ["http"]:
        asyncio.run(serve())
    else:
        server.run("stdio")

"""An MCP server that tells the weather; `flows/weather.yaml` runs it. It needs the package `mcp`."""

from mcp.server.mcpserver import MCPServer

server = MCPServer("weather")

RAIN = {"oslo": 0.2, "bergen": 0.9}


@server.tool()
def forecast(city: str) -> dict[str, object]:
    """Tell today's weather in a city."""
    return {"city": city, "rain": RAIN.get(city.lower(), 0.5)}


@server.tool()
def record(city: str, rain: float) -> str:
    """Note how much it rained in a city."""
    RAIN[city.lower()] = rain
    return "noted"


if __name__ == "__main__":
    server.run("stdio")

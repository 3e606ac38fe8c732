"""An MCP server over its standard input that behaves as it is told: `python odd_mcp_server.py WAY [FILE]`.

It speaks the protocol by hand, so that it starts fast and can be wrong. FILE gets the ids of its processes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

WAY = sys.argv[1] if len(sys.argv) > 1 else "well"
ANY: dict[str, Any] = {"type": "object"}
TOOLS = {
    "well": [
        {"name": "look", "description": "Look around.", "inputSchema": ANY},
        {"name": "touch", "inputSchema": {"type": "object", "properties": {"x": {"type": "integer"}}}},
    ],
    "schemas": [
        {"name": "remote", "inputSchema": {"type": "object", "$ref": "http://127.0.0.1:1/schema.json"}},
        {"name": "slow", "inputSchema": ANY, "outputSchema": {"type": "object", "properties": {
            "text": {"type": "string", "pattern": "^(a+)+$"}}}},
        {"name": "wrong", "inputSchema": {"type": "object", "properties": {"a": {"type": "text"}}}},
        {"name": "long", "description": "x" * 100_000, "inputSchema": ANY},
    ],
    "many": [{"name": f"tool{n}", "inputSchema": ANY} for n in range(600)],
}  # fmt: skip


def say(data: Any) -> None:
    """Write one message."""
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def called(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a call."""
    if WAY == "crash-in-call":
        print("out of \x1b[31mmemory", file=sys.stderr, flush=True)
        sys.exit(7)
    if WAY == "long-line":
        sys.stdout.write("x" * (9 << 20))
        sys.stdout.flush()
    if WAY in ("hang", "stubborn", "child"):
        time.sleep(600)
    if name == "slow":
        return {"content": [], "structuredContent": {"text": "a" * 40 + "b"}}
    if WAY == "no-result":
        return {"nonsense": True}
    if WAY == "echo-secret":
        return {"isError": True, "content": [{"type": "text", "text": f"no: {os.environ.get('KEY')}"}]}
    known = {"environment": dict(os.environ), "folder": str(Path.cwd()), "arguments": arguments}
    return {"content": [], "structuredContent": known}


def answer(message: dict[str, Any]) -> None:
    """Answer one request."""
    method, given = message["method"], message.get("params") or {}
    if method == "initialize":
        info = {"name": "odd", "version": "1"}
        result: Any = {
            "protocolVersion": given["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": info,
        }
    elif method == "tools/list" and WAY == "pages":
        result = {"tools": TOOLS["well"], "nextCursor": "again"}
    elif method == "tools/list":
        result = {"tools": TOOLS.get(WAY, TOOLS["well"])}
    elif method == "tools/call":
        result = called(given["name"], given.get("arguments") or {})
    else:
        return say({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no"}})
    if WAY == "noise":
        print("DEBUG: answering", flush=True)
    return say({"jsonrpc": "2.0", "id": message["id"], "result": result})


def main() -> None:
    """Read requests to the end of the input."""
    pids = [os.getpid()]
    if WAY == "crash":
        print("no license\n", file=sys.stderr)
        sys.exit(3)
    if WAY == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if WAY == "child":
        pids.append(subprocess.Popen(["sleep", "600"]).pid)
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(pids), encoding="utf-8")
    if WAY == "silent":
        time.sleep(600)
    for line in sys.stdin:
        message = json.loads(line)
        if "id" in message and "method" in message:
            answer(message)
    if WAY == "stubborn":
        time.sleep(600)


if __name__ == "__main__":
    main()

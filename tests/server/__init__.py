"""A small OpenAI-compatible server over real sockets, whose answers and faults a test decides.

    async with Server([Answer("Hello."), Answer(status=429, headers={"retry-after": "3"})]) as server:
        ... server.url, server.received, server.connections, server.open_connections, server.written
        ... await server.quiet()                  # until the last connection is closed

    with ThreadServer(["Hello."]) as server:      # for code that runs a loop or a process of its own
        ... server.url, server.received

From another process: `python -m tests.server --port 0 --script replies.json [--log FILE]` prints its URL.
An answer is an `Answer`, text, or a mapping of its fields; past the last one the user's words come back.
"""

from tests.server.answer import Answer
from tests.server.http import Received
from tests.server.server import Server, ThreadServer

__all__ = ["Answer", "Received", "Server", "ThreadServer"]

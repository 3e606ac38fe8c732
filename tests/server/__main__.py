"""The server as a process: prints its URL and serves until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

from tests.server.http import Received
from tests.server.server import Server


async def _serve(arguments: argparse.Namespace) -> None:
    answers = json.loads(arguments.script.read_text("utf-8")) if arguments.script else ()
    log = None
    if arguments.log is not None:
        file = arguments.log.open("a", encoding="utf-8")

        def log(request: Received) -> None:
            print(json.dumps({"path": request.path, "data": request.data}), file=file, flush=True)

    async with Server(answers, port=arguments.port, log=log) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--script", type=Path, help="a JSON file with a list of answers")
    parser.add_argument("--log", type=Path, help="a file that gets each request as one line of JSON")
    try:
        asyncio.run(_serve(parser.parse_args()))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()

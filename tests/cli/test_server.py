"""The command against an OpenAI-compatible server over real sockets."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from tests.server import Answer, ThreadServer

Process = Callable[..., tuple[int, str, str]]


def words(server: ThreadServer, *more: str) -> list[str]:
    """Return the words that run a flow against a server that wants no key."""
    return [
        "hello.yaml",
        "-p",
        "name",
        "Ada",
        "-m",
        "here/some-model",
        "--set",
        f"providers.here.base_url={server.url}",
        "--set",
        "providers.here.api_key_env=null",
        *more,
    ]


def test_a_flow_is_answered_by_a_server(process: Process) -> None:
    with ThreadServer(["Good day, Ada."]) as server:
        done = process(*words(server, "-u", "-o", "temperature", "0"))
        (request,) = server.received
    assert done == (0, "Good day, Ada.\n", "tokens: 7 input, 3 output; 1 model turn; cost: unpriced\n")
    assert request.data["model"] == "some-model"
    assert request.data["temperature"] == 0
    assert request.data["messages"] == [
        {"role": "system", "content": "You greet people."},
        {"role": "user", "content": "Hello Ada, 1"},
    ]


def test_events_come_while_the_server_still_speaks(folder: Path, environ: dict[str, str]) -> None:
    with ThreadServer([Answer(text="one two three", fault="stall", after=3)]) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "turbo_yaml", *words(server, "--jsonl")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environ,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "delta":
                break
        # The server never ends its answer; Ctrl-C ends the run all the same.
        start = monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (130, "")
        assert monotonic() - start < 5  # a second on an idle machine


def test_a_server_that_refuses_ends_with_3_and_names_the_step(process: Process) -> None:
    body = {"error": {"message": "no such model", "type": "invalid_request_error", "code": "model_not_found"}}
    with ThreadServer([Answer(status=404, body=body)]) as server:
        code, out, err = process(*words(server))
    assert (code, out) == (3, "")
    assert err.startswith("error[not_found]: ")
    assert "--> hello.yaml:8:" in err
    assert "Traceback" not in err

"""The command against an OpenAI-compatible server over real sockets."""

from __future__ import annotations

import json
import re
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
        assert process.returncode == 130
        assert re.fullmatch(r"`turbo-yaml resume \w+` goes on from here\n", err)
        assert monotonic() - start < 5  # a second on an idle machine


def test_a_server_that_refuses_ends_with_3_and_names_the_step(process: Process) -> None:
    body = {"error": {"message": "no such model", "type": "invalid_request_error", "code": "model_not_found"}}
    with ThreadServer([Answer(status=404, body=body)]) as server:
        code, out, err = process(*words(server))
    assert (code, out) == (3, "")
    assert err.startswith("error[not_found]: ")
    assert "--> hello.yaml:8:" in err
    assert "Traceback" not in err


EVENTFUL = """\
turbo: 1
tools: {find: {description: Find it., with: {id: integer}, returns: string}}
steps:
  - user: Where is order 7?
  - generate: {tools: [find]}
    id: ask
    retry: {times: 1, wait: 0}
  - log: it was found
  - input: More?
    as: more
  - generate: {output: {n: integer}, forward: false}
    as: data
  - return: "{{ data.n }}"
"""
KINDS = {
    *("message", "delta", "reasoning", "tool_call", "tool_result", "input_needed", "result", "usage"),
    *("retry", "warning", "done", "fallback", "partial", "log"),
}


def test_jsonl_tells_every_kind_of_event_and_the_same_whether_recorded_or_not(
    turbo: Process, folder: Path
) -> None:
    (folder / "a.yaml").write_text(EVENTFUL)
    (folder / "tools.py").write_text("def find(id: int) -> str:\n    'Find it.'\n    return f'order {id}'\n")
    (folder / "state").mkdir()
    (folder / "state" / "cache.db").write_text("this is no database " * 200)  # a warning, and the run goes on
    call = {"id": "c", "type": "function", "function": {"name": "find", "arguments": '{"id": 7}'}}
    answers = [
        Answer(status=503),
        Answer("", reasoning="Let me look.", tool_calls=[call]),
        "It is here.",
        Answer(status=401),
        '{"n": 7}',
    ]
    told = []
    for recorded in ("--journal", "--no-journal"):
        with ThreadServer(answers) as server:
            where = f"providers.here={{base_url: '{server.url}', api_key_env: null}}"
            flags = [
                "--tools",
                "tools.py",
                "--reply",
                "yes",
                "--state",
                "state",
                "-o",
                "cache",
                "on",
                "--jsonl",
            ]
            also = ["-m", "here/x", "-o", "fallback", "here/y", "--set", where]
            code, out, err = turbo("run", "a.yaml", *also, *flags, recorded)
        assert code == 0, err
        told.append([json.loads(line) for line in out.splitlines()])
    recorded_events, events = told
    assert {event["event"] for event in events} == KINDS
    assert events[0] == {"event": "message", "flow": "a", "role": "user", "content": "Where is order 7?"}
    assert events[-1] == {"event": "done", "flow": "a", "outcome": 7}
    assert [[*event.items()] for event in recorded_events] == [[*event.items()] for event in events]

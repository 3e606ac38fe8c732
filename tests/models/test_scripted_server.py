"""The test server as other tests use it: in a thread, and as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.models.asking import ask_at, request, run
from tests.server import Answer, ThreadServer


def test_a_server_in_a_thread_answers_and_remembers() -> None:
    with ThreadServer(["One.", Answer(status=429)]) as server:
        first = run(ask_at(server.url))
        assert first.reply is not None and first.reply.content == "One."
        second = run(ask_at(server.url, True))
        assert second.error is not None and second.error.kind == "rate_limit"
        third = run(ask_at(server.url, True, request("said by the user")))
        assert third.reply is not None and third.reply.content == "said by the user"
        assert [received.data["messages"][0]["content"] for received in server.received][
            -1
        ] == "said by the user"


def test_a_server_of_its_own_process_plays_a_script(tmp_path: Path) -> None:
    script = tmp_path / "replies.json"
    script.write_text(json.dumps(["One.", {"text": "Two.", "finish_reason": "length"}]), "utf-8")
    log = tmp_path / "log.jsonl"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "tests.server", "--script", str(script), "--log", str(log)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env=environ) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            replies = [run(ask_at(url, streamed)).reply for streamed in (False, True)]
        finally:
            server.terminate()
    assert [(reply.content, reply.finish_reason) for reply in replies if reply] == [
        ("One.", "stop"),
        ("Two.", "length"),
    ]
    assert len(log.read_text("utf-8").splitlines()) == 2

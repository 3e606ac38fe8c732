"""Tools on the command line: bound by `--tools`, told on standard error, approved by a person."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.cli.test_terminal import Terminal
from tests.server import Answer, ThreadServer

ROOT = Path(__file__).parents[2]
SHOP = """\
turbo: 1
tools:
  find_order: {description: Look an order up., with: {id: integer}}
  refund: {with: {id: integer}, approve: ask}
settings: {model: script, script: [{tool: find_order, with: {id: 7}}, {tool: refund, with: {id: 7}}, Done.]}
steps:
  - user: Settle order 7.
  - generate: {tools: [find_order, refund]}
"""
FUNCTIONS = """\
def find_order(id):
    return {"total": id * 2}

def refund(id):
    return f"paid {id}"
"""


@pytest.fixture
def shop(folder: Path) -> Path:
    (folder / "shop.yaml").write_text(SHOP, encoding="utf-8")
    (folder / "functions.py").write_text(FUNCTIONS, encoding="utf-8")
    return folder


def test_a_reply_on_the_command_line_approves_a_call(shop: Path, turbo: Any) -> None:
    code, out, err = turbo("run", "shop.yaml", "--tools", "functions.py", "--reply", "yes", "--json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert data["result"] == "Done."
    assert data["steps"]["tools"] == 2
    assert [message["role"] for message in data["messages"]] == [
        "user", "assistant", "tool", "assistant", "tool", "assistant",
    ]  # fmt: skip
    assert data["messages"][1]["tool_calls"] == [
        {"id": "call_1", "name": "find_order", "arguments": '{"id": 7}'}
    ]
    assert data["messages"][2] == {
        "role": "tool",
        "content": '{"total":14}',
        "name": "find_order",
        "tool_call_id": "call_1",
    }
    assert data["messages"][4]["content"] == "paid 7"


def test_where_nobody_can_approve_the_run_fails_and_nothing_is_called(shop: Path, turbo: Any) -> None:
    code, out, err = turbo("run", "shop.yaml", "--tools", "functions.py")
    assert (code, out) == (2, "")
    assert "error[no_answer]" in err
    assert "The model wants to call `refund`" in err
    assert "--> shop.yaml:8:5" in err


def test_events_tell_of_calls_and_approvals(shop: Path, turbo: Any) -> None:
    _, out, _ = turbo("run", "shop.yaml", "--tools", "functions.py", "--reply", "no way", "--jsonl")
    events = [json.loads(line) for line in out.splitlines()]
    told = [event for event in events if event["event"] in ("tool_call", "tool_result", "input_needed")]
    assert [(event["event"], event["tool"], event.get("error")) for event in told] == [
        ("tool_call", "find_order", None),
        ("tool_result", "find_order", None),
        ("tool_call", "refund", None),
        ("input_needed", "refund", None),
        ("tool_result", "refund", "refused"),
    ]


def test_a_tool_without_a_function_ends_with_2_and_the_next_move(shop: Path, turbo: Any) -> None:
    code, out, err = turbo("run", "shop.yaml")
    assert (code, out) == (2, "")
    assert "shop.yaml:3: the tool `find_order` is bound to no function" in err
    assert "shop.yaml:4: the tool `refund` is bound to no function" in err
    assert "--tools FILE.py" in err


def test_a_function_that_does_not_fit_ends_with_2(shop: Path, turbo: Any) -> None:
    (shop / "functions.py").write_text(
        "def find_order(number): pass\ndef refund(id): pass\n", encoding="utf-8"
    )
    code, out, err = turbo("run", "shop.yaml", "--tools", "functions.py")
    assert (code, out) == (2, "")
    assert "does not fit the function `find_order` (functions.py:1): it takes no `id`" in err
    assert "Traceback" not in err


def test_two_files_with_one_name_end_with_2(shop: Path, turbo: Any) -> None:
    (shop / "more.py").write_text("def refund(id): pass\n", encoding="utf-8")
    code, _, err = turbo("run", "shop.yaml", "--tools", "functions.py", "--tools", "more.py")
    assert (code, "`more.py` has a second function `refund`" in err) == (2, True)


@pytest.fixture
def terminal(shop: Path, environ: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_terminal(*words: str) -> Terminal:
        opened.append(Terminal(shop, environ, words))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.close()


def test_a_person_at_the_terminal_sees_the_call_and_approves_it(terminal: Callable[..., Terminal]) -> None:
    run = terminal("run", "shop.yaml", "--tools", "functions.py")
    run.read_until("May it? (yes, or no and why)")
    assert '\x1b[2m→ find_order {"id": 7}\x1b[0m' in run.seen
    assert 'The model wants to call `refund` with {"id": 7}' in run.seen
    run.type("no, not yet\n")
    run.read_until("← refund: a person refused the call of `refund`: not yet")
    assert run.end() == 0
    assert "Done." in run.seen


def test_a_blocked_function_does_not_keep_ctrl_c_from_ending_the_run(
    shop: Path, terminal: Callable[..., Terminal]
) -> None:
    slow = "import time\ndef find_order(id): time.sleep(60)\ndef refund(id): pass\n"
    (shop / "functions.py").write_text(slow, encoding="utf-8")
    run = terminal("run", "shop.yaml", "--tools", "functions.py")
    run.read_until("→ find_order")
    assert run.interrupt() == 130


# The researcher ----------------------------------------------------------------------------------------


class Library(BaseHTTPRequestHandler):
    """Has one page, and finds it."""

    def do_GET(self) -> None:
        where = f"http://127.0.0.1:{self.server.server_address[1]}"
        page = "Abraham Darby III cast the Iron Bridge in 1779."
        hits = json.dumps([{"title": "The Iron Bridge", "url": f"{where}/iron-bridge"}])
        body = (hits if self.path.startswith("/search?q=iron%20bridge") else page).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def library() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Library)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def call(name: str, arguments: dict[str, Any]) -> Answer:
    """Return an answer that calls a tool."""
    wanted = {"id": "a", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
    return Answer(text=None, tool_calls=[wanted], finish_reason="tool_calls")


def test_the_researcher_searches_reads_and_answers(library: str, process: Any) -> None:
    answer = {"answer": "Abraham Darby III.", "sources": [f"{library}/iron-bridge"]}
    answers = [
        call("search", {"query": "iron bridge"}),
        call("read_page", {"url": f"{library}/iron-bridge"}),
        "I think it was Darby.",
        json.dumps(answer),
    ]
    with ThreadServer(answers) as server:
        code, out, err = process(
            "run", str(ROOT / "flows" / "researcher.yaml"), "-m", "here/some-model",
            "--tools", str(ROOT / "tests" / "tooling" / "library.py"),
            "--set", f"providers.here.base_url={server.url}", "--set", "providers.here.api_key_env=null",
            extra={"LIBRARY": library},
        )  # fmt: skip
        told = server.received[2].data["messages"]
    assert (code, json.loads(out)) == (0, answer)
    assert [message["content"] for message in told if message["role"] == "tool"] == [
        json.dumps([{"title": "The Iron Bridge", "url": f"{library}/iron-bridge"}], separators=(",", ":")),
        "Abraham Darby III cast the Iron Bridge in 1779.",
    ]
    assert "attempt 1 failed" in err  # it was no JSON

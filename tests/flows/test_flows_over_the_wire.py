"""The flows for agents against servers that fail at every turn: what an author gets from the command."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done, environ, folder, turbo
from tests.server import Answer, ThreadServer
from tests.server.answer import chunk

__all__ = ["environ", "folder", "turbo"]
FLOWS = Path(__file__).parents[2] / "flows"
FAULTS = (
    Answer(status=503),
    Answer(fault="reset", after=2),
    Answer(events=[chunk({"content": "Never whole"})]),
    Answer(status=429, body={"error": {"message": "Slow down", "code": "rate_limit_exceeded"}}),
    Answer(events=[chunk({"content": "Never"}), '{"choices": [', "[DONE]"]),
    Answer(body="<html><title>Sign in</title></html>", content_type="text/html"),
    Answer(fault="close", after=-1),
)
Run = Callable[..., Done]


class Pair:
    """Two servers of one model, of which the first fails each time, each time in another way."""

    def __init__(self, turbo: Run) -> None:
        self._turbo = turbo
        self._faults = cycle(FAULTS)
        self.bad: ThreadServer
        self.good: ThreadServer

    def run(self, flow: str, replies: list[Any], *words: str) -> Done:
        """Run a flow with the replies of the second server."""
        with ThreadServer(lambda _: next(self._faults)) as self.bad, ThreadServer(replies) as self.good:
            servers = {"bad": self.bad.url, "good": self.good.url}
            set_ = [
                *(
                    f"providers.{name}={{base_url: '{url}', api_key_env: null}}"
                    for name, url in servers.items()
                ),
                "provider=[bad, good]",
            ]
            flags = [flag for each in set_ for flag in ("--set", each)]
            path = str(FLOWS / flow)
            return self._turbo(
                "run", path, "-m", "test", "-o", "retries", "0", "--no-journal", *flags, *words
            )

    def heard(self, number: int) -> list[dict[str, Any]]:
        """Return the messages of a request that was answered."""
        messages: list[dict[str, Any]] = self.good.received[number].data["messages"]
        return messages


@pytest.fixture
def pair(turbo: Run) -> Iterator[Pair]:
    yield Pair(turbo)


def calls(*wanted: tuple[str, dict[str, Any]]) -> Answer:
    """Return an answer that calls tools."""
    made = [
        {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
        for number, (name, given) in enumerate(wanted)
    ]
    return Answer("", tool_calls=made, finish_reason="tool_calls")


TOOLS = '''
from urllib.error import HTTPError
from urllib.request import urlopen

def search(query: str) -> list[dict[str, str]]:
    """Search the library. Gives the titles and addresses of pages."""
    return [{"title": "Bridges", "url": "%s/models"}] if "bridge" in query else []

def read_page(url: str) -> str:
    """Read a page that a search has found."""
    try:
        with urlopen(url) as page:
            return page.read().decode()
    except HTTPError as problem:
        problem.close()  # an answer that nobody reads
        raise
'''


def test_the_researcher_reads_pages_of_a_real_server_one_of_which_fails_first(
    pair: Pair, folder: Path
) -> None:
    pages = [Answer(status=500, body="broken"), Answer(body="Abraham Darby built it in 1779.")]
    found = {"answer": "Abraham Darby III.", "sources": ["lib"]}
    with ThreadServer(pages) as library:
        (folder / "library.py").write_text(TOOLS % library.url)
        address = f"{library.url}/models"
        replies = [
            calls(("search", {"query": "first iron bridge"}), ("search", {"query": 7})),
            calls(("read_page", {"url": address})),
            calls(("read_page", {"url": address})),
            json.dumps(found),
        ]
        done = pair.run("researcher.yaml", replies, "--tools", "library.py")
        assert len(library.received) == 2
    assert done.code == 0, done.err
    assert json.loads(done.out) == found
    told = [message["content"] for message in pair.heard(-1) if message["role"] == "tool"]
    assert address in told[0] and told[1].startswith('{"error"') and "query" in told[1]
    assert "500" in told[2] and told[3] == "Abraham Darby built it in 1779."
    assert (len(pair.bad.received), len(pair.good.received)) == (4, 4)
    assert done.err.count("the model failed, `good/test` is asked in its place") == 4


def test_the_weather_comes_from_a_real_server_of_mcp(
    pair: Pair, turbo: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FLOWS.parent)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    replies = [calls(("forecast", {"city": "Bergen"}), ("forecast", {"town": "x"})), "Take one."]
    allow = ["--allow", "mcp:python flows/parts/weather_server.py"]
    done = pair.run("weather.yaml", replies, "-p", "city", "Bergen", *allow)
    assert (done.code, done.out) == (0, "Take one.\n"), done.err
    told = [message["content"] for message in pair.heard(-1) if message["role"] == "tool"]
    assert "rain" in told[0] and told[1].startswith('{"error"')
    assert len(pair.bad.received) == 2


def test_the_approval_desk_pays_what_a_person_approves_and_nothing_else(pair: Pair, folder: Path) -> None:
    (folder / "shop.py").write_text(
        "def find_order(id: int) -> dict:\n"
        "    return {'id': id, 'item': 'teapot', 'total': 39.5, 'customer': 'Ada'}\n\n"
        "def refund(id: int, amount: float, reason: str) -> str:\n"
        "    with open('paid', 'a') as file:\n        file.write(f'{amount} ')\n    return 'paid'\n"
    )
    replies = [
        calls(("find_order", {"id": 7})),
        calls(("refund", {"id": 7, "amount": 39.5, "reason": "broken"})),
        calls(("refund", {"id": 7, "amount": 10, "reason": "broken"})),
        calls(("write_letter", {"customer": "Ada", "news": "10 euros back."})),
        "Dear Ada.",
        "Dear Ada.",
    ]
    words = ["--tools", "shop.py", "--reply", "no, 10 is enough", "--reply", "yes"]
    done = pair.run("approval_desk.yaml", replies, *words)
    assert (done.code, done.out) == (0, "Dear Ada.\n"), done.err
    assert (folder / "paid").read_text() == "10 "
    refused = [message["content"] for message in pair.heard(2) if message["role"] == "tool"]
    assert "10 is enough" in refused[-1]
    assert len(pair.bad.received) == 6


def test_a_long_interview_sends_little_and_forgets_nothing(pair: Pair) -> None:
    answers = [f"Answer {number}: " + "so it was, " * 16 + "and so on." for number in range(12)]
    replies = [*(f"Question {number}?" for number in range(12)), "A patient person."]
    words = [word for answer in answers for word in ("--reply", answer)]
    done = pair.run("long_interview.yaml", replies, "-p", "questions", "12", *words)
    assert (done.code, done.out.splitlines()[-1]) == (0, "A patient person."), done.err
    for number in range(12):
        sent = pair.heard(number)
        assert sum(len(message["content"]) for message in sent) < 1100
        assert [message["role"] for message in sent[:2]] == ["system", "user"] and "Ask me" in sent[1][
            "content"
        ]
        assert number == 0 or sent[-1]["content"] == answers[number - 1]
    assert not any("Answer 0" in message["content"] for message in pair.heard(11))
    assert all(answer in pair.heard(12)[-1]["content"] for answer in answers)
    assert len(pair.bad.received) == 13


@pytest.mark.parametrize("form", ["text", "--json", "--jsonl"])
def test_the_extractor_survives_two_bad_replies_and_a_server_that_fails(pair: Pair, form: str) -> None:
    good = {"topic": "the launch", "people": ["Ana", "Ben"], "tasks": []}
    bad = ["Sure! {topic: the launch", json.dumps(good | {"people": "Ana and Ben"})]
    done = pair.run("extract.yaml", [*bad, json.dumps(good)], *([] if form == "text" else [form]))
    assert done.code == 0, done.err
    if form == "--jsonl":
        events = [json.loads(line) for line in done.out.splitlines()]
        assert events[-1]["event"] == "done" and events[-1]["outcome"] == good
        assert [event["error"] for event in events if event["event"] == "retry"] == ["invalid_output"] * 2
    else:
        data = json.loads(done.out)
        assert (data if form == "text" else data["result"]) == good
    assert "people" in pair.heard(2)[-1]["content"]
    assert [message["role"] for message in pair.heard(2)] == ["system", "user", "assistant", "user"]


def test_the_extractor_gives_up_after_three_bad_replies_with_the_last_one(pair: Pair) -> None:
    done = pair.run("extract.yaml", ["What?", "Which?", "None."])
    assert (done.code, done.out) == (3, "")
    assert "error[invalid_output]" in done.err and "None." in done.err
    assert "extract.yaml:15:5" in done.err

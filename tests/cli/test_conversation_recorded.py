"""A run that goes on with a named conversation is recorded as any other, and can be resumed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.cli.test_chat import here, said
from tests.server import ThreadServer

Turbo = Callable[..., Done]
ASKS = """\
turbo: 1
inputs: {say: string}
steps:
  - user: "{{ say }}"
  - generate: {forward: false}
  - remember: {said: "{{ say }}"}
  - input: Go on?
    as: more
  - user: "{{ more }} ({{ memory.said }})"
  - generate
"""


@pytest.fixture(autouse=True)
def asks(folder: Path) -> Path:
    """A flow that stops at a question."""
    path = folder / "asks.yaml"
    path.write_text(ASKS, encoding="utf-8")
    return path


def talk(turbo: Turbo, server: ThreadServer, say: str, *more: str) -> Done:
    """Say something in the conversation, up to the question."""
    return turbo("run", "asks.yaml", *here(server), "--conversation", "ada", "-p", "say", say, *more)


def last(turbo: Turbo) -> str:
    """Return the name of the newest run."""
    return str(json.loads(turbo("runs", "--json", "-n", "1").out)[0]["run"])


def test_a_run_of_a_conversation_goes_on_where_it_broke_off(turbo: Turbo) -> None:
    with ThreadServer(["One.", "Two.", "Three.", "Four."]) as server:
        assert talk(turbo, server, "first", "--reply", "yes") == (0, "Two.\n", "")
        assert talk(turbo, server, "second").code == 5
        name = last(turbo)
        assert turbo("resume", name).code == 5
        assert turbo("resume", name, "--reply", "no") == (0, "Four.\n", "")
        assert len(server.received) == 4
        assert [text for _, text in said(server)] == [
            "first", "One.", "Go on?", "yes (first)", "Two.", "second", "Three.", "Go on?", "no (second)"
        ]  # fmt: skip
    assert turbo("conversations", "show", "ada").out.splitlines() == [
        "user: first", "assistant: One.", "assistant: Go on?", "user: yes (first)", "assistant: Two.",
        "user: second", "assistant: Three.", "assistant: Go on?", "user: no (second)", "assistant: Four.",
        'remembered: {"said": "second"}',
    ]  # fmt: skip


def test_what_others_said_since_is_not_lost(turbo: Turbo) -> None:
    with ThreadServer(["One.", "Two.", "Three."]) as server:
        assert talk(turbo, server, "first").code == 5
        name = last(turbo)
        assert talk(turbo, server, "second", "--reply", "yes", "--no-journal").code == 0
        done = turbo("resume", name, "--reply", "no")
        assert done.code == 2 and "the conversation `ada` has gone on since this run broke off" in done.err
        assert len(server.received) == 3
    assert "second" in turbo("conversations", "show", "ada").out


def test_what_was_forgotten_is_told(turbo: Turbo, asks: Path) -> None:
    asks.write_text(ASKS.replace("  - input", "  - forget: all\n  - input"), encoding="utf-8")
    with ThreadServer(["One.", "Two.", "Three."]) as server:
        assert talk(turbo, server, "first", "--reply", "yes").code == 0
        assert talk(turbo, server, "second").code == 5
        done = turbo("resume", last(turbo), "--reply", "no")
        assert done.code == 2 and "no longer holds what was said before this run" in done.err


def test_runs_are_found_by_their_conversation(turbo: Turbo) -> None:
    with ThreadServer(["One.", "Two."]) as server:
        assert talk(turbo, server, "first").code == 5
        name = last(turbo)
        turbo("run", "hello.yaml", "-m", "echo", "--journal", "-p", "name", "Ben")
        for words in (["--cid", "ada"], ["--conversation", "ada"], ["-c"]):
            assert [line[:8] for line in turbo("runs", *words).out.splitlines()] == [name]
        assert turbo("runs", "--cid", "ben").out == ""
        for verb in (["replay", name], ["runs", "fork", name, "--at", "generate"], ["record", "--run", name]):
            done = turbo(*verb)
            assert done.code == 2 and f"run `{name}` goes on with the conversation `ada`, and" in done.err

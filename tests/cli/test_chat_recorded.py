"""A chat is recorded as one run, and goes on from there: nothing that was answered is asked again."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.cli.test_chat import TALK, here, said
from tests.cli.test_terminal import Terminal, terminal  # noqa: F401  (a fixture)
from tests.server import Answer, ThreadServer

Turbo = Callable[..., Done]
Start = Callable[..., Terminal]
CAREFUL = """\
turbo: 1
tools:
  look: {with: {at: string}}
steps:
  - system: Be brief.
  - input: Who are you?
    as: who
  - user: I am {{ who }}
  - try: [{generate: {retries: 0}}]
    catch: [{user: Never mind.}]
"""


@pytest.fixture(autouse=True)
def talk(folder: Path) -> Path:
    """Flows to talk with."""
    (folder / "careful.yaml").write_text(CAREFUL, encoding="utf-8")
    path = folder / "talk.yaml"
    path.write_text(TALK, encoding="utf-8")
    return path


def recorded(turbo: Turbo) -> dict[str, object]:
    """Return what the list of runs tells of the only one."""
    (run,) = json.loads(turbo("runs", "--json").out)
    return dict(run)


def test_a_chat_goes_on_with_all_that_was_said_and_asks_nothing_again(turbo: Turbo) -> None:
    with ThreadServer(["One.", "Two.", "Three.", "Four."]) as server:
        assert turbo("chat", "talk.yaml", *here(server), piped="first\nsecond\n").out == "One.\nTwo.\n"
        run = recorded(turbo)
        assert (run["status"], run["turns"], run["outcome"]) == ("waiting", 2, "Two.")
        name = str(run["run"])
        assert turbo("resume", name, piped="third\n") == (0, "Three.\n", "")
        assert turbo("resume", name, "--reply", "fourth") == (0, "Four.\n", "")
        assert len(server.received) == 4
        talked = [text for _, text in said(server)]
        assert talked == ["Be brief.", "first", "One.", "second", "Two.", "third", "Three.", "fourth"]
    assert recorded(turbo)["turns"] == 4
    shown = turbo("runs", "show", name).out
    assert "said:4/generate" in shown and "> fourth" in shown
    assert [line[:8] for line in turbo("runs", "-q", "fourth").out.splitlines()] == [name]


def test_a_chat_in_which_each_word_runs_the_flow_goes_on(turbo: Turbo) -> None:
    with ThreadServer(["One.", "Two."]) as server:
        turbo("chat", "hello.yaml", *here(server), "-p", "times", "2", piped="Ada\n")
        turbo("resume", str(recorded(turbo)["run"]), "--reply", "Ben")
        assert [text for _, text in said(server)] == [
            "You greet people.",
            "Hello Ada, 2",
            "One.",
            "Hello Ben, 2",
        ]


def test_what_failed_fails_again_in_silence_and_the_flow_is_told_what_it_was_told(turbo: Turbo) -> None:
    broken = Answer(status=401, text="no")
    with ThreadServer([broken, "Hi.", broken, "Two."]) as server:
        done = turbo("chat", "careful.yaml", *here(server), piped="Ada\nfirst\nagain\n")
        assert done.out.splitlines()[-1] == "Hi." and "error" in done.err
        before = len(server.received)
        assert turbo("resume", str(recorded(turbo)["run"]), "--reply", "more") == (0, "Two.\n", "")
        assert len(server.received) == before + 1
        assert [text for _, text in said(server)] == [
            "Be brief.", "Who are you?", "I am Ada", "Never mind.", "first", "Hi.", "again", "more"
        ]  # fmt: skip


def test_a_reply_that_was_stopped_stays_stopped(turbo: Turbo, terminal: Start) -> None:  # noqa: F811
    with ThreadServer([Answer(text="one two three", fault="stall", after=3), "Four.", "Five."]) as server:
        shown = terminal("chat", "talk.yaml", *here(server))
        shown.read_until("> ")
        shown.type("count\n")
        shown.read_until("two")
        shown.type("\x03")
        shown.read_until("(stopped)")
        shown.type("go on\n")
        shown.read_until("Four.\r\n> ")
        shown.type("\x04")
        shown.read_until("goes on from here")
        assert shown.end() == 0
        assert turbo("resume", str(recorded(turbo)["run"]), "--reply", "more") == (0, "Five.\n", "")
        assert said(server)[1:] == [
            ("user", "count"),
            ("assistant", "one two "),
            ("user", "go on"),
            ("assistant", "Four."),
            ("user", "more"),
        ]
        assert len(server.received) == 3


def test_a_chat_that_was_killed_asks_again_what_was_going_on_and_says_so(
    turbo: Turbo,
    terminal: Start,  # noqa: F811
) -> None:
    with ThreadServer(["One.", Answer(text="two", fault="stall", after=1), "Two.", "Three."]) as server:
        shown = terminal("chat", "talk.yaml", *here(server))
        shown.read_until("> ")
        shown.type("first\n")
        shown.read_until("One.\r\n> ")
        name = str(recorded(turbo)["run"])
        assert "going on now" in turbo("resume", name, "--reply", "me, too").err
        shown.type("second\n")
        while len(server.received) < 2:
            shown.read_for(0.05)
        shown.process.send_signal(signal.SIGKILL)
        shown.process.wait()
        assert recorded(turbo)["status"] == "interrupted"
        done = turbo("resume", name, "--reply", "third")
        assert done.out == "Two.\nThree.\n"
        assert "`said:2/generate` (<chat>:4) was asked when the run broke off and is asked again" in done.err
        assert [text for _, text in said(server)] == [
            "Be brief.", "first", "One.", "second", "Two.", "third"
        ]  # fmt: skip


def test_an_edited_flow_is_noticed_before_anything_is_paid(turbo: Turbo, talk: Path) -> None:
    talk.write_text(TALK + "  - user: hi\n  - generate\n", encoding="utf-8")
    with ThreadServer(["One.", "Two."]) as server:
        turbo("chat", "talk.yaml", *here(server), piped="first\n")
        talk.write_text(TALK + "  - user: hello\n  - generate\n", encoding="utf-8")
        done = turbo("resume", str(recorded(turbo)["run"]), "--reply", "second")
        assert done.code == 1 and "asks something else at `generate` (talk.yaml:5)" in done.err
        assert len(server.received) == 2


def test_a_chat_is_recorded_where_a_real_model_is_asked_or_it_is_said(turbo: Turbo) -> None:
    turbo("chat", "talk.yaml", "-m", "echo", piped="first\n")
    assert turbo("runs").out == ""
    with ThreadServer(["One."]) as server:
        turbo("chat", "talk.yaml", *here(server), "--no-journal", piped="first\n")
    assert turbo("runs").out == ""
    turbo("chat", "talk.yaml", "-m", "echo", "--journal", piped="first\n")
    name = str(recorded(turbo)["run"])
    for words in (("replay", name), ("record", "--run", name)):
        done = turbo(*words)
        assert done.code == 2 and f"run `{name}` is a chat" in done.err
    assert turbo("runs", "fork", name, "--at", "said:1", "--reply", "other").out == "other\n"


def test_a_chat_whose_flow_failed_is_asked_again_where_it_did(turbo: Turbo, talk: Path) -> None:
    talk.write_text(TALK + "  - user: hi\n  - generate: {retries: 0}\n", encoding="utf-8")
    with ThreadServer([Answer(status=401, text="no"), "One.", "Two."]) as server:
        assert turbo("chat", "talk.yaml", *here(server), piped="never heard\n").code == 3
        assert recorded(turbo)["status"] == "failed"
        assert turbo("resume", str(recorded(turbo)["run"]), "--reply", "more") == (0, "One.\nTwo.\n", "")
        assert recorded(turbo)["status"] == "waiting"


def test_a_chat_goes_on_unrecorded_where_that_is_wanted(turbo: Turbo, folder: Path) -> None:
    (folder / "state").write_text("no folder", encoding="utf-8")
    words = ("chat", "talk.yaml", "-m", "echo", "--journal", "--state", "state/here")
    assert turbo(*words, piped="first\n").code == 1
    done = turbo(*words, "--go-on-unrecorded", piped="first\n")
    assert (done.code, done.out) == (0, "first\n") and "the chat is not recorded" in done.err


def test_a_recorded_run_shows_all_that_an_unrecorded_one_does(turbo: Turbo, folder: Path) -> None:
    steps = "steps: [{result: first}, {log: noted}, {user: hi}, generate, {result: last}]\n"
    (folder / "shown.yaml").write_text(f"turbo: 1\n{steps}", encoding="utf-8")
    words = ("run", "shown.yaml", "-m", "echo", "--jsonl")
    assert turbo(*words, "--journal") == turbo(*words, "--no-journal")

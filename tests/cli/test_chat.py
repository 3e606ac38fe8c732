"""`chat`: what is typed, what is answered, and how one goes on after Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.cli.test_terminal import Terminal, terminal  # noqa: F401  (a fixture)
from tests.server import Answer, ThreadServer

Turbo = Callable[..., Done]

TALK = "turbo: 1\nsteps:\n  - system: Be brief.\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\0"


@pytest.fixture(autouse=True)
def talk(folder: Path) -> Path:
    """A flow that says something to the model and leaves the rest to the person."""
    path = folder / "talk.yaml"
    path.write_text(TALK, encoding="utf-8")
    return path


def here(server: ThreadServer) -> list[str]:
    """Return the words that name a server which wants no key."""
    return [
        *("-m", "here/x", "--set", f"providers.here.base_url={server.url}"),
        *("--set", "providers.here.api_key_env=null"),
    ]


def said(server: ThreadServer, number: int = -1) -> list[tuple[str, object]]:
    """Return the messages that a request had."""
    return [(message["role"], message["content"]) for message in server.received[number].data["messages"]]


def test_what_is_said_goes_on_in_the_chat_of_the_flow(turbo: Turbo) -> None:
    with ThreadServer(["One.", "Two."]) as server:
        done = turbo("chat", "talk.yaml", *here(server), piped="first\n\nsecond\nexit\nnever\n")
        assert said(server) == [
            ("system", "Be brief."),
            ("user", "first"),
            ("assistant", "One."),
            ("user", "second"),
        ]
    assert done == (0, "One.\nTwo.\n", "")


def test_a_required_text_is_what_is_said_and_the_flow_is_run_with_each(turbo: Turbo) -> None:
    with ThreadServer(["One.", "Two."]) as server:
        done = turbo("chat", "hello.yaml", *here(server), piped="Ada\nBen\n")
        assert said(server) == [
            ("system", "You greet people."),
            ("user", "Hello Ada, 1"),
            ("assistant", "One."),
            ("user", "Hello Ben, 1"),
        ]
    assert done == (0, "One.\nTwo.\n", "")


def test_questions_of_the_flow_are_answered_first(turbo: Turbo) -> None:
    done = turbo("chat", "ask.yaml", "-m", "echo", piped="blue\nred\nAda\nand now?\n")
    assert done.code == 0
    assert done.out.endswith("And your name?\nAda likes red\nand now?\n")
    assert '"blue" is not `red` or `green`' in done.out


def test_several_lines_and_lines_with_a_mark_are_said(turbo: Turbo) -> None:
    lines = "!multi x\na\n!end\nb\n!end x\n!!not a command\n!nope\n"
    done = turbo("chat", "talk.yaml", "-m", "echo", piped=lines)
    assert done.out == "a\n!end\nb\n!not a command\n"
    assert done.err.startswith("there is no `!nope`; ")


def test_text_is_attached_as_text_and_a_picture_as_a_part(turbo: Turbo, folder: Path) -> None:
    (folder / "notes.txt").write_text("It ```rains```.", encoding="utf-8")
    (folder / "p.png").write_bytes(PNG)
    with ThreadServer(["A.", "B."]) as server:
        lines = "!file notes.txt\nwhat?\n!file p.png\n!file gone\nlook\n"
        done = turbo("chat", "talk.yaml", *here(server), piped=lines)
        assert ("user", "notes.txt:\n````\nIt ```rains```.\n````\n\nwhat?") in said(server, 0)
        (text, picture) = said(server)[-1][1]  # type: ignore[misc]
    assert (text["text"], picture["type"]) == ("look", "image_url")
    assert done.err.splitlines() == [
        "attached: notes.txt (15 bytes, text)",
        "attached: p.png (12 bytes, no text)",
        "`gone` cannot be attached: No such file or directory",
    ]


def test_a_picture_is_refused_where_text_is_wanted(turbo: Turbo, folder: Path) -> None:
    (folder / "p.png").write_bytes(PNG)
    done = turbo("chat", "hello.yaml", "-m", "echo", piped="!file p.png\nlook\nAda\n")
    assert (done.code, done.out) == (0, "Hello Ada, 1\n")
    assert "`p.png` is no text, and text is wanted here" in done.err


def test_an_editor_writes_what_is_said(turbo: Turbo, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = folder / "editor"
    editor.write_text('#!/bin/sh\nsleep 0.01; printf "%s\\nmore\\n" "$(cat "$1")" > "$1"\n', encoding="utf-8")
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    done = turbo("chat", "talk.yaml", "-m", "echo", piped="!edit begun\n")
    assert done.out == "begun\nmore\n"


def test_a_failure_is_told_and_the_chat_goes_on(turbo: Turbo) -> None:
    with ThreadServer([Answer(status=400, body={"error": {"message": "no"}}), "Yes."]) as server:
        done = turbo("chat", "talk.yaml", *here(server), piped="one\ntwo\n")
    assert (done.code, done.out) == (0, "Yes.\n")
    assert done.err.startswith("error[bad_request]: ")


def test_an_input_that_the_flow_does_not_take_ends_the_chat_before_it_begins(
    turbo: Turbo, folder: Path
) -> None:
    (folder / "ask.yaml").write_text(
        "turbo: 1\ninputs: {name: string}\nsteps: [{user: '{{ name }}'}, generate]\n"
    )
    done = turbo("chat", "ask.yaml", "-m", "echo", "-p", "nme", "x", piped="Hi\n")
    assert done == (2, "", "error: there is no input `nme`\n  = help: did you mean `name`?\n")


def test_what_keeps_the_flow_from_running_ends_the_chat(turbo: Turbo, folder: Path) -> None:
    wants = "turbo: 1\ninputs: {n: integer, text: string}\nsteps:\n  - user: '{{ n }} {{ text }}'\n"
    (folder / "wants.yaml").write_text(wants, encoding="utf-8")
    done = turbo("chat", "wants.yaml", "-m", "echo", piped="x\n")
    assert (done.code, done.out) == (2, "")
    assert "the flow wants `n`" in done.err and "-p n VALUE" in done.err


def test_ctrl_c_stops_a_reply_and_not_the_flow_that_wanted_it(
    terminal: Callable[..., Terminal],  # noqa: F811
    folder: Path,
) -> None:
    loop = "  - while: 'true'\n    limit: 9\n    do:\n      - input: Next?\n        as: said\n"
    text = f"turbo: 1\nsteps:\n{loop}      - user: '{{{{ said }}}}'\n      - generate\n"
    (folder / "loop.yaml").write_text(text, encoding="utf-8")
    with ThreadServer([Answer(text="one two three", fault="stall", after=3), "Four."]) as server:
        shown = terminal("chat", "loop.yaml", *here(server))
        shown.read_until("Next?\r\n> ")
        shown.type("count\n")
        shown.read_until("one")
        shown.type("\x03")
        shown.read_until("(stopped)\r\nNext?\r\n> ")
        shown.type("go on\n")
        shown.read_until("Four.\r\nNext?\r\n> ")
        shown.type("\x04")
        assert shown.end() == 0


def test_ctrl_c_stops_a_reply_and_the_chat_goes_on(
    terminal: Callable[..., Terminal],  # noqa: F811
) -> None:
    with ThreadServer([Answer(text="one two three", fault="stall", after=3), "Four."]) as server:
        shown = terminal("chat", "talk.yaml", *here(server))
        shown.read_until("> ")
        shown.type("count\n")
        shown.read_until("two")
        shown.type("\x03")
        shown.read_until("(stopped)")
        shown.type("go on\n")
        shown.read_until("Four.\r\n> ")
        # What was seen of the reply stays, so that one can speak of it.
        assert said(server)[1:] == [("user", "count"), ("assistant", "one two "), ("user", "go on")]
        shown.type("\x04")
        assert shown.end() == 0
    assert "Traceback" not in shown.seen


def test_ctrl_c_at_the_prompt_does_not_leave(terminal: Callable[..., Terminal]) -> None:  # noqa: F811
    shown = terminal("chat", "talk.yaml", "-m", "echo")
    shown.read_until("> ")
    shown.type("half a li")
    shown.read_until("half a li")
    while "leaves)\r\n> " not in shown.seen:
        # Python does not see a signal that comes between its check and the wait of the line editor.
        shown.type("\x03")
        shown.read_for(0.3)
    shown.type("whole\n")
    shown.read_until("whole\r\nwhole")
    shown.type("exit\n")
    assert shown.end() == 0


def test_lines_of_an_earlier_chat_are_in_the_history_which_only_the_user_may_read(
    terminal: Callable[..., Terminal],  # noqa: F811
    environ: dict[str, str],
) -> None:
    for typed in ("the first thing", "\x1b[A"):
        shown = terminal("chat", "talk.yaml", "-m", "echo")
        shown.read_until("> ")
        shown.type(typed + "\n")
        shown.read_until("the first thing\r\nthe first thing\r\n> ")
        shown.type("\x04")
        assert shown.end() == 0
    file = Path(environ["XDG_STATE_HOME"]) / "turbo-yaml" / "chat_history"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "the first thing" in file.read_text(encoding="utf-8")


def test_no_history_is_kept_where_none_is_wanted(
    terminal: Callable[..., Terminal],  # noqa: F811
    environ: dict[str, str],
) -> None:
    shown = terminal("chat", "talk.yaml", "-m", "echo", "--no-history")
    shown.read_until("> ")
    shown.type("a secret\n")
    shown.read_until("a secret\r\na secret")
    shown.type("quit\n")
    assert shown.end() == 0
    assert not (Path(environ["XDG_STATE_HOME"]) / "turbo-yaml" / "chat_history").exists()

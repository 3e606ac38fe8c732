"""`resume` and `runs` as a person types them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server import Answer, ThreadServer
from tests.server.http import Received

Command = Callable[..., tuple[int, str, str]]

TALK = """\
turbo: 1
inputs: {topic?: {type: string, default: tea}}
steps:
  - user: Ask me about {{ topic }}
  - generate: {forward: false}
    as: question
  - input: "{{ question }}"
    as: answer
  - user: "{{ answer }}"
  - generate
"""


def served(server: ThreadServer, *more: str) -> list[str]:
    """Return the words that run a flow against a server."""
    base = f"providers.here.base_url={server.url}"
    key = "providers.here.api_key_env=null"
    return ["run", "talk.yaml", "-m", "here/m", "--set", base, "--set", key, *more]


@pytest.fixture
def talk(folder: Path) -> Path:
    """The folder, with a flow that asks."""
    (folder / "talk.yaml").write_text(TALK, encoding="utf-8")
    return folder


def waiting(done: tuple[int, str, str]) -> str:
    """Return the name of the run that waits for an answer."""
    code, _, err = done
    assert code == 5, err
    found = re.search(r"turbo-yaml resume (\w+)", err)
    assert found is not None
    return found[1]


def test_a_question_that_nobody_answers_is_answered_days_later(turbo: Command, talk: Path) -> None:
    with ThreadServer(["Which tea?", "A fine one."]) as server:
        done = turbo(*served(server))
        name = waiting(done)
        assert done[1] == ""
        assert done[2].splitlines()[0] == "the flow waits for an answer: Which tea?"
        assert waiting(turbo("resume", name)) == name
        assert turbo("resume", name, "--reply", "Green", "-u") == (
            0,
            "A fine one.\n",
            "tokens: 14 input, 6 output; 2 model turns; cost: unpriced\n",
        )
        assert len(server.received) == 2


def test_what_a_recorded_run_says_before_its_first_turn_is_shown(turbo: Command, folder: Path) -> None:
    flow = "turbo: 1\nsteps:\n  - log: begun\n  - result: soon\n  - user: hi\n  - generate\n"
    (folder / "early.yaml").write_text(flow, encoding="utf-8")
    unrecorded = turbo("run", "early.yaml", "-m", "echo")
    assert unrecorded[2] == "begun\n"
    assert turbo("run", "early.yaml", "-m", "echo", "--journal") == unrecorded


def test_what_was_said_before_a_run_goes_on_is_not_said_again(turbo: Command, folder: Path) -> None:
    flow = "turbo: 1\nsteps:\n  - log: begun\n  - input: Which?\n    as: a\n  - result: '{{ a }}'\n"
    (folder / "early.yaml").write_text(flow, encoding="utf-8")
    done = turbo("run", "early.yaml", "--journal", "-m", "echo")
    assert done[2].startswith("begun\n")
    assert turbo("resume", waiting(done), "--reply", "green") == (0, "green\n", "")


def test_a_model_that_costs_nothing_leaves_no_journal(turbo: Command, talk: Path) -> None:
    code, _, err = turbo("run", "talk.yaml", "-m", "echo")
    assert (code, "no_answer" in err) == (2, True)
    assert not (talk / ".state").exists()


def test_no_journal_is_kept_where_none_is_wanted(turbo: Command, talk: Path) -> None:
    with ThreadServer(["Which tea?"]) as server:
        assert turbo(*served(server, "--no-journal"))[0] == 2
    assert not (talk / ".state").exists()


def test_the_state_folder_is_the_one_that_is_named(
    turbo: Command, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = waiting(turbo("run", "talk.yaml", "-m", "echo", "--journal", "--state", "here"))
    assert (talk / "here" / "journal.db").is_file()
    assert turbo("resume", name)[0] == 2
    monkeypatch.setenv("TURBO_YAML_STATE", str(talk / "here"))
    assert turbo("resume", name, "--reply", "Green")[:2] == (0, "Green\n")


def test_an_answer_that_does_not_fit_leaves_the_run_waiting(turbo: Command) -> None:
    name = waiting(turbo("ask.yaml", "--journal"))
    code, out, err = turbo("resume", name, "--reply", "blue", "--reply", "Ada")
    assert (code, out) == (5, "")
    assert err.startswith('"blue" is not `red` or `green`\n')
    assert turbo("resume", name, "--reply", "red", "--reply", "Ada")[:2] == (0, "Ada likes red\n")


def test_replies_given_in_advance_are_used_once(turbo: Command) -> None:
    name = waiting(turbo("ask.yaml", "--journal", "--reply", "red"))
    assert turbo("resume", name, "--reply", "Ada")[:2] == (0, "Ada likes red\n")


def test_a_program_reads_what_is_asked(turbo: Command) -> None:
    code, out, _ = turbo("ask.yaml", "--journal", "--jsonl")
    last = json.loads(out.splitlines()[-1])
    assert (code, last["event"]) == (5, "suspended")
    assert last["question"] == {"content": "Which colour?", "choices": ["red", "green"]}
    code, out, _ = turbo("resume", last["run"], "--reply", "red", "--reply", "Ada")
    assert json.loads(out.splitlines()[-1])["event"] == "done"
    assert out.count("Which colour?") == 1


def test_a_provider_that_was_away_is_asked_again(turbo: Command, talk: Path) -> None:
    down = Answer(status=503, body={"error": {"message": "overloaded"}})
    with ThreadServer(["Which tea?", down, "A fine one."]) as server:
        code, _, err = turbo(*served(server, "--reply", "Green", "-o", "retries", "0"))
        assert code == 3
        name = re.search(r"`turbo-yaml resume (\w+)` goes on from here", err)
        assert name is not None
        assert turbo("resume", name[1])[:2] == (0, "A fine one.\n")
        assert len(server.received) == 3


def test_an_edited_flow_is_shown_before_anything_is_paid(turbo: Command, talk: Path) -> None:
    with ThreadServer(["Which tea?", "A fine one."]) as server:
        name = waiting(turbo(*served(server)))
        (talk / "talk.yaml").write_text(TALK.replace("Ask me about", "Quiz me on"), encoding="utf-8")
        code, out, err = turbo("resume", name, "--reply", "Green")
        assert (code, out) == (1, "")
        assert "something else at `generate` (talk.yaml:5)" in err
        assert "\n-  Ask me about tea\n" in err
        assert "\n+  Quiz me on tea\n" in err
        assert turbo("resume", name, "--reply", "Green", "--on-change", "keep")[:2] == (0, "A fine one.\n")
        assert len(server.received) == 2


def test_a_flow_from_standard_input_goes_on_without_it(turbo: Command, talk: Path) -> None:
    name = waiting(turbo("-", "-m", "echo", "--journal", piped=TALK))
    assert turbo("resume", name, "--reply", "Green")[:2] == (0, "Green\n")


def test_a_run_goes_on_from_another_folder(
    turbo: Command, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = waiting(turbo("talk.yaml", "-m", "echo", "--journal"))
    monkeypatch.chdir("/")
    assert turbo("resume", name, "--reply", "Green")[:2] == (0, "Green\n")


def test_a_run_that_is_done_is_not_resumed(turbo: Command) -> None:
    turbo("hello.yaml", "-p", "name", "Ada", "-m", "echo", "--journal")
    name = json.loads(turbo("runs", "--json")[1])[0]["run"]
    code, _, err = turbo("resume", name)
    assert (code, f"run `{name}` is done" in err) == (2, True)


def test_a_killed_process_has_made_no_call_in_vain(
    folder: Path, environ: dict[str, str], turbo: Command
) -> None:
    (folder / "talk.yaml").write_text(TALK.replace("input:", "log: hi\n  - input:"), encoding="utf-8")
    killed = threading.Event()

    def answer(request: Received) -> Answer:
        if request.data["messages"][-1]["content"] != "Green":
            return Answer("Which tea?")
        return Answer("A fine one.") if killed.is_set() else Answer(fault="stall")

    with ThreadServer(answer) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "turbo_yaml", *served(server, "--reply", "Green")],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        assert process.stderr.readline() == "hi\n"
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        killed.set()
        (found,) = json.loads(turbo("runs", "--json")[1])
        assert found["status"] in ("interrupted", "waiting")
        code, _, _ = turbo("resume", found["run"])
        assert code == 0
        assert server.received[0].data["messages"][0]["content"] == "Ask me about tea"
        assert [r.data["messages"] for r in server.received].count(server.received[0].data["messages"]) == 1


# runs ---------------------------------------------------------------------------------------------------


def test_runs_are_listed_and_found_by_what_was_said(turbo: Command) -> None:
    for name in ("Ada", "Ben"):
        turbo("hello.yaml", "-p", "name", name, "-m", "echo", "--journal")
    waiting(turbo("ask.yaml", "--journal"))
    assert [line.split()[1] for line in turbo("runs")[1].splitlines()] == ["waiting", "done", "done"]
    (line,) = turbo("runs", "-q", "hello ada")[1].splitlines()
    assert line.endswith("Hello Ada, 1")
    assert turbo("runs", "list", "-q", "nobody")[1] == ""
    assert len(turbo("runs", "--flow", "hello.yaml", "--status", "done")[1].splitlines()) == 2
    assert len(turbo("runs", "-n", "1")[1].splitlines()) == 1
    assert len(turbo("runs", "-m", "echo", "--since", "1h")[1].splitlines()) == 2
    assert turbo("runs", "--since", "soon")[0] == 2


def test_a_run_is_told_with_the_lines_of_its_flow(turbo: Command, talk: Path) -> None:
    name = waiting(turbo("talk.yaml", "-m", "echo", "--journal"))
    turbo("resume", name, "--reply", "Green")
    lines = turbo("runs", "show", name)[1].splitlines()
    assert any(line.startswith("generate  talk.yaml:5  echo") for line in lines)
    assert lines[-8:] == [
        "  > Green",
        "",
        "generate[2]  talk.yaml:10  echo  " + lines[-6].rpartition("  ")[2],
        "  user: Green",
        "  > Green",
        "",
        "result:",
        "Green",
    ]
    assert turbo("runs", "show", name, "-r")[1] == "Green\n"
    assert turbo("runs", "show", name, "--flow")[1] == f"# talk.yaml\n{TALK}"
    data = json.loads(turbo("runs", "show", name, "--json")[1])
    assert [event["place"] for event in data["events"]] == ["generate", "input", "generate[2]"]


def test_a_run_goes_another_way_from_a_place(turbo: Command, talk: Path) -> None:
    first = waiting(turbo("talk.yaml", "-m", "echo", "--journal"))
    turbo("resume", first, "--reply", "Green")
    code, out, err = turbo(
        "runs", "fork", first, "--at", "generate[2]", "-m", "script", "--set", "script=[Black]"
    )
    assert (code, out) == (0, "Black\n")
    second = re.search(r"run `(\w+)` goes on", err)
    assert second is not None
    code, out, _ = turbo("runs", "diff", first, second[1])
    assert code == 1
    assert [line for line in out.splitlines() if line[0] in "-+"][2:] == ["-  > Green", "+  > Black"]
    assert turbo("runs", "diff", first, first) == (0, "", "")
    assert turbo("runs", "fork", first, "--at", "nowhere")[0] == 2
    asked_again = turbo("runs", "fork", first, "--at", "input", "--reply", "Oolong")
    assert asked_again[:2] == (0, "Oolong\n")


def test_a_script_goes_on_where_it_stood(turbo: Command, folder: Path) -> None:
    steps = "".join(f"  - user: {n}\n  - generate\n  - input: more?\n" for n in range(4))
    head = "turbo: 1\nsettings: {model: script, script: [a, b, {error: auth}, d, e]}\nsteps:\n"
    (folder / "talk.yaml").write_text(head + steps, encoding="utf-8")
    name = waiting(turbo("talk.yaml", "--journal"))
    waiting(turbo("resume", name, "--reply", "yes"))
    code, _, err = turbo("resume", name, "--reply", "yes")
    assert code == 3 and "reply 3 of the script" in err
    waiting(turbo("resume", name))
    assert turbo("resume", name, "--reply", "yes", "--reply", "yes")[1] == "e\n"
    data = json.loads(turbo("runs", "show", name, "--json")[1])
    assert [event["text"] for event in data["events"] if event["kind"] == "turn"] == ["a", "b", "d", "e"]
    copy = turbo("runs", "fork", name, "--at", "generate[2]", "--reply", "yes")
    assert copy[0] == 3 and "reply 3 of the script" in copy[2]
    new = ("--set", "script=[B, C, D]", *("--reply", "yes") * 3)
    assert turbo("runs", "fork", name, "--at", "generate[2]", *new)[:2] == (0, "D\n")


def test_runs_are_exported_and_deleted(turbo: Command) -> None:
    for name in ("Ada", "Ben"):
        turbo("hello.yaml", "-p", "name", name, "-m", "echo", "--journal")
    exported = [json.loads(line) for line in turbo("runs", "export")[1].splitlines()]
    assert [run["outcome"] for run in exported] == ["Hello Ben, 1", "Hello Ada, 1"]
    assert turbo("runs", "rm")[0] == 2
    assert turbo("runs", "rm", exported[0]["run"]) == (0, "", "deleted 1 run\n")
    assert [line.rpartition("  ")[2] for line in turbo("runs")[1].splitlines()] == ["Hello Ada, 1"]
    turbo("runs", "rm", "--all")
    assert turbo("runs")[1] == ""


# cache --------------------------------------------------------------------------------------------------


def test_the_cache_answers_tells_and_forgets(turbo: Command, talk: Path) -> None:
    with ThreadServer(["Which tea?", "A fine one.", "Another."]) as server:
        words = served(server, "--no-journal", "--reply", "Green", "--set", "cache=on")
        assert turbo(*words)[:2] == (0, "A fine one.\n")
        assert turbo(*words, "-u") == (
            0,
            "A fine one.\n",
            "tokens: 0 input, 0 output; 2 model turns, 2 from the cache; cost: $0.00\n",
        )
        assert len(server.received) == 2
        assert turbo("cache", "stats")[1].startswith("2 replies, used 2 times, ")
        assert turbo("cache", "clear", "--before", "1d")[0] == 0
        assert json.loads(turbo("cache", "stats", "--json")[1])["entries"] == 2
        assert turbo("cache", "clear") == (0, "", "the cache is cleared\n")
        assert json.loads(turbo("cache", "stats", "--json")[1])["entries"] == 0

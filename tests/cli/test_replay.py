"""`replay` as a person types it: the first thing that a flow does differently, with nobody asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server import ThreadServer

Command = Callable[..., tuple[int, str, str]]

TALK = """\
turbo: 1
inputs: {topic?: {type: string, default: tea}, api_key?: {type: string, default: none}}
steps:
  - user: Ask me about {{ topic }} {{ api_key }}
  - generate: {forward: false}
    as: question
  - input: "{{ question }}"
    as: answer
  - user: "{{ answer }} at {{ now() }}"
  - generate
"""
DESK = """\
turbo: 1
tools:
  find: {with: {id: integer}}
steps:
  - user: Where is 7?
  - generate: {tools: [find], model: here/m}
  - sleep: 0.01
  - parallel:
      quick: [{sleep: 0}, {result: quick}]
      slow: [{sleep: 30}, {result: slow}]
    wait: first
"""
TOOLS = """\
from pathlib import Path

def find(id: int) -> str:
    with Path("called").open("a") as ledger:
        ledger.write("x")
    return f"{id} is in Graz"
"""


@pytest.fixture
def talk(folder: Path) -> Path:
    """The folder, with a flow that asks."""
    (folder / "talk.yaml").write_text(TALK, encoding="utf-8")
    return folder


def recorded(turbo: Command, *more: str) -> str:
    """Record a run of the flow, and return its name."""
    script = "script=[Which tea?, A fine one.]"
    turbo("run", "talk.yaml", "--journal", "-m", "script", "--set", script, *more)
    name: str = json.loads(turbo("runs", "--json")[1])[0]["run"]
    return name


def edited(folder: Path, old: str, new: str) -> None:
    """Write the flow with something else in it."""
    assert old in TALK
    (folder / "talk.yaml").write_text(TALK.replace(old, new), encoding="utf-8")


def test_an_unchanged_flow_does_the_same(turbo: Command, talk: Path) -> None:
    name = recorded(turbo, "--reply", "Green")
    assert turbo("replay", name) == (0, "the same: 2 replies, 1 answer\n", "")
    code, out, _ = turbo("replay", name, "--json")
    assert (code, json.loads(out)) == (0, {"run": name, "same": True, "turns": 2, "inputs": 1, "tools": 0})


def test_another_prompt_is_shown_with_its_line_and_what_differs(turbo: Command, talk: Path) -> None:
    name = recorded(turbo, "--reply", "Green")
    edited(talk, "{{ answer }} at", "Yes: {{ answer }} at")
    code, out, err = turbo("replay", name)
    lines = out.splitlines()
    assert (code, err) == (1, "")
    assert lines[0].startswith("the flow asks something else at `generate[2]` (talk.yaml:10) than what was")
    assert "+  Yes: Green at" in out and "-  Green at" in out
    told = json.loads(turbo("replay", name, "--json")[1])
    assert (told["turns"], told["inputs"]) == (1, 1)
    assert (told["difference"]["place"], told["difference"]["line"]) == ("generate[2]", "talk.yaml:10")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "  - generate\n",
            "  - log: bye\n",
            "`generate[2]` (talk.yaml:10) was asked when the run was recorded",
        ),
        ("  - generate\n", "  - generate\n  - generate\n", "asks something at `generate[3]`, where nothing"),
        ("  - generate\n", "  - generate\n  - return: 5\n", "the flow comes to another result"),
        (
            "  - generate\n",
            "  - generate\n  - raise: oh\n",
            "the flow fails (talk.yaml:11), which it did not",
        ),
        ('  - input: "{{', '  - input: "So: {{', "asks something else at `input` (talk.yaml:7)"),
        ("  - generate: {", "  - generate\n  - generate: {", "asks something else at `generate[2]`"),
    ],
)
def test_what_is_missing_new_or_other_is_the_first_difference(
    turbo: Command, talk: Path, old: str, new: str, told: str
) -> None:
    name = recorded(turbo, "--reply", "Green")
    edited(talk, old, new)
    code, out, _ = turbo("replay", name)
    assert code == 1 and told in out


SLOW = """\
turbo: 1
flows:
  slow:
    steps: [{sleep: 1h}, {result: awake}]
steps:
  - try:
      - STEP
        timeout: 1ms
    catch: [{result: late}]
  - user: hi
  - generate
"""


@pytest.mark.parametrize("step", ["call: slow", "include: slow", "parallel: {a: [{call: slow}]}"])
def test_a_timeout_that_was_hit_and_is_gone_is_the_first_difference(
    turbo: Command, folder: Path, step: str
) -> None:
    flow = SLOW.replace("STEP", step)
    (folder / "late.yaml").write_text(flow, encoding="utf-8")
    done = turbo("run", "late.yaml", "--journal", "-m", "echo")
    assert done == (0, "late\n", ""), done
    name = json.loads(turbo("runs", "--json")[1])[0]["run"]
    assert turbo("replay", name)[:2] == (0, "the same: 1 reply\n")
    place = step.partition(": ")[2] if step[-4:] == "slow" else "parallel"
    (folder / "late.yaml").write_text(flow.replace("        timeout: 1ms\n", ""), encoding="utf-8")
    told = f"`{place}` (late.yaml:7) was ended by its `timeout` when it was recorded, and has none now\n"
    assert turbo("replay", name)[:2] == (1, told)
    without = flow.replace(f"      - {step}\n        timeout: 1ms\n", "      - result: late\n")
    (folder / "late.yaml").write_text(without, encoding="utf-8")
    code, out, _ = turbo("replay", name)
    assert code == 1 and "was ended by its `timeout` when the run was recorded, and is no longer" in out


def test_an_edited_copy_is_run_in_place_of_the_flow(turbo: Command, talk: Path) -> None:
    name = recorded(turbo, "--reply", "Green")
    (talk / "copy.yaml").write_text("# a comment changes nothing\n" + TALK, encoding="utf-8")
    assert turbo("replay", name, "--flow", "copy.yaml")[0] == 0
    (talk / "copy.yaml").write_text(TALK.replace("Ask me", "Tell me"), encoding="utf-8")
    assert turbo("replay", name, "--flow", "copy.yaml")[0] == 1


def test_a_run_that_waits_is_the_same_as_far_as_it_goes_and_still_waits(turbo: Command, talk: Path) -> None:
    name = recorded(turbo)
    assert turbo("replay", name) == (0, "the same: 1 reply; the record ends at `input`\n", "")
    assert json.loads(turbo("runs", "--json")[1])[0]["status"] == "waiting"
    assert turbo("resume", name, "--reply", "Green")[0] == 0


def test_a_secret_that_was_not_stored_makes_no_difference(turbo: Command, talk: Path) -> None:
    name = recorded(turbo, "--reply", "Green", "-p", "api_key", "letmein-please")
    assert turbo("replay", name)[0] == 0
    assert turbo("replay", name, "-p", "api_key", "letmein-please")[0] == 0


@pytest.mark.parametrize("given", [False, True])
def test_neither_servers_nor_tools_nor_time_are_needed(
    given: bool, turbo: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = DESK.replace("find: {with: {id: integer}}", "given: {from: caller}").replace("[find]", "[given]")
    (folder / "desk.yaml").write_text(desk if given else DESK, encoding="utf-8")
    (folder / "tools.py").write_text(TOOLS, encoding="utf-8")
    function = {"name": "find", "arguments": '{"id": 7}'}
    call = {"id": "c1", "type": "function", "function": function}
    with ThreadServer([{"text": None, "tool_calls": [call]}, "In Graz."]) as server:
        monkeypatch.setenv("HERE_KEY", "hush-hush-hush")
        settings = (f"providers.here.base_url={server.url}", "providers.here.api_key_env=HERE_KEY")
        words = [word for one in settings for word in ("--set", one)]
        # A step alone names the model, and the run is recorded all the same.
        done = turbo("run", "desk.yaml", "--tools", "tools.py", *words)
        assert done == (0, "In Graz.\n", ""), done
        asked = len(server.received)
    monkeypatch.delenv("HERE_KEY")
    (folder / "tools.py").unlink()
    name = json.loads(turbo("runs", "--json")[1])[0]["run"]
    assert turbo("replay", name) == (0, "the same: 2 replies, 1 result of tools\n", "")
    assert (asked, (folder / "called").read_text(encoding="utf-8")) == (2, "x")


def test_an_unknown_run_is_named(turbo: Command, talk: Path) -> None:
    code, _, err = turbo("replay", "4prrdws9")
    assert code == 2 and "there is no run `4prrdws9`" in err


def test_replies_of_the_cache_are_shown_as_such(turbo: Command, folder: Path) -> None:
    flow = "turbo: 1\nsettings: {cache: on}\nsteps: [{user: hi}, generate]\n"
    (folder / "kept.yaml").write_text(flow, encoding="utf-8")
    words = ("kept.yaml", "-m", "echo", "-u")
    assert "from the cache" not in turbo(*words)[2]
    assert "1 model turn, 1 from the cache;" in turbo(*words)[2]


def test_a_short_secret_is_not_stored_either(turbo: Command, talk: Path) -> None:
    name = recorded(turbo, "--reply", "Green", "-p", "api_key", "pssst")
    told = turbo("runs", "show", name)[1]
    assert "Ask me about tea ***" in told and "pssst" not in told

"""`record` as a person types it: a session becomes a test that passes, and the file keeps what it had."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.mcp_servers import odd

Command = Callable[..., tuple[int, str, str]]

TALK = """\
# A talk about anything.
turbo: 1
inputs: {topic?: {type: string, default: tea}, api_key?: {type: string, default: none}}
steps:
  - user: Ask me about {{ topic }}   # or about nothing
  - generate: {forward: false}
    as: question
  - input: "{{ question }}"
    as: answer
  - user: "{{ answer }}"
  - generate
"""
SCRIPT = 'script=["Which tea?\\nOr none?", "Good: {one}"]'
RECORDED = """\
tests:
  - name: likes green tea
    with:
      topic: "{{ tea }}"
      api_key: "***"
    input:
      - "12"
    model:
      - |-
        Which tea?
        Or none?
      - "Good: {one}"
    expect:
      - result: "Good: {one}"
"""
DESK = """\
turbo: 1
tools:
  find: {with: {id: integer}}
  tell: {with: {who: string}, approve: always}
steps:
  - user: Where are they?
  - generate: {tools: [find], retries: 2}
  - tool: tell
    with: {who: Ada}
    as: told
  - parallel:
      one: [{user: first}, generate, {user: and}, generate]
      two: [{user: second}, generate, {user: and}, generate]
  - generate: {output: {count: integer}, n: 2}
    as: found
  - return: {count: "{{ found.count }}", told: "{{ told }}"}
"""
TOOLS = """\
def find(id: int) -> dict:
    if id == 9:
        raise ValueError("there is none")
    return {"id": id}

def tell(who: str) -> dict:
    return {"data": who}
"""
SERVED = """\
turbo: 1
tools: {weather: {mcp: {command: COMMAND}}}
steps:
  - user: How is it?
  - generate: {tools: [weather]}
  - tool: weather.touch
    with: {x: 3}
    as: touched
  - return: "{{ touched.arguments.x }}"
"""
DESK_SETTINGS = """\
model: script
script:
  - {error: server}
  - {tool_calls: [{name: find, arguments: {id: 1}}, {name: find, arguments: {id: 9}}]}
  - Found.
  - 1a
  - 2a
  - 1b
  - 2b
  - none
  - none
  - {count: 2}
  - {count: 2}
"""


@pytest.fixture
def talk(folder: Path) -> Path:
    """The flow file of a talk."""
    (folder / "talk.yaml").write_text(TALK, encoding="utf-8")
    return folder / "talk.yaml"


def words(*more: str) -> list[str]:
    """Return the words that record the talk."""
    return ["record", "talk.yaml", "-m", "script", "--set", SCRIPT, "--reply", "12", *more]


def newest(turbo: Command) -> str:
    """Return the name of the run that was recorded last."""
    name: str = json.loads(turbo("runs", "--json")[1])[0]["run"]
    return name


def passes(turbo: Command, file: str, count: int = 1) -> bool:
    """Tell whether all tests of a file pass, and are so many."""
    code, out, _ = turbo("test", file, "--format", "json")
    return code == 0 and len(json.loads(out)["tests"]) == count


def test_a_session_becomes_a_test_at_the_end_of_the_flow(turbo: Command, talk: Path) -> None:
    given = ("-p", "topic", "{{ tea }}", "-p", "api_key", "letmein-please", "--name", "likes green tea")
    done = turbo(*words(*given))
    assert done == (0, "Good: {one}\n", "wrote the test `likes green tea` to talk.yaml\n")
    assert talk.read_text(encoding="utf-8") == TALK + RECORDED
    assert passes(turbo, "talk.yaml")


def test_a_test_goes_to_a_file_of_tests_which_is_made_or_grows(turbo: Command, talk: Path) -> None:
    (talk.parent / "tests").mkdir()
    code, _, err = turbo(*words("--out", "tests/talk.test.yaml"))
    assert code == 2 and not [*(talk.parent / "tests").iterdir()]
    (talk.parent / "turbo.yaml").write_text("# the project", encoding="utf-8")
    assert turbo(*words("--out", "tests/talk.test.yaml"))[0] == 0
    name = newest(turbo)
    out = talk.parent / "tests" / "talk.test.yaml"
    first = out.read_text(encoding="utf-8")
    assert re.match(r'turbo: 1\nflow: "../talk.yaml"\ntests:\n  - name: recorded run \w{8}\n', first)
    assert turbo("record", "--run", name, "--out", "tests/talk.test.yaml", "--name", "again")[0] == 0
    assert out.read_text(encoding="utf-8").startswith(first + "  - name: again\n")
    assert talk.read_text(encoding="utf-8") == TALK
    assert passes(turbo, "tests/talk.test.yaml", 2)
    code, _, err = turbo("record", "--run", name, "--out", "tests/talk.test.yaml", "--name", "again")
    assert code == 2 and "has a test `again` already" in err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tests:\n- name: old  # mine\n  model: [a, b]\n  input: [c]\n# end\n", None),
        (
            "tests: [{name: old, model: [a, b], input: [c]}]  # mine\n",
            "tests:  # mine\n  - {name: old, model",
        ),
        ("tests:\n\n    -   {name: old, model: [a, b],\n          input: [c]}\n\n\n", None),
        (
            "tests:\n  - name: old\n    input: [c]\n    model:\n    - a\n    - |+\n      b\n\nsettings: {}",
            "",
        ),
        ("\ntests: []", "\ntests:\n  - name: recorded"),
    ],
)
def test_what_stands_in_the_file_stays(turbo: Command, talk: Path, before: str, after: str | None) -> None:
    text = TALK + before
    for end in ("\n", "\r\n"):
        talk.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", end).encode())
        code, _, err = turbo(*words())
        new = talk.read_bytes().decode("utf-8-sig")
        if after == "":
            assert code == 2 and "no test can be added" in err and new == text.replace("\n", end)
            continue
        assert code == 0, err
        assert passes(turbo, "talk.yaml", 2 if "old" in before else 1)
        plain = new.replace(end, "\n")
        assert plain.startswith(
            TALK + (before.rstrip("\n").removesuffix("# end") if after is None else after)
        )
        assert ("\r" in new) == (end == "\r\n") and talk.read_bytes().startswith(b"\xef\xbb\xbf")
        assert plain.count("#") == text.count("#")


def test_tools_failures_branches_and_repairs_are_told_again(turbo: Command, folder: Path) -> None:
    for name, text in {"desk.yaml": DESK, "tools.py": TOOLS, "here.yaml": DESK_SETTINGS}.items():
        (folder / name).write_text(text, encoding="utf-8")
    done = turbo("record", "desk.yaml", "--settings", "here.yaml", "--tools", "tools.py", "--reply", "yes")
    assert done[0] == 0 and "warning" not in done[2], done
    (folder / "tools.py").unlink()
    assert passes(turbo, "desk.yaml")
    text = (folder / "desk.yaml").read_text(encoding="utf-8")
    assert 'message: "`find` failed: ValueError: there is none"' in text
    assert "      tell:\n        data:\n          data: Ada\n" in text


def test_a_result_that_is_another_each_time_is_not_expected(turbo: Command, folder: Path) -> None:
    flow = "turbo: 1\nsteps:\n  - user: hi\n  - generate\n  - return: '{{ now() }}'\n"
    (folder / "clock.yaml").write_text(flow, encoding="utf-8")
    code, _, err = turbo("record", "clock.yaml", "-m", "echo")
    assert (code, err.splitlines()[1]) == (0, "its result is another each time: the test expects none")
    assert "expect" not in (folder / "clock.yaml").read_text(encoding="utf-8")
    assert passes(turbo, "clock.yaml")


def test_a_flow_that_fails_is_tested_to_fail(turbo: Command, folder: Path) -> None:
    flow = "turbo: 1\nsteps:\n  - user: hi\n  - generate\n  - raise: No.\n    kind: sorry\n"
    (folder / "sorry.yaml").write_text(flow, encoding="utf-8")
    code, _, err = turbo("record", "sorry.yaml", "-m", "echo")
    assert code == 1 and "error[sorry]: No." in err
    assert (folder / "sorry.yaml").read_text(encoding="utf-8").endswith("    expect:\n      - error: sorry\n")
    assert passes(turbo, "sorry.yaml")


def test_a_session_that_waits_is_no_test_until_it_is_over(turbo: Command, talk: Path) -> None:
    code, _, err = turbo("record", "talk.yaml", "-m", "script", "--set", SCRIPT)
    assert (code, talk.read_text(encoding="utf-8")) == (5, TALK)
    name = newest(turbo)
    code, _, err = turbo("record", "--run", name)
    assert code == 2 and f"`turbo-yaml resume {name}`, then `turbo-yaml record --run {name}`" in err
    turbo("resume", name, "--reply", "12")
    assert turbo("record", "--run", name)[0] == 0
    assert passes(turbo, "talk.yaml")


def test_a_run_of_a_flow_that_was_edited_since_is_no_test_of_it(turbo: Command, talk: Path) -> None:
    turbo("run", "talk.yaml", "--journal", "-m", "script", "--set", SCRIPT, "--reply", "12")
    edited = TALK + "  - generate\n"
    talk.write_text(edited, encoding="utf-8")
    code, _, err = turbo("record", "--run", newest(turbo))
    assert code == 2 and "the flow does not do what was recorded" in err
    assert talk.read_text(encoding="utf-8") == edited


def test_without_a_journal_only_the_test_is_left(turbo: Command, talk: Path) -> None:
    assert turbo(*words("--no-journal"))[0] == 0
    assert passes(turbo, "talk.yaml")
    assert not (talk.parent / ".state").exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((), "name a FLOW to run"),
        (("talk.yaml", "--run", "4prrdws9"), "name a FLOW to run"),
        (("-",), "a flow from standard input has no file"),
        (("talk.yaml", "--out", "talk.yaml"), "is no name of a file of tests"),
        (("talk.yaml", "--out", "no/talk.test.yaml"), "there is no folder"),
    ],
)
def test_what_cannot_be_recorded_is_said_before_anything_runs(
    turbo: Command, talk: Path, given: tuple[str, ...], told: str
) -> None:
    code, out, err = turbo("record", *given)
    assert (code, out) == (2, "") and told in err


def test_a_server_is_neither_started_nor_needed_once_its_run_is_recorded(
    turbo: Command, folder: Path
) -> None:
    started = folder / "started"
    command = [*odd("well"), str(started)]
    flow = SERVED.replace("COMMAND", json.dumps(command))
    (folder / "served.yaml").write_text(flow, encoding="utf-8")
    script = "script=[{tool_calls: [{name: look, arguments: {at: me}}]}, Seen.]"
    allowed = ("--allow", f"mcp:{shlex.join(command)}")
    done = turbo("record", "served.yaml", "-m", "script", "--set", script, *allowed)
    assert done[0] == 0 and "warning" not in done[2], done
    started.unlink()
    name = newest(turbo)
    assert turbo("replay", name) == (0, "the same: 2 replies, 2 results of tools\n", "")
    assert passes(turbo, "served.yaml")
    assert not started.exists()
    text = (folder / "served.yaml").read_text(encoding="utf-8")
    assert "      weather.look:\n" in text and "      weather.touch:\n" in text


def test_nobody_is_told_to_resume_what_is_not_kept(turbo: Command, folder: Path) -> None:
    (folder / "slow.yaml").write_text(
        "turbo: 1\nsteps:\n  - input: Who?\n    as: who\n  - user: '{{ who }}'\n  - generate\n",
        encoding="utf-8",
    )
    words = ("record", "slow.yaml", "-m", "script", "--set", "script=[{error: auth}]")
    for reply in ((), ("--reply", "Ada")):
        kept, passing = turbo(*words, *reply), turbo(*words, *reply, "--no-journal")
        assert kept[0] == passing[0] != 0
        assert "turbo-yaml resume" in kept[2] and "turbo-yaml resume" not in passing[2]

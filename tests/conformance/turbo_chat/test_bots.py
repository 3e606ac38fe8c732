"""The bots of turbo-chat, as flows that come with turbo-yaml."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import turbo_yaml
from turbo_yaml import TurboGenFn, flows
from turbo_yaml.cli.verbs import invoke
from turbo_yaml.compiler.files import INSTALLED
from turbo_yaml.errors import UsageError
from turbo_yaml.models.request import Reply

NAMES = sorted(path.stem for path in INSTALLED.glob("*.yaml"))


def play(fn: TurboGenFn, script: list[Any], **inputs: Any) -> tuple[Any, list[str]]:
    """Return a flow's outcome, and what was said to the model."""
    said: list[str] = []

    def listen(event: Any) -> None:
        if event.kind == "message" and event.role != "assistant":
            said.append(event.content)

    fn = fn.configure(model="script").using(script=script, on_event=listen)
    return turbo_yaml.run(fn, inputs), said


def test_the_four_that_need_no_tools_are_there() -> None:
    assert {"qa", "self_ask", "subqueries", "summarize"} <= {*NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_check_finds_nothing_in_an_installed_flow(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["check", "--strict", str(INSTALLED / f"{name}.yaml")]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_an_installed_flow_says_what_it_takes(name: str) -> None:
    info = getattr(flows, name).info
    assert info.description
    assert info.output is not None


def test_qa_answers_from_the_context() -> None:
    outcome, said = play(flows.qa, ["Ada."], question="Who {{ x }}?", context="Ada did it.")
    assert outcome == "Ada."
    assert "Ada did it." in said[0]
    assert said[0].endswith("Who {{ x }}?")


def test_summarize_says_what_it_is_that_it_shortens() -> None:
    outcome, said = play(flows.summarize, ["Short."], text="Long.", text_type="letter")
    assert outcome == "Short."
    assert "letter" in said[0]


def test_subqueries_gives_no_more_queries_than_were_asked_for() -> None:
    script = [{"queries": ["a?", "b?", "c?"]}]
    outcome, said = play(
        flows.subqueries, script, request="Which?", context="A shop.", max_queries=2, request_type="riddle"
    )
    assert outcome == ["a?", "b?"]
    assert "at most 2" in said[0]
    assert said[1].endswith("The riddle: Which?")


def test_self_ask_answers_the_questions_within_a_question_first() -> None:
    script = [{"queries": ["How old is Ada?", "How old is Ben?"]}, "36", "41", "Ben."]
    outcome, said = play(flows.self_ask, script, question="Who is older?", context="A town.")
    assert outcome == "Ben."
    assert "Q: How old is Ada?\nA: 36" in said[-1]
    assert said[-1].endswith("Who is older?")


def test_a_flow_may_use_them_by_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "turbo: 1\nuse: {qa: turbo:qa}\nsteps:\n"
        "  - call: qa\n    with: {question: Who?, context: Ada.}\n    as: x\n  - return: '{{ x }}'\n",
        encoding="utf-8",
    )
    assert play(turbo_yaml.load(path, cache=False), ["Ada."])[0] == "Ada."


def test_what_does_not_come_with_it_is_said_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        turbo_yaml.load("turbo:sumarize")
    assert refused.value.hint == "did you mean `summarize`?"
    with pytest.raises(turbo_yaml.FlowInvalid, match="no flow `turbo:q` comes with"):
        turbo_yaml.loads("turbo: 1\nuse: {q: turbo:q}\nsteps:\n  - call: q\n", root=tmp_path)


def test_the_command_runs_them_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["run", "turbo:summarize", "-m", "echo", "-p", "text", "Some words."]) == 0
    assert capsys.readouterr().out.endswith("Some words.\n")


def test_they_use_the_settings_of_their_caller_under_their_own() -> None:
    seen: list[Any] = []

    class Model:
        async def reply(self, request: Any, on_delta: Any = None) -> Any:
            seen.append((request.settings["temperature"], request.settings["max_tokens"]))
            return Reply(content="x")

    fn = flows.qa.configure(temperature=1, max_tokens=9)
    asyncio.run(fn.using(model=Model())(question="a", context="b").finish())
    assert seen == [(1, 9)]

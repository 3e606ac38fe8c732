"""The bots of turbo-chat, as flows that come with turbo-yaml."""

from __future__ import annotations

import asyncio
import json
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


def test_the_five_are_there() -> None:
    assert NAMES == ["qa", "self_ask", "subqueries", "summarize", "tool"]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_finds_nothing_in_an_installed_flow(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["check", "--strict", str(INSTALLED / f"{name}.yaml")]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("verb", ["audit", "docs", "graph", "compile"])
def test_what_tells_of_flows_tells_of_an_installed_one(
    verb: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke([verb, f"turbo:{name}"]) == 0, capsys.readouterr().err


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


def find_order(id: int) -> str:
    """Look an order up."""
    return f"order {id} is on its way"


def call_of(**arguments: Any) -> dict[str, Any]:
    return {"tool_calls": [{"name": "find_order", "arguments": arguments}]}


def test_tool_calls_tools_until_it_can_answer() -> None:
    script = [call_of(id=7), call_of(id=8), "Both are on their way."]
    tool = flows.tool.using(tools=[find_order])
    outcome, said = play(
        tool,
        script,
        request="Where are 7 and 8?",
        user_type="customer",
        instruction="You work for a tea shop.",
        example={"user": "Where is 1?", "assistant": "At home."},
        initial_state="The shop is open.",
    )
    assert outcome == {"response": "Both are on their way.", "tools_used": ["find_order", "find_order"]}
    system, *rest = said
    assert "You help a customer.\nYou work for a tea shop.\n" in system
    assert rest == ["Where is 1?", "The shop is open.", "Where are 7 and 8?", *rest[3:]]
    assert rest[3:] == ["order 7 is on its way", "order 8 is on its way"]


def test_tool_says_so_when_it_comes_to_no_answer() -> None:
    tool = flows.tool.using(tools=[find_order])
    outcome, _ = play(tool, [call_of(id=1), call_of(id=1)], request="Where?", max_iterations=2)
    assert outcome == {"response": "I am not sure how to answer this.", "tools_used": []}


def test_tool_talks_on_and_hears_what_has_become_of_the_world() -> None:
    seen: list[list[str]] = []

    class Model:
        async def reply(self, request: Any, on_delta: Any = None) -> Any:
            seen.append([said.content for said in request.messages if said.role == "user"])
            return Reply(content=f"Answer {len(seen)}.")

    async def talk() -> list[Any]:
        given: list[Any] = []
        async with flows.tool.using(model=Model())(initial_state="It is ten.") as run:
            question = await run.run()
            for answer in ("Hello?", {"input": "And now?", "state": "It is noon."}, ""):
                given.append(question.content)
                given.append((await run.run(answer)).content["response"])
                question = await run.run()
        return given

    question = "How can I help you?"
    assert asyncio.run(talk()) == [question, "Answer 1.", question, "Answer 2.", question, "Answer 3."]
    assert seen == [
        ["It is ten.", "Hello?"],
        ["It is noon.", "Hello?", "And now?"],
        ["It is noon.", "Hello?", "And now?", ""],
    ]


def test_a_flow_gives_tool_what_it_may_use(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "turbo: 1\nuse: {tool: turbo:tool}\ntools: {find_order: {with: {id: integer}}}\nsteps:\n"
        "  - call: tool\n    with: {request: Where is 7?}\n    tools: [find_order]\n    as: x\n"
        "  - return: '{{ x.response }}'\n",
        encoding="utf-8",
    )
    tool = turbo_yaml.load(path, cache=False, tools=[find_order])
    assert play(tool, [call_of(id=7), "On its way."])[0] == "On its way."


def test_the_command_gives_tool_the_functions_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "shop.py"
    path.write_text("def find_order(id: int) -> str:\n    return f'order {id}'\n", encoding="utf-8")
    asked = ["run", "turbo:tool", "-m", "echo", "--tools", str(path), "-p", "request", "Where is it?"]
    assert invoke(asked) == 0
    assert json.loads(capsys.readouterr().out) == {"response": "Where is it?", "tools_used": ["find_order"]}


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

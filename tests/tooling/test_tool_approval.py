"""Calls that a person must approve: what is asked, what runs, and what a refusal says."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import turbo_yaml
from tests.tooling.working import Work, calls, work
from turbo_yaml.errors import FlowError
from turbo_yaml.runtime.tooling.approval import AskApproval

PAY = """
tools:
  pay: {description: Pay., with: {to: string, amount: number}, approve: APPROVE}
  look: {with: {}}
steps:
  - user: Pay Ada.
  - generate: {tools: [pay, look]}
"""
ADA = ("pay", {"to": "Ada", "amount": 20})


class Desk:
    """Counts what was paid."""

    def __init__(self) -> None:
        self.paid: list[tuple[str, float]] = []

    def pay(self, to: str, amount: float) -> str:
        self.paid.append((to, amount))
        return "paid"

    @property
    def tools(self) -> dict[str, Any]:
        return {"pay": self.pay, "look": lambda: "seen"}


def asked(desk: Desk, approve: str, *replies: Any, answers: list[Any]) -> Work:
    text = PAY.replace("APPROVE", approve)
    return work(text, tools=desk.tools, model=list(replies), replies=answers)


@pytest.mark.parametrize("yes", ["yes", "y", " Yes ", "YES", True])
def test_a_call_that_is_approved_runs_with_just_what_was_shown(yes: Any) -> None:
    desk = Desk()
    done = asked(desk, "ask", calls(ADA), "Paid.", answers=[yes])
    question = done.questions[0]
    assert isinstance(question, AskApproval)
    assert (question.tool, question.arguments) == ("pay", {"to": "Ada", "amount": 20})
    shown = question.content[question.content.index("{") : question.content.rindex("}") + 1]
    assert json.loads(shown) == {"to": "Ada", "amount": 20}
    assert desk.paid == [("Ada", 20)]
    assert done.outcome == "Paid."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("no", ""),
        ("n", ""),
        ("", ""),
        (False, ""),
        ("no, too much", ": too much"),
        ("No: too much", ": too much"),
        ("too much", ": too much"),
        ("yes but less", ": yes but less"),
        ("yess", ": yess"),
        ("nobody knows Ada", ": nobody knows Ada"),
    ],
)
def test_anything_but_a_yes_refuses_and_is_told_to_the_model(answer: Any, reason: str) -> None:
    desk = Desk()
    done = asked(desk, "ask", calls(ADA), "Not paid.", answers=[answer])
    assert desk.paid == []
    assert json.loads(done.told[0]) == {"error": f"a person refused the call of `pay`{reason}"}
    assert done.kinds("tool_result")[0]["error"] == "refused"
    assert done.outcome == "Not paid."


def test_what_the_host_does_to_the_question_changes_nothing_of_the_call() -> None:
    desk = Desk()
    fn = turbo_yaml.loads("turbo: 1\n" + PAY.replace("APPROVE", "ask"), tools=desk.tools)

    async def meddle() -> None:
        async with fn.configure({"model": "script"}).using(script=[calls(ADA), "Paid."])() as run:
            await run.run()
            question = run.question
            assert isinstance(question, AskApproval)
            question.arguments["amount"] = 1_000_000  # type: ignore[index]
            await run.run("yes")

    asyncio.run(meddle())
    assert desk.paid == [("Ada", 20)]


def test_nobody_is_asked_about_arguments_that_do_not_fit() -> None:
    done = asked(Desk(), "ask", calls(("pay", {"to": "Ada"})), "Sorry.", answers=[])
    assert done.questions == []


def test_other_calls_of_the_reply_go_on_and_every_approval_is_asked_in_order() -> None:
    desk = Desk()
    bob = ("pay", {"to": "Bob", "amount": 5})
    done = asked(desk, "ask", calls(ADA, ("look", {}), bob), "Done.", answers=["no", "yes"])
    assert [question.arguments["to"] for question in done.questions] == ["Ada", "Bob"]  # type: ignore[attr-defined]
    assert desk.paid == [("Bob", 5)]
    assert done.told[1:] == ["seen", "paid"]


def test_refusals_are_no_failures_of_the_model() -> None:
    text = PAY.replace("APPROVE", "ask")
    done = work(
        text,
        tools=Desk().tools,
        model=[calls(ADA), calls(ADA), "Well."],
        replies=["no", "no"],
        settings={"limits": {"tool_failures": 0}},
    )
    assert done.outcome == "Well."


def test_never_asks_nobody() -> None:
    desk = Desk()
    assert asked(desk, "never", calls(ADA), "Paid.", answers=[]).questions == []
    assert desk.paid == [("Ada", 20)]


STEP = """
tools: {pay: {with: {to: string}, approve: APPROVE}}
steps:
  - try:
      - tool: pay
        with: {to: Ada}
        as: paid
      - return: "{{ paid }}"
    catch:
      - return: "{{ error.kind }}: {{ error.message }}"
"""


def test_a_step_asks_only_where_a_person_always_approves() -> None:
    tools = {"pay": lambda to: f"paid {to}"}
    for approve, answers in (("never", []), ("ask", []), ("always", ["yes"])):
        done = work(STEP.replace("APPROVE", approve), tools=tools, replies=answers)
        assert done.outcome == "paid Ada"
    done = work(STEP.replace("APPROVE", "always"), tools=tools, replies=["no, never"])
    assert done.outcome == "refused: a person refused the call of `pay`: never"


def test_a_question_that_nobody_answers_fails_the_step_and_nothing_is_called() -> None:
    desk = Desk()
    problem = FlowError("nobody is there", kind="no_answer")
    done = asked(desk, "ask", calls(ADA), answers=[problem])
    assert done.failed.kind == "no_answer"
    assert desk.paid == []
    assert done.roles == ["user"]


def test_questions_of_branches_and_of_called_flows_reach_the_caller() -> None:
    text = """
    tools: {pay: {with: {to: string}, approve: ask}}
    flows:
      payer:
        inputs: {to: string}
        steps:
          - user: "Pay {{ to }}."
          - generate: {tools: [pay]}
            as: said
          - return: "{{ said }}"
    steps:
      - parallel:
          one: [{call: payer, with: {to: Ada}, as: x}, {return: "{{ x }}"}]
          two: [{call: payer, with: {to: Bob}, as: x}, {return: "{{ x }}"}]
      - return: "{{ one }} {{ two }}"
    """
    paid: list[str] = []
    model = [calls(("pay", {"to": "Ada"})), calls(("pay", {"to": "Bob"})), "1", "2"]
    done = work(text, tools={"pay": lambda to: paid.append(to)}, model=model, replies=["yes", "no"])
    assert sorted(done.outcome.split()) == ["1", "2"]
    assert len(done.questions) == 2
    assert len(paid) == 1


def test_the_question_is_an_event_with_the_tool_and_its_arguments() -> None:
    done = asked(Desk(), "ask", calls(ADA), "Paid.", answers=["yes"])
    told = done.kinds("input_needed")[0]
    assert (told["tool"], told["arguments"]) == ("pay", {"to": "Ada", "amount": 20})


def test_a_run_that_ends_at_the_question_calls_nothing() -> None:
    desk = Desk()
    fn = turbo_yaml.loads("turbo: 1\n" + PAY.replace("APPROVE", "ask"), tools=desk.tools)

    async def leave() -> None:
        async with fn.configure({"model": "script"}).using(script=[calls(ADA), "Paid."])() as run:
            assert (await run.run()).needs_input

    asyncio.run(leave())
    assert desk.paid == []

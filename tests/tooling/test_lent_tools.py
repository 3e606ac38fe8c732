"""Tools that a flow gives to another: `tools` beside `call`, `include`, `handoff`, and `{from: caller}`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import turbo_yaml
from tests.language.running import flow
from tests.tooling.working import calls, work
from turbo_yaml.cli.verbs import invoke
from turbo_yaml.compiler.edge import audit, check_text
from turbo_yaml.errors import UsageError

LENDING = """
use: {agent: agent.yaml}
tools:
  find_order: {with: {id: integer}}
  refund: {with: {id: integer}, approve: ask}
  sum_up: {flow: summary}
flows:
  summary:
    inputs: {text: string}
    steps:
      - return: "in short: {{ text }}"
steps:
  - STEP: agent
    with: {request: Where is it?}
    tools: [find_order, refund, sum_up]
"""
AGENT = """
tools: {given: {from: caller}}
inputs: {request: string}
steps:
  - user: "{{ request }}"
  - generate: {tools: [given]}
"""


def find_order(id: int) -> str:
    return f"order {id}"


def refund(id: int) -> str:
    return f"paid {id}"


def secret() -> str:
    return "hidden"


TOOLS = {"find_order": find_order, "refund": refund, "secret": secret}


@pytest.fixture(autouse=True)
def beside(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay the flow that takes tools beside the one that gives them."""
    (tmp_path / "agent.yaml").write_text(flow(AGENT), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def told(done: Any) -> list[Any]:
    return [event["content"] for event in done.kinds("tool_result")]


@pytest.mark.parametrize("step", ["call", "include", "handoff"])
def test_a_flow_uses_the_tools_that_the_step_gives_it(step: str) -> None:
    script = [
        calls(("find_order", {"id": 7}), ("sum_up", {"text": "long"})),
        calls(("refund", {"id": 7})),
        "Done.",
    ]
    done = work(LENDING.replace("STEP", step), tools=TOOLS, model=script, replies=["yes"])
    assert sorted(told(done)) == ["in short: long", "order 7", "paid 7"]
    assert [question.content.splitlines()[0] for question in done.questions] == [
        'The model wants to call `refund` with {"id": 7}'
    ]


def test_it_gets_no_others() -> None:
    script = [calls(("secret", {})), "I cannot."]
    done = work(LENDING.replace("STEP", "call"), tools=TOOLS, model=script)
    (result,) = done.kinds("tool_result")
    assert result["error"] == "unknown_tool"
    assert "hidden" not in str(done.events)


def test_in_a_fork_it_has_them_too() -> None:
    text = AGENT.replace("  - generate", "  - parallel:\n      one:\n        - generate")
    text = text.replace("[given]}", "[given]}\n      two:\n        - log: hi")
    Path("agent.yaml").write_text(flow(text), encoding="utf-8")
    done = work(
        LENDING.replace("STEP", "call"), tools=TOOLS, model=[calls(("find_order", {"id": 1})), "Here."]
    )
    assert told(done) == ["order 1"]


def test_what_a_flow_got_it_may_give_on() -> None:
    middle = """
    use: {agent: agent.yaml}
    tools: {mine: {from: caller}}
    steps:
      - call: agent
        with: {request: Please.}
        tools: [mine]
    """
    Path("middle.yaml").write_text(flow(middle), encoding="utf-8")
    text = """
    use: {middle: middle.yaml}
    tools: {find_order: }
    steps:
      - call: middle
        tools: [find_order]
    """
    done = work(text, tools=TOOLS, model=[calls(("find_order", {"id": 3}), ("refund", {"id": 3})), "Well."])
    errors = {event["tool"]: event.get("error") for event in done.kinds("tool_result")}
    assert errors == {"find_order": None, "refund": "unknown_tool"}


def test_a_flow_that_nobody_calls_has_the_functions_of_the_host() -> None:
    done = work(AGENT, tools=TOOLS, model=[calls(("secret", {})), "Well."], request="Who?")
    assert told(done) == ["hidden"]


def test_a_function_of_the_host_keeps_what_a_flow_declares_of_it() -> None:
    text = AGENT.replace("caller}}", "caller}, refund: {with: {id: integer}, approve: always}}")
    text = text.replace("  - user", "  - tool: refund\n    with: {id: 1}\n  - user")
    done = work(
        text,
        tools=TOOLS,
        model=[calls(("refund", {"id": 2})), "Well."],
        replies=["yes", "no, too much"],
        request="Hm",
    )
    assert len(done.questions) == 2
    assert done.kinds("tool_result")[-1]["error"] == "refused"


def test_without_any_the_model_gets_none() -> None:
    assert work(AGENT, request="Hello.").outcome == "Hello."


def test_two_tools_of_one_name_are_a_failure_and_not_a_choice() -> None:
    text = AGENT.replace("caller}}", "caller}, find_order: {with: {id: integer}}}")
    text = text.replace("[given]", "[find_order, given]")
    Path("agent.yaml").write_text(flow(text), encoding="utf-8")
    done = work(LENDING.replace("STEP", "call"), tools=TOOLS, model=["Never."])
    assert done.failed.message == "the model would get two tools named `find_order`"


def test_a_function_that_is_given_on_must_be_bound() -> None:
    with pytest.raises(UsageError, match="`find_order` is bound to no function"):
        work(LENDING.replace("STEP", "call"), tools={"refund": refund}, model=["Never."])


def test_the_check_holds_what_is_given_against_what_is_taken() -> None:
    def found(text: str) -> list[tuple[str, str]]:
        return [(one.rule, one.message) for one in check_text(flow(text))]

    good = LENDING.replace("STEP", "call")
    assert found(good) == []
    assert found(good.replace("    tools: [find_order, refund, sum_up]\n", ""))[0] == (
        "missing-argument",
        "`agent` needs tools",
    )
    assert found(good.replace("[find_order,", "[find_oder,"))[0][0] == "unknown-tool"
    taker = good.replace("- call: agent", "- call: summary").replace("{request: Where", "{text: Where")
    assert ("unknown-argument", "`summary` takes no tools") in found(taker)
    assert found(AGENT + "  - tool: given\n") == [
        ("unknown-tool", "`given` stands for all tools that the caller gives")
    ]
    assert found(AGENT.replace("from: caller", "from: caller, timeout: 1s"))[0][0] == "conflicting-keys"


def test_a_lent_tool_that_asks_a_model_keeps_the_calls_from_being_known(tmp_path: Any) -> None:
    def calls_of(text: str) -> Any:
        (tmp_path / "main.yaml").write_text(flow(text), encoding="utf-8")
        return audit("main.yaml")["calls"]

    good = LENDING.replace("STEP", "call")
    assert calls_of(good)["turns"] == 10
    asks = good.replace(
        '      - return: "in short: {{ text }}"', '      - user: "{{ text }}"\n      - generate'
    )
    assert "`sum_up`, which asks a model itself" in calls_of(asks)["unlimited"]


def test_a_stored_flow_gives_the_same_tools(tmp_path: Any) -> None:
    (tmp_path / "main.yaml").write_text(flow(LENDING.replace("STEP", "call")), encoding="utf-8")
    for _ in range(2):
        fn = turbo_yaml.load("main.yaml", tools=TOOLS).configure(model="script")
        heard: list[Any] = []
        fn = fn.using(script=[calls(("find_order", {"id": 4})), "So."], on_event=heard.append)
        turbo_yaml.run(fn)
        assert [event.content for event in heard if event.kind == "tool_result"] == ["order 4"]


def test_a_test_of_a_flow_gives_the_tools_that_its_caller_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = AGENT + (
        "tests:\n  - name: it asks a tool\n    with: {request: Where?}\n    tools: {find_order: Here.}\n"
        "    model:\n      - tool_calls: [{name: find_order, arguments: {id: 7}}]\n      - So.\n"
        "    expect:\n      - trajectory:tool-used: find_order\n"
    )
    (tmp_path / "tested.yaml").write_text(flow(text), encoding="utf-8")
    assert invoke(["test", "tested.yaml"]) == 0, capsys.readouterr().out

"""The step `tool`, and flows as tools."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.tooling.working import calls, work
from turbo_yaml.compiler.edge import check_text, compile_python
from turbo_yaml.errors import FlowInvalid

STEP = """
tools: {find: {with: {id: integer}, returns: {total: number}, timeout: 50ms}}
inputs: {id: any}
steps:
  - tool: find
    with: {id: "{{ id }}"}
    as: order
  - return: "{{ order.total }}"
"""


def test_a_step_calls_a_tool_without_a_model() -> None:
    done = work(STEP, tools={"find": lambda id: {"total": id * 2}}, id=1)
    assert done.outcome == 2
    assert (done.steps.turns, done.steps.tools) == (0, 1)
    assert done.chat == []
    assert done.kinds("tool_call", "tool_result") == [
        {"event": "tool_call", "flow": "flow", "tool": "find", "arguments": {"id": 1}},
        {"event": "tool_result", "flow": "flow", "tool": "find", "content": {"total": 2}},
    ]


def test_arguments_that_do_not_fit_fail_the_step_and_nothing_is_called() -> None:
    called: list[int] = []
    done = work(STEP, tools={"find": lambda id: called.append(id)}, id="seven")
    assert (done.failed.kind, called) == ("arguments", [])
    assert 'id: "seven" is text, not an integer' in done.failed.message


def test_a_failure_stands_at_the_step() -> None:
    def find(id: int) -> Any:
        raise ValueError("no such order")

    error = work(STEP, tools=[find], id=1).failed
    assert (error.kind, error.message) == ("tool", "`find` failed: ValueError: no such order")
    assert error.source is not None
    assert error.span is not None
    assert error.source.text[error.span.start : error.span.end] == "tool"


def test_a_step_that_takes_too_long_fails() -> None:
    async def find(id: int) -> Any:
        await asyncio.sleep(60)

    assert work(STEP, tools=[find], id=1).failed.kind == "timeout"
    text = STEP.replace("timeout: 50ms", "timeout: 60s").replace("as: order", "as: order\n    timeout: 40ms")
    error = work(text, tools=[find], id=1).failed
    assert (error.kind, error.message) == ("timeout", "`find` was not done within 0.04 s")


def test_a_failed_call_is_tried_again_and_a_wrong_one_is_not() -> None:
    tries: list[int] = []

    def find(id: int) -> dict[str, float]:
        tries.append(id)
        if len(tries) < 3:
            raise ConnectionError("gone")
        return {"total": 1.0}

    text = STEP.replace("as: order", "as: order\n    retry: {times: 2, wait: 0}")
    assert work(text, tools=[find], id=1).outcome == 1
    assert len(tries) == 3
    done = work(text, tools=[find], id="seven")
    assert (done.failed.kind, len(tries), done.kinds("retry")) == ("arguments", 3, [])


def test_defaults_of_the_declaration_are_filled_in() -> None:
    text = """
    tools: {mail: {with: {to: string, text: {type: string, default: Hi}}}}
    steps:
      - tool: mail
        with: {to: Ada}
        as: sent
      - return: "{{ sent }}"
    """
    assert work(text, tools={"mail": lambda to, text: f"{text} {to}"}).outcome == "Hi Ada"


def test_what_an_untyped_tool_gives_back_keeps_its_type() -> None:
    for value in (None, 3, "x", [1], {"a": None}):
        text = "tools: {give: }\nsteps: [{tool: give, as: x}, {return: '{{ x }}'}]"
        assert work(text, tools={"give": lambda value=value: value}).outcome == value


FLOW_TOOL = """
tools:
  sum_up: {flow: summary}
flows:
  summary:
    description: Sums a text up.
    inputs: {text: "string, what to sum up", words?: {type: integer, default: 5}}
    output: string
    steps:
      - user: "{{ words }} words: {{ text }}"
      - generate: {forward: false}
        as: short
      - return: "{{ short }}"
"""


def test_a_flow_is_a_tool_of_the_model() -> None:
    text = FLOW_TOOL + "steps:\n  - user: Sum up.\n  - generate: {tools: [sum_up]}\n"
    done = work(text, model=[calls(("sum_up", {"text": "A."}), ("sum_up", {"text": 3})), "short", "Done."])
    assert done.outcome == "Done."
    assert done.told[0] == "short"
    assert "text: 3 is a whole number, not text" in done.told[1] or "not text" in done.told[1]
    assert done.roles == ["user", "assistant", "tool", "tool", "assistant"]


def test_a_flow_is_a_tool_of_a_step() -> None:
    text = FLOW_TOOL + "steps:\n  - tool: sum_up\n    with: {text: A.}\n    as: x\n  - return: '{{ x }}'\n"
    assert work(text, model=["short"]).outcome == "short"


def test_the_questions_of_a_flow_that_is_a_tool_reach_the_caller() -> None:
    text = """
    tools: {ask: {flow: asking}}
    flows:
      asking:
        steps:
          - input: Which color?
            as: color
          - return: "{{ color }}"
    steps:
      - user: Ask.
      - generate: {tools: [ask]}
    """
    done = work(text, model=[calls(("ask", {}), ("ask", {})), "Thanks."], replies=["red", "blue"])
    assert [question.content for question in done.questions] == ["Which color?"] * 2
    assert done.told == ["red", "blue"]
    assert done.roles == ["user", "assistant", "tool", "tool", "assistant"]


def test_a_flow_that_fails_as_a_tool_is_told_to_the_model_and_a_limit_is_not() -> None:
    text = """
    tools: {fail: {flow: failing}}
    flows:
      failing:
        inputs: {how: string}
        steps:
          - raise: It is broken.
            when: how == 'raise'
          - while: "true"
            limit: 2
            do: [{log: again}]
    steps:
      - generate: {tools: [fail]}
    """
    done = work(text, model=[calls(("fail", {"how": "raise"})), "I see."])
    assert done.told == ['{"error": "It is broken."}']
    assert work(text, model=[calls(("fail", {"how": "loop"})), "I see."]).failed.kind == "loop_limit"


def test_a_flow_that_calls_itself_as_a_tool_ends_at_the_depth_that_is_allowed() -> None:
    text = """
    tools: {again: {flow: deeper}}
    flows:
      deeper: {steps: [{generate: {tools: [again]}}]}
    steps: [{call: deeper}]
    """
    done = work(text, model=[calls(("again", {}))] * 30, settings={"limits": {"depth": 5}})
    assert done.failed.kind == "depth"


# Before the run ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "rule", "told"),
    [
        ("tool: fin", "unknown-tool", "there is no tool `fin` here"),
        ("generate: {tools: [find, fnd]}", "unknown-tool", "there is no tool `fnd` here"),
        ("generate: {tools: [find], tool_choice: sum}", "unknown-tool", "is no tool of this turn"),
        ("tool: find.inner", "unknown-tool", "`find` has no tools of its own"),
        ("tool: find", "missing-argument", "the tool `find` needs `id`"),
        ("{tool: find, with: {id: 1, ids: 2}}", "unknown-argument", "takes no `ids`"),
        ("{tool: find, with: {id: one}}", "wrong-argument", "`id` of `find` cannot be this"),
        ("{tool: find, with: {id: '{{ [1] }}'}}", "wrong-argument", "`id` of `find` cannot be this"),
        ("{tool: sum, with: {texts: x}}", "unknown-argument", "takes no `texts`"),
    ],
)
def test_a_step_that_cannot_call_its_tool_is_reported(step: str, rule: str, told: str) -> None:
    text = f"""turbo: 1
tools:
  find: {{with: {{id: integer}}}}
  sum: {{flow: summary}}
flows: {{summary: {{inputs: {{text: string}}, steps: [{{user: "{{{{ text }}}}"}}, generate]}}}}
steps:
  - {step}
  - generate: {{tools: [find, sum]}}
"""
    found = check_text(text)
    assert rule in [one.rule for one in found]
    assert told in next(one.message for one in found if one.rule == rule)


def test_what_a_tool_gives_back_has_the_type_that_it_declares() -> None:
    text = """turbo: 1
tools: {find: {returns: {total: number}}}
steps:
  - tool: find
    as: order
  - user: "{{ order.totl }}"
  - generate
"""
    assert [one.rule for one in check_text(text)] == ["unknown-field"]


def test_what_a_tool_gives_back_is_no_instruction() -> None:
    text = """turbo: 1
tools: {find: {returns: string}}
steps:
  - tool: find
    as: found
  - system: "{{ found }}"
  - generate
"""
    found = check_text(text)
    assert [one.rule for one in found] == ["untrusted-system"]
    assert found[0].related[0].message == "the tool `find` gave it back here"


def test_a_name_that_otherwise_may_leave_unset_is_reported() -> None:
    text = """turbo: 1
tools: {find: }
steps:
  - generate: {tools: [find]}
    as: found
    otherwise: [{log: no answer}]
  - user: "{{ found }}"
  - generate
"""
    assert [one.rule for one in check_text(text)] == ["maybe-unset"]
    assert check_text(text.replace("{log: no answer}", "stop")) == []


def test_a_tool_that_is_a_flow_of_no_name_is_reported() -> None:
    with pytest.raises(FlowInvalid, match="there is no flow `gone` here"):
        work("tools: {a: {flow: gone}}\nsteps: [{generate: {tools: [a]}}]")


def test_a_circle_through_a_tool_is_reported() -> None:
    text = """turbo: 1
tools: {again: {flow: deeper}}
flows:
  deeper: {steps: [{generate: {tools: [again]}}]}
steps: [{call: deeper}]
"""
    assert [one.rule for one in check_text(text)] == ["flow-cycle"]


def test_the_python_of_a_flow_with_tools_is_what_a_person_would_write(tmp_path: Any) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(
        "turbo: 1" + STEP + "  - generate: {tools: [find], max_turns: 3}\n    as: x\n    otherwise: [stop]\n"
    )
    python, _ = compile_python(path)
    assert python is not None
    assert "find_tool = call_tool('find', {'id': id})" in python
    assert "yield Generate(tools=('find',), max_turns=3)" in python
    assert "except OutOfTurns:" in python

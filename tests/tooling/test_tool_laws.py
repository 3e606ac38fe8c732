"""What holds of any turn with tools, whatever the model writes."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tooling.working import work
from turbo_yaml.protocol import Assistant, ToolResult

TEXT = """
tools:
  double: {with: {n: integer}, returns: integer}
  fail: {with: {}}
  ask: {with: {what: string}, approve: ask}
  sub: {flow: inner}
flows:
  inner:
    inputs: {x: string}
    steps:
      - input: "{{ x }}?"
        as: y
      - return: "{{ y }}"
steps:
  - user: Go.
  - generate: {tools: [double, fail, ask, sub], max_turns: 4}
    otherwise: [{user: Enough.}]
  - user: Next.
  - generate
"""


def fail() -> None:
    raise ValueError("no")


TOOLS = {"double": lambda n: n * 2, "fail": fail, "ask": lambda what: what}
NAMES = st.sampled_from(["double", "fail", "ask", "sub", "none"])
ARGUMENTS = st.sampled_from(
    ["{}", '{"n": 2}', '{"n": "2"}', '{"what": "x"}', '{"x": "who"}', "", "[]", "{", '{"n": 1e400}', "null"]
)
CALL = st.fixed_dictionaries(
    {"name": NAMES, "arguments": ARGUMENTS}, optional={"id": st.sampled_from(["", "a", "call_1"])}
)
CALLS = st.lists(CALL, max_size=4)
REPLY = st.one_of(
    st.just("Done."),
    st.fixed_dictionaries({"content": st.sampled_from(["", "Hm."]), "tool_calls": CALLS}),
)


@settings(max_examples=40)
@given(st.lists(REPLY, max_size=6), st.lists(st.sampled_from(["yes", "no", "blue"]), min_size=1, max_size=3))
def test_calls_stay_with_their_results_and_turns_are_bounded(replies: list[Any], answers: list[str]) -> None:
    done = work(TEXT, tools=TOOLS, model=[*replies, *["End."] * 9], replies=cycle(answers))
    waiting: list[str] = []
    for message in done.chat:
        if isinstance(message, ToolResult):
            assert message.tool_call_id == waiting.pop(0)
            continue
        assert not waiting
        if isinstance(message, Assistant):
            waiting = [call.id for call in message.tool_calls]
            assert len(waiting) == len({*waiting})
    assert not waiting
    assert done.steps.turns <= 5
    told = done.kinds("tool_call", "tool_result")
    assert sum(event["event"] == "tool_call" for event in told) * 2 == len(told)
    if done.error is not None:
        assert done.error.kind in ("arguments", "unknown_tool", "tool")

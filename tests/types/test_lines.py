"""Typed lines are found in what a model wrote, and nothing is made of what does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.language.running import play
from turbo_yaml import Scratchpad, UsageError

AGENT = """
Thought: {thought}
Tool: {tool:word}
Tool Input: {args?:json}
Done? {done:bool}
Answer: {answer?:multiline}
"""


@pytest.mark.parametrize(
    ("spec", "text", "found"),
    [
        ("Score: {score:int}", "I think so.\n  score:  7 ", {"score": 7}),
        ("Score: {score:int}", "Score: high\nScore: 8", {"score": 8}),
        ("Score: {score:int}", "Score: 7.5", {}),
        ("{a:int} of {b:float} km", "3 of 4.5 KM", {"a": 3, "b": 4.5}),
        ("Use it? {use:bool}", "Use it? Yes.", {"use": True}),
        ("Name: {name}", "Name:", {}),
        ("1. {q1}\n2. {q2}", "Queries:\n1. What?\n2. Where?\n3. Who?", {"q1": "What?", "q2": "Where?"}),
        ("{{{name}}}", "{Ada}", {"name": "Ada"}),
        ("A: {a:multiline}\nB: {b}", "A: one\ntwo\nB: three", {"a": "one\ntwo", "b": "three"}),
        ("In: {x:json}", 'In: {"a":\n  [1, 2]}\nafter', {"x": {"a": [1, 2]}}),
        ("In: {x:json}", "In: {broken", {}),
        ("Tool: {t:S}", "Tool: two words", {}),
    ],
)
def test_a_line_gives_its_fields(spec: str, text: str, found: dict[str, Any]) -> None:
    assert Scratchpad[dict[str, Any]](spec).parse(text) == found


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("no field", "no field"),
        ("{a} and {a}", "twice"),
        ("{a}{b}", "nothing stands between"),
        ("{a:intt}", "no type `intt`"),
        ("{a:json} then", "ends its line"),
        ("a: {", "stands alone"),
        ("{1}", "names no field"),
    ],
)
def test_what_cannot_be_lines_is_refused_with_what_is_wrong(spec: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Scratchpad[Any](spec)


@given(
    st.text(max_size=300) | st.lists(st.sampled_from([*AGENT.split(), "\n", " "]), max_size=40).map("".join)
)
def test_any_text_can_be_read(text: str) -> None:
    found = Scratchpad[dict[str, Any]](AGENT).parse(text)
    assert found.keys() <= {"thought", "tool", "args", "done", "answer"}


def test_a_long_line_that_almost_fits_takes_no_time_to_speak_of() -> None:
    spec = "a {x} b {y} c {z:int}"
    assert Scratchpad[Any](spec).parse("a " + "b c " * 50_000) == {}


TURN = """
steps:
  - user: Judge.
  - generate:
      lines: |
        Score: {score:int}
        Why: {why?}
      forward: false
    as: found
  - result: "{{ found }}"
"""


def test_a_turn_gives_the_fields_of_its_lines() -> None:
    assert play(TURN, model=["Well.\nScore: 7\nWhy: short"]).outcome == {"score": 7, "why": "short"}


def test_a_reply_that_lacks_a_line_goes_back_once() -> None:
    story = play(TURN, model=["Score: high", "Score: 7"])
    assert story.outcome == {"score": 7}
    failed = play(TURN, model=["Score: high", "Score: low"]).failed
    assert failed.kind == "invalid_output"
    assert "`Score: low` does not fit `Score: {score:int}`" in failed.message


def test_json_in_place_of_the_lines_will_do() -> None:
    assert play(TURN, model=['{"score": 7}']).outcome == {"score": 7}


def test_echo_writes_lines_that_fit() -> None:
    assert play(TURN).outcome == {"score": 0}

"""A compiled flow does what the flow says: held against the reference interpreter, on random flows."""

from __future__ import annotations

import asyncio
import json
import os

import pytest
import yaml
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.language.comparing import assert_same, compiled, read_file, scripted, walked
from tests.language.random_flows import flows
from tests.language.reference import walk
from tests.language.running import story_of
from tests.language.shown_flows import Shown, shown_flows

EXAMPLES = int(os.environ.get("TURBO_YAML_EXAMPLES", "90"))
"""More of them: TURBO_YAML_EXAMPLES=5000."""

REPLIES = st.lists(st.sampled_from(["", "tea", "3", "no", "7", " 1", "-2", "x y"]), min_size=1, max_size=5)


@settings(max_examples=EXAMPLES)
@given(flows(), REPLIES, st.integers(-1, 4))
def test_a_compiled_flow_does_what_the_reference_does(text: str, replies: list[str], n: int) -> None:
    ours = compiled(text, replies * 100, {"n": n})
    theirs = walked(text, replies * 100, {"n": n})
    event(f"ends with {theirs.error.kind if theirs.error else 'an outcome'}")
    assert_same(ours, theirs)


@settings(max_examples=EXAMPLES // 3)
@given(flows(), REPLIES, st.integers(-1, 4))
def test_a_flow_that_stands_on_one_line_does_what_the_reference_does(
    text: str, replies: list[str], n: int
) -> None:
    line = json.dumps(yaml.safe_load(text), ensure_ascii=False)
    assert_same(compiled(line, replies * 100, {"n": n}), walked(line, replies * 100, {"n": n}))


@pytest.mark.parametrize("shown", shown_flows(tools=False), ids=lambda shown: shown.path.stem)
def test_the_flows_that_are_shown_do_what_the_reference_does(shown: Shown) -> None:
    ours = asyncio.run(story_of(shown.load(), [*shown.answers], shown.inputs))
    theirs = walk(read_file(shown.path), scripted(shown.replies), shown.answers, shown.inputs)
    assert_same(ours, theirs)

"""Whatever tests a flow has: they come to an outcome, or to a mistake with its place."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.schemas.shapes import mapping
from tests.testing.trying import HELLO, run
from turbo_yaml.errors import FlowInvalid
from turbo_yaml.flow.vocabulary import TEST_KEYS
from turbo_yaml.testing.reports import formats
from turbo_yaml.testing.reports.text import TextReport

EXPRESSIONS = st.sampled_from(
    ["1 / 0", "result.x.y", "messages[7].content", "x", "steps | first", "'a' + 1", "result", "case.a"]
)
ODD = st.fixed_dictionaries({"assert": EXPRESSIONS}) | st.fixed_dictionaries(
    {"regex": st.sampled_from(["(", "a*", "(a+)+$", "[", "\\d"]), "of": EXPRESSIONS}
)
ODD_TEST = st.fixed_dictionaries(
    {"name": st.just("odd"), "model": st.just(["x"]), "expect": st.lists(ODD, min_size=1)}
)
TESTS = st.lists(mapping(TEST_KEYS, 2) | ODD_TEST, min_size=1, max_size=3)


@given(TESTS)
@settings(max_examples=60)
def test_any_tests_come_to_an_outcome_or_to_a_mistake(tests: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = f"{HELLO}tests: {json.dumps(tests, ensure_ascii=False)}\n"
        try:
            summary = run(Path(folder), text, update=False)
        except FlowInvalid:
            event("refused")
            return
    event("ran")
    for form in (formats.to_json, formats.to_junit, formats.to_tap, formats.to_github):
        assert form(summary)
    assert TextReport().failures(summary.outcomes) or summary.passed

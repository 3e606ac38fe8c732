"""Laws of reading flows, whatever the text is."""

from __future__ import annotations

import json
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flow.reading_flows import read
from turbo_yaml.flow.parse import parse_flow
from turbo_yaml.flow.vocabulary import COMMON_KEYS, FILE_KEYS, HEADS, TURN_KEYS, VERBS
from turbo_yaml.flow.walk import steps
from turbo_yaml.flow.words import RESERVED, SYNONYMS
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml

GOOD = [path.read_text() for path in sorted((Path(__file__).parent.parent.parent / "flows").glob("*.yaml"))]
GOOD += [
    path.read_text() for path in sorted((Path(__file__).parent.parent / "golden" / "flow").glob("*.yaml"))
]
WORDS = sorted(
    {key.name for verb in VERBS for key in (verb.head, *verb.keys)}
    | {key.name for key in (*COMMON_KEYS, *FILE_KEYS, *TURN_KEYS)}
    | {*RESERVED, *SYNONYMS}
)
SCALARS = st.sampled_from([None, True, 1, 2.5, "", "x", "{{ x }}", "{% if", "30s", "a b", *WORDS])
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, min_size=1, max_size=4)
    ),
    max_leaves=25,
)


def holds(text: str) -> None:
    """Read a text: nothing is raised, and every place lies within the text."""
    file, found = read(text)
    for one in found:
        assert 0 <= one.span.start <= one.span.end <= len(text), one
        assert one.message and one.rule
        assert all(0 <= other.span.start <= other.span.end <= len(text) for other in one.related)
    if file is None:
        assert any(one.severity == "error" for one in found)
    else:
        for step in steps(file.main.steps):
            assert 0 <= step.head.start <= step.head.end <= len(text)
            assert 0 <= step.span.start <= step.span.end <= len(text)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    holds(text)


@given(st.lists(TREES, max_size=4), st.dictionaries(st.sampled_from(WORDS), TREES, max_size=3))
def test_any_arrangement_of_words_is_read(body: list[object], rest: dict[str, object]) -> None:
    holds(json.dumps({"turbo": 1, "steps": body} | rest))


@given(st.sampled_from(GOOD), st.data())
@settings(max_examples=200)
def test_any_change_of_a_flow_is_read(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    until = min(len(text), at + data.draw(st.integers(0, 12)))
    put = data.draw(
        st.sampled_from(["", " ", "\n", ":", "- ", "{", "}", "[", '"', "'", "{{", "\t", "#", "é", "|", "!x "])
    )
    holds(text[:at] + put + text[until:])


def parsing_time(count: int) -> float:
    """Return the seconds that it takes to parse a flow of so many steps, without the loader."""
    part = """\
  - system: You are kind.
  - user: Say something about this.
    id: ask_{n}
  - generate: {{max_tokens: 60, temperature: 0}}
    as: reply_{n}
  - set: {{score: 3, name: Ana}}
"""
    source = Source("flow.yaml", "turbo: 1\nsteps:\n" + "".join(part.format(n=n) for n in range(count // 4)))
    tree, found = parse_yaml(source)
    assert not found
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        file, problems = parse_flow(tree, source)
        best = min(best, time.process_time() - start)
        assert not problems and file is not None and len(file.main.steps) == count
    return best


def test_the_time_grows_with_the_length_and_no_faster() -> None:
    parsing_time(40)
    assert parsing_time(4000) < 10 * 2.0 * max(parsing_time(400), 0.001)


def test_every_verb_is_known_to_the_builder() -> None:
    for name in HEADS:
        file, found = read(f"turbo: 1\nsteps:\n  - {name}: [[[\n")
        assert found
        assert file is None or file.main.steps is not None

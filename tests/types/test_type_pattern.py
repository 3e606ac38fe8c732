"""Regular expressions that never backtrack."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbo_yaml.types.pattern.matching import MAX_WORK, TextTooLong, compile_pattern
from turbo_yaml.types.pattern.tree import PatternProblem

_atoms = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", r"\.", "^", "$", r"\b", " ", "-", r"\x61"]
)
_expressions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,}", "*?", "{,2}"])).map(
            lambda pair: f"({pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)
_texts = st.text(alphabet="ab x.1\n-", max_size=8)


def _as_python(expression: str) -> str:
    """Python's `$` also matches before a last line end, which no other reader of schemas does."""
    return expression.replace("$", r"\Z")


@settings(max_examples=250, deadline=None)
@given(_expressions, _texts)
def test_a_search_finds_what_re_finds(expression: str, text: str) -> None:
    found = re.search(_as_python(expression), text) is not None
    assert compile_pattern(expression).found_in(text) == found


@settings(max_examples=80, deadline=None)
@given(_expressions, st.integers(0, 4))
def test_an_example_is_long_enough_and_matches(expression: str, shortest: int) -> None:
    example = compile_pattern(expression).example(shortest)
    assert example is None or (len(example) >= shortest and re.search(_as_python(expression), example))


@pytest.mark.parametrize(
    ("expression", "example"),
    [
        ("^[A-Z]{2}-[0-9]+$", "AA-0"),
        ("^(warm|dry)$", "dry"),
        ("", ""),
        ("(?i)^abc$", "aBC"),
        ("^.{3}$", "aaa"),
    ],
)
def test_usual_patterns_have_an_example(expression: str, example: str) -> None:
    assert compile_pattern(expression).example() == example


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("^(a+)+$", "a" * 20_000 + "!"),
        ("(.*)*.*.*x", "a" * 20_000),
        ("(a|a)*b", "a" * 20_000),
        ("(a|b)*a(a|b){100}c", "ab" * 4_000),
    ],
)
def test_expressions_that_explode_elsewhere_take_a_moment(expression: str, text: str) -> None:
    before = time.process_time()
    assert not compile_pattern(expression).found_in(text)
    assert time.process_time() - before < 5


def test_work_past_the_bound_is_refused() -> None:
    with pytest.raises(TextTooLong, match="too long"):
        compile_pattern("^a+$").found_in("a" * MAX_WORK)


@pytest.mark.parametrize(
    ("expression", "words", "at"),
    [
        ("(?!a)b", "look-around", 0),
        ("(?<=a)b", "look-around", 0),
        (r"(a)\1", "refer back", 3),
        ("a)", "closes nothing", 1),
        ("b(a", "not closed", 1),
        ("[a", "not closed", 0),
        ("*a", "nothing stands before", 0),
        ("a**", "one repetition follows another", 2),
        ("a{3,2}", "at least 3 and at most 2", 1),
        (r"a\p{L}", "cannot be read", 1),
        ("a\\", "nothing follows", 1),
        ("[z-a]", "bad character range", 0),
        ("(a{100}){100}", "larger than", 0),
        ("(" * 60 + "a" + ")" * 60, "nested deeper", 51),
    ],
)
def test_what_cannot_be_used_is_said_with_its_place(expression: str, words: str, at: int) -> None:
    with pytest.raises(PatternProblem, match=words) as caught:
        compile_pattern(expression)
    assert caught.value.at == at


@pytest.mark.parametrize(
    "expression", ["(((((a)*)*)*)*)*", "(){999999999}", "((){1000}){1000}", "(?<n>a)(?P<m>b)"]
)
def test_odd_expressions_are_compiled_at_once(expression: str) -> None:
    before = time.process_time()
    assert compile_pattern(expression).found_in("ab")
    assert time.process_time() - before < 2

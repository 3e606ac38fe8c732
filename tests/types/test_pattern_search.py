"""Searches find what `re` finds, and are never slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.types.pattern.searching import Search
from turbo_yaml.types.pattern.tree import PatternProblem

ATOMS = st.sampled_from(
    [
        "a",
        "b",
        ".",
        "[ab]",
        "[^a]",
        "\\w",
        "\\d",
        "\\b",
        "^",
        "$",
        "\\s",
        "A",
        "é",
        "(?i:a)",
        "\\x61",
        "(?s:.)",
    ]
)


def _repeated(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}"])
    # What is repeated takes at least one character: rounds that take none are counted otherwise by `re`.
    body = st.tuples(st.sampled_from(["a", "b", "\\w", "[^b]"]), inner).map("".join)
    return st.tuples(body, signs).map(lambda pair: f"(?:{pair[0]}){pair[1]}")


PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        inner.map(lambda body: f"({body})"),
        _repeated(inner),
    ),
    max_leaves=6,
)


@given(
    PATTERNS, st.text("aabbé A1\n", max_size=8), st.sampled_from([0, re.IGNORECASE, re.MULTILINE, re.DOTALL])
)
def test_a_search_finds_the_matches_and_groups_that_re_finds(pattern: str, text: str, flags: int) -> None:
    search = Search(pattern, re.RegexFlag(flags))
    expected = [
        tuple(place for group in range(search.groups + 1) for place in found.span(group))
        for found in re.finditer(pattern, text, flags)
    ]
    assert list(search.followed(text, lambda steps: None)) == expected
    assert list(search.matches(text, lambda steps: None)) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "spans"),
    [
        ("(?im)^b$", "A\nB\n", [(2, 3)]),
        ("a{,2}", "aaa", [(0, 2), (2, 3), (3, 3)]),
        ("a{", "a{", [(0, 2)]),
        ("a{,}b", "aab", [(0, 3)]),
        (r"\101\0", "A\0", None),
        (r"\060", "0", [(0, 1)]),
        (r"\N{LOW LINE}\U00000061", "_a", [(0, 2)]),
        ("[]a-]+", "]-a", [(0, 3)]),
        ("(?P<n>a)(?:b|c)", "ac", [(0, 2)]),
        ("(?-i:a)", "a", [(0, 1)]),
        ("", "ab", [(0, 0), (1, 1), (2, 2)]),
    ],
)
def test_odd_spellings_mean_what_they_mean_to_re(
    pattern: str, text: str, spans: list[tuple[int, int]] | None
) -> None:
    if spans is None:
        with pytest.raises(PatternProblem):
            Search(pattern, re.RegexFlag(0))
        return
    assert [found.span() for found in re.finditer(pattern, text)] == spans
    found = Search(pattern, re.RegexFlag(0)).followed(text, lambda steps: None)
    assert [groups[:2] for groups in found] == spans


class GivenUp(Exception):
    pass


EXPLODING = (
    ("(a|aa)+$", "a" * 2000 + "b"),
    ("(a|aa)" * 60 + "$", "a" * 130 + "b"),
    ("a?" * 100 + "a" * 100, "a" * 99),
    ("(a|a)*b", "a" * 2000),
    ("(a*)*b", "a" * 2000),
    ("(?:(?:a|b)*c)*", "ab" * 9999),
    ("(.*a){20}", "a" * 9999),
    ("(a{0,20}){0,20}b", "a" * 2000),
    ("x" * 9 + "(a|b|ab)*c", "x" * 9 + "ab" * 900),
)


@pytest.mark.parametrize(("pattern", "text"), EXPLODING)
def test_the_steps_of_a_search_are_counted_so_that_it_can_be_given_up(pattern: str, text: str) -> None:
    most = 300_000
    taken = 0

    def spend(steps: int) -> None:
        nonlocal taken
        taken += steps
        if taken > most:
            raise GivenUp

    try:
        list(Search(pattern, re.RegexFlag(0)).matches(text, spend))
    except GivenUp:
        assert taken < most + 100_000


@pytest.mark.parametrize("pattern", ["a*b*", "(a|b)*", "(a|b)(c|d)", "(a?){2}", "(?:a|b)?c+"])
def test_a_search_that_must_choose_more_than_once_is_never_left_to_re(pattern: str) -> None:
    search = Search(pattern, re.RegexFlag(0))
    search.quick = None  # type: ignore[assignment]
    assert list(search.matches("ab", lambda steps: None)) is not None


@pytest.mark.parametrize("pattern", ["abc", "a+", "[ab]*c", "(a|b)c", "(?:a?)b"])
def test_a_search_that_chooses_once_is_left_to_re(pattern: str) -> None:
    search = Search(pattern, re.RegexFlag(0))
    search.program = None  # type: ignore[assignment]
    assert list(search.matches("ab", lambda steps: None)) is not None

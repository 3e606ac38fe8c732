"""Durations are read to seconds and written back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.syntax.durations import PATTERN, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("30s", 30.0), ("10m", 600.0), ("1.5h", 5400.0), ("1d", 86400.0), ("0s", 0.0)],
)
def test_a_number_with_a_unit_is_a_duration(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "30", "s", "-1s", "1 s", "1s ", "1S", "1m30s", "1.s", ".5s", "1e3s", "१s", "1s\n", "9" * 13 + "s"],
)
def test_anything_else_is_none(text: str) -> None:
    assert parse_duration(text) is None


@given(st.from_regex(re.compile(PATTERN), fullmatch=True))
def test_what_the_pattern_takes_is_a_duration_of_finite_length(text: str) -> None:
    seconds = parse_duration(text)
    assert seconds is not None and 0 <= seconds < 1e18


@given(st.integers(0, 10**7).map(lambda n: n / 1000))
def test_a_written_duration_reads_back(seconds: float) -> None:
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds, rel=1e-9)

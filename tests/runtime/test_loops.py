"""What loops and matches are given."""

from __future__ import annotations

from typing import Any

import pytest

from turbo_yaml.errors import FlowError, LimitError
from turbo_yaml.runtime.loops import count, label, labels, loop_limit, looped, rounds


def test_lists_maps_and_ranges_have_rounds() -> None:
    assert list(rounds([1, 2])) == [1, 2]
    assert list(rounds({"a": 1})) == ["a"]
    assert list(rounds(range(3))) == [0, 1, 2]
    assert list(rounds(iter([1]))) == [1]
    assert list(rounds({"a": 1}.items(), 2)) == [("a", 1)]


@pytest.mark.parametrize("value", ["text", 3, None, True])
def test_what_has_no_items_has_no_rounds(value: Any) -> None:
    with pytest.raises(FlowError, match="goes through a list") as caught:
        list(rounds(value))
    assert caught.value.kind == "type"


@pytest.mark.parametrize("item", ["ab", [1], [1, 2, 3], 5])
def test_an_item_that_cannot_be_taken_apart_is_named(item: Any) -> None:
    with pytest.raises(FlowError, match="apart into 2"):
        list(rounds([[1, 2], item], 2))


def test_more_rounds_than_the_limit_are_refused_before_or_when_they_come() -> None:
    with pytest.raises(LimitError):
        rounds(range(1_000_001))
    with pytest.raises(LimitError):
        for _ in rounds(iter(range(1_000_001))):
            pass


def test_loop_tells_where_it_is() -> None:
    seen = [
        [loop.member(name) for name in ("index", "index0", "first", "last", "length", "revindex")] + [item]
        for loop, item in looped(["a", "b"])
    ]
    assert seen == [[1, 0, True, False, 2, 2, "a"], [2, 1, False, True, 2, 1, "b"]]
    assert [item for _, item in looped([[1, 2]], 2)] == [[1, 2]]


@pytest.mark.parametrize("value", [0, -1, True, "3", 2.5, None, [], float("inf")])
def test_a_limit_that_is_no_number_from_one_is_refused(value: Any) -> None:
    with pytest.raises(FlowError, match="whole number above zero"):
        count(value)


def test_a_limit_is_a_whole_number_and_never_above_the_bound() -> None:
    assert (count(3), count(3.0), count(10**9)) == (3, 3, 1_000_000)


def test_the_error_of_a_loop_at_its_limit_names_the_number() -> None:
    problem = loop_limit(5)
    assert problem.kind == "loop_limit" and "5 rounds" in problem.message


def test_scalars_are_labels_and_nothing_else_is() -> None:
    assert [label(value) for value in ("a", 1, 1.5, True, False, None)] == [
        "a",
        "1",
        "1.5",
        "true",
        "false",
        "null",
    ]
    for value in ([], {}):
        with pytest.raises(FlowError, match="label"):
            label(value)


def test_choices_from_a_template_are_different_labels() -> None:
    assert labels(["a", 2]) == ("a", "2")
    for value in ("ab", [], ["a", "a"], [["a"]], None):
        with pytest.raises(FlowError):
            labels(value)

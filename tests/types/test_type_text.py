"""Text from people, read by the type that it is for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.errors import UsageError
from turbo_yaml.types.text import read_answer, read_text

TEXTS = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "string"}, "0123", "0123"),
        ({"type": "string"}, " yes ", " yes "),
        ({"type": ["string", "null"]}, "null", "null"),
        ({}, "5", "5"),
        ({}, '{"a": 1}', '{"a": 1}'),
        ({"type": "integer"}, "42", 42),
        ({"type": "integer"}, " -7\n", -7),
        ({"type": "integer"}, "0123", 123),
        ({"type": "number"}, "3", 3),
        ({"type": "number"}, "1.50", 1.5),
        ({"type": "number"}, "1e3", 1000.0),
        ({"type": "boolean"}, "Yes", True),
        ({"type": "boolean"}, "0", False),
        ({"type": "null"}, "null", None),
        ({"type": ["integer", "null"]}, "null", None),
        ({"type": ["integer", "null"]}, "3", 3),
        ({"anyOf": [{"type": "boolean"}, {"type": "integer"}]}, "12", 12),
        (TEXTS, '["a", "b"]', ["a", "b"]),
        (TEXTS, "[a, b]", ["a", "b"]),
        (TEXTS, "- a\n- b\n", ["a", "b"]),
        ({"type": "object"}, "{a: 1, b: [x]}", {"a": 1, "b": ["x"]}),
        ({"type": "object", "properties": {"n": {"default": 3}}}, "{}", {"n": 3}),
        ({"enum": ["warm", "3", 3, None]}, "3", "3"),
        ({"enum": ["warm", 3, None]}, "3", 3),
        ({"enum": ["warm", True]}, "yes", True),
        ({"const": 3}, "3", 3),
        ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}, "3", 3),
    ],
)
def test_text_is_read_by_the_type(schema: Any, text: str, value: Any) -> None:
    read = read_text(schema, text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("schema", "text", "message", "hint"),
    [
        ({"type": "integer"}, "three", 'age: "three" is not an integer', "for example `42`"),
        ({"type": "integer"}, "1.5", 'age: "1.5" is not an integer', "for example `42`"),
        ({"type": "integer"}, "", 'age: "" is not an integer', "for example `42`"),
        ({"type": "integer"}, "9" * 5000, "is not an integer", "for example `42`"),
        ({"type": "number"}, "1e999", 'age: "1e999" is not a number', "for example `0.5`"),
        ({"type": "number"}, "nan", 'age: "nan" is not a number', "for example `0.5`"),
        ({"type": "boolean"}, "maybe", 'age: "maybe" is not true or false', "for example `true`"),
        (TEXTS, "a,b", 'age: "a,b" is not a list', 'for example `["a", "b"]`'),
        (TEXTS, "[012]", 'age: "[012]" is not a list', 'for example `["a", "b"]`'),
        (TEXTS, "[" * 50_000, "is not a list", 'for example `["a", "b"]`'),
        (
            {"type": ["integer", "null"]},
            "x",
            'age: "x" is not an integer or null',
            "for example `42` or `null`",
        ),
        (TEXTS, "[1]", "age[0]: 1 is a number, not text", None),
        ({"type": "integer", "minimum": 5}, "3", "age: 3 is less than 5", None),
        ({"enum": ["warm", 3]}, "cold", 'age: "cold" is not `warm` or `3`', None),
    ],
)
def test_text_that_does_not_fit_says_what_was_wanted(
    schema: Any, text: str, message: str, hint: str | None
) -> None:
    with pytest.raises(UsageError) as caught:
        read_text(schema, text, "age")
    assert message in caught.value.message
    assert caught.value.hint == hint


@given(st.text())
def test_text_for_text_is_never_changed(text: str) -> None:
    assert read_text({"type": "string"}, text) == text


@pytest.mark.parametrize(
    ("text", "choices", "label"),
    [
        ("Yes", ["Yes", "No"], "Yes"),
        (" yes ", ["Yes", "No"], "Yes"),
        ("2", ["Yes", "No"], "No"),
        ("2", ["1", "2", "3"], "2"),
        ("no", ["No", "NO", "no"], "no"),
    ],
)
def test_an_answer_is_a_label_in_any_case_or_its_number(text: str, choices: list[str], label: str) -> None:
    assert read_answer(text, choices=choices) == label


@pytest.mark.parametrize("text", ["maybe", "3", "0", "", "-1"])
def test_an_answer_that_is_no_choice_names_the_choices(text: str) -> None:
    with pytest.raises(UsageError, match="is not `Yes` or `No`"):
        read_answer(text, choices=["Yes", "No"])


def test_two_labels_of_one_spelling_are_told_apart_or_refused() -> None:
    assert read_answer("YES", choices=["yes", "YES"]) == "YES"
    with pytest.raises(UsageError):
        read_answer("Yes", choices=["yes", "YES"])


def test_no_answer_is_the_default_where_there_is_one() -> None:
    assert read_answer(" \n", schema={"type": "integer"}, default=3) == 3
    assert read_answer("", default=None) is None
    assert read_answer("") == ""


def test_an_answer_is_read_by_its_type() -> None:
    assert read_answer("5", schema={"type": "integer"}) == 5
    assert read_answer("20", choices=["10", "20"], schema={"type": "integer"}) == 20
    assert read_answer(" as it is ") == " as it is "

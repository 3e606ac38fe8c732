"""What models write, read as the data that was asked of them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.types.type_strategies import values
from turbo_yaml.types.reply import read_choice, read_reply

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "mood": {"default": "calm"}},
    "required": ["name"],
    "additionalProperties": False,
}
ADA = {"name": "Ada", "mood": "calm"}
WHOLE, TEXT = {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Ada"}',
        ' \n{"name": "Ada"}\n ',
        '```json\n{"name": "Ada"}\n```',
        'Sure, here it is:\n\n```\n{"name": "Ada"}\n```\nAnything else?',
        '  ```json\n  {"name": "Ada"}\n  ```',
        '~~~json\n{"name": "Ada"}\n~~~',
        '```json\n{"name": "Ada"}',
        '```{"name": "Ada"}```',
        'The person is {"name": "Ada"}, I think.',
        'As [1] and {x} say: {"name": "Ada"} and {"name": "Bob"}.',
        '```json\n{"nam": 1}\n```\nNo, rather:\n```json\n{"name": "Ada"}\n```',
        '<think>{"name": "Bob"}?</think>\n{"name": "Ada"}',
        '{"name": "Ada", "age": null}',
        '\ufeff{"name": "Ada"}',
    ],
)
def test_the_object_is_found_wherever_it_is(text: str) -> None:
    assert read_reply(PERSON, text) == (ADA, [])


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (WHOLE, "4", 4),
        (WHOLE, '{"value": 4.0}', 4),
        (WHOLE, '```json\n{"value": 4}\n```', 4),
        (TEXT, "Dear Ada,\n\nyours.", "Dear Ada,\n\nyours."),
        (TEXT, '"Ada"', "Ada"),
        (TEXT, '{"value": "Ada"}', "Ada"),
        (TEXT, 'Use {"a": 1} here.', 'Use {"a": 1} here.'),
        ({"type": "array"}, "[1, 2]", [1, 2]),
        ({"type": "array"}, '{"value": [1]}', [1]),
        ({"enum": ["spam", "ham"]}, "**Spam**.", "spam"),
        ({"enum": ["spam", "ham"]}, '{"value": "ham"}', "ham"),
        ({"type": "object"}, '{"value": 1}', {"value": 1}),
        ({}, '{"value": 1}', 1),
        ({"type": ["object", "null"]}, "null", None),
        ({"type": "boolean"}, "true", True),
    ],
)
def test_values_that_are_no_objects_come_bare_or_wrapped(schema: Any, text: str, value: Any) -> None:
    read, found = read_reply(schema, text)
    assert (read, type(read), found) == (value, type(value), [])


@pytest.mark.parametrize(
    ("schema", "text", "message"),
    [
        (PERSON, "I cannot do that.", "there is no JSON in the reply"),
        (PERSON, "", "the reply is empty, and JSON was asked for"),
        (PERSON, "<think>hm</think>", "the reply is empty, and JSON was asked for"),
        (
            PERSON,
            '{"name": "Ada"',
            "the reply is not JSON: expecting ',' delimiter at line 1, column 15",
        ),
        (PERSON, '{"name": NaN}', "the reply is not JSON: JSON has no NaN"),
        (PERSON, '{"age": "x"}', "name is missing"),
        (PERSON, "[" * 100_000, "the reply is not JSON: it is nested too deeply"),
        (PERSON, '{"name": "\\ud800"}', "half a character"),
        (WHOLE, "The answer is 4.", "there is no JSON in the reply"),
        (TEXT, '{"value": 5}', "5 is a number, not text"),
        ({"type": "array"}, "[" * 150 + "]" * 150, "nested deeper than 100"),
        ({"enum": ["a", "b"]}, "it is not a", '"it is not a"'),
    ],
)
def test_a_reply_without_the_data_is_a_problem_and_never_a_value(
    schema: Any, text: str, message: str
) -> None:
    value, found = read_reply(schema, text)
    assert value is None
    assert message in found[0].message


@settings(max_examples=60, deadline=None)
@given(values, st.text(alphabet='ab{}[]"\\`\n ', max_size=12), st.text(alphabet='ab{}[]"\\`\n ', max_size=12))
def test_a_reply_of_any_shape_is_data_or_problems_and_never_both(value: Any, before: str, after: str) -> None:
    for schema in (PERSON, {"type": "array"}, WHOLE, {}):
        read, found = read_reply(schema, f"{before}{json.dumps(value)}{after}")
        assert read is None or found == []


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=3), values, max_size=3), st.text(alphabet="ab .:\n", max_size=9))
def test_an_object_in_prose_without_brackets_is_read_whole(value: dict[str, Any], prose: str) -> None:
    assert read_reply({"type": "object"}, f"{prose}{json.dumps(value)}{prose}") == (value, [])


@pytest.mark.parametrize(
    "part", ["[a", "[", '["', '{"a":', "[1,", "[1]", '["\\"', "[ ", "```\n", "`", "<think>", '{"a" ']
)
def test_hostile_replies_take_time_with_their_length_only(part: str) -> None:
    text = part * (200_000 // len(part))
    before = time.process_time()
    assert read_reply(PERSON, text)[0] is None
    assert time.process_time() - before < 3


@pytest.mark.parametrize(
    ("choices", "text", "label"),
    [
        (["spam", "ham"], "spam", "spam"),
        (["spam", "ham"], " Spam.\n", "spam"),
        (["spam", "ham"], '"ham"', "ham"),
        (["spam", "ham"], "**ham**", "ham"),
        (["spam", "ham"], '{"choice": "ham"}', "ham"),
        (["spam", "ham"], '```json\n{"value": "ham"}\n```', "ham"),
        (["spam", "ham"], "<think>spam?</think>ham", "ham"),
        (["Yes", "yes"], "yes", "yes"),
        (["C", "C++"], "c++", "C++"),
        (["1", "2"], "2", "2"),
        (["true", "false"], "true", "true"),
        (["not sure", "sure"], "Not  sure!", "not sure"),
        (["high (3)", "low (1)"], "High (3)", "high (3)"),
    ],
)
def test_a_choice_is_read_without_its_dress(choices: list[str], text: str, label: str) -> None:
    assert read_choice(choices, text) == (label, [])


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        (["spam", "ham"], "It is not spam."),
        (["spam", "ham"], "spam or ham"),
        (["spam", "ham"], '["spam", "ham"]'),
        (["spam", "ham"], '{"value": "eggs"}'),
        (["spam", "ham"], ""),
        (["Yes", "yes"], "YES"),
        (["a.", "a!"], "a"),
    ],
)
def test_what_is_no_label_or_two_is_no_choice(choices: list[str], text: str) -> None:
    label, (found,) = read_choice(choices, text)
    assert label is None
    assert found.rule == "choices" and f"`{choices[0]}`" in found.message

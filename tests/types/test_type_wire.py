"""The schemas that servers are sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from tests.types.type_strategies import schemas, values
from turbo_yaml.types.reply import read_reply
from turbo_yaml.types.validation import problems
from turbo_yaml.types.wire import choice_schema, strict_schema, wire_schema

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}, "age": {"type": "integer"}},
    "required": ["name"],
    "additionalProperties": False,
}


def test_an_object_is_sent_as_it_is() -> None:
    assert wire_schema(PERSON) == (PERSON, False)


def test_anything_else_is_sent_as_the_value_of_an_object() -> None:
    wrapped, is_wrapped = wire_schema({"type": "integer"})
    assert is_wrapped
    assert wrapped == {
        "type": "object",
        "properties": {"value": {"type": "integer"}},
        "required": ["value"],
        "additionalProperties": False,
    }


@settings(max_examples=60, deadline=None)
@given(schemas(), values)
def test_the_wrapped_schema_takes_what_the_schema_takes(schema: Any, value: Any) -> None:
    wire, wrapped = wire_schema(schema)
    sent = {"value": value} if wrapped else value
    assert (problems(wire, sent) == []) == (problems(schema, value) == [])


@pytest.mark.parametrize(
    "ref",
    [{"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}, {"items": {"$ref": "#"}, "type": "array"}],
)
def test_references_hold_inside_the_wrapper(ref: dict[str, Any]) -> None:
    wire, wrapped = wire_schema(ref)
    assert wrapped
    Draft202012Validator.check_schema(wire)
    assert problems(wire, {"value": "x"}) != []


@settings(max_examples=60, deadline=None)
@given(schemas())
def test_a_strict_schema_is_closed_and_requires_every_field(schema: Any) -> None:
    strict = strict_schema(wire_schema(schema)[0])
    waiting = [strict]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(part.get("properties"), dict) and part.get("type") == "object":
                assert part["required"] == list(part["properties"])
                assert part["additionalProperties"] is False
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def test_a_field_that_may_be_left_out_may_be_null_in_strict_mode_and_is_left_out_again() -> None:
    strict = strict_schema(PERSON)
    assert strict is not None
    assert strict["required"] == ["name", "age"]
    assert strict["properties"] == {"name": {"type": "string"}, "age": {"type": ["integer", "null"]}}
    reply = {"name": "Ada", "age": None}
    assert problems(strict, reply) == []
    assert read_reply(PERSON, json.dumps(reply)) == ({"name": "Ada"}, [])


def test_labels_that_may_be_left_out_stay_labels() -> None:
    strict = strict_schema(
        {"type": "object", "properties": {"tone": {"enum": ["a"]}}, "additionalProperties": False}
    )
    assert strict is not None
    assert strict["properties"]["tone"] == {"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "null"}]}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False},
        {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {"type": "array"}}, "additionalProperties": False},
        {"type": "object", "properties": {"a": {"prefixItems": [True]}}, "additionalProperties": False},
    ],
)
def test_what_strict_mode_cannot_say_has_no_strict_schema(schema: dict[str, Any]) -> None:
    assert strict_schema(schema) is None


def test_a_choice_is_text_of_some_labels() -> None:
    wire, wrapped = wire_schema(choice_schema(["spam", "ham"]))
    assert wrapped
    assert strict_schema(wire) == wire
    assert problems(wire, {"value": "ham"}) == [] != problems(wire, {"value": "eggs"})

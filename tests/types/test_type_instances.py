"""The smallest data of a type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.types.type_strategies import schemas, values
from turbo_yaml.errors import UsageError
from turbo_yaml.types.instances import minimal_instance
from turbo_yaml.types.schema.keywords import TYPE_NAMES
from turbo_yaml.types.validation import problems


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, None),
        ({"type": "string"}, ""),
        ({"type": "string", "minLength": 3}, "aaa"),
        ({"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"}, "AA-0"),
        ({"type": "string", "format": "date"}, "2000-01-01"),
        ({"enum": ["warm", "dry"]}, "warm"),
        ({"enum": [1, "a"], "type": "string"}, "a"),
        ({"const": {"a": [1]}}, {"a": [1]}),
        ({"type": "integer"}, 0),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "exclusiveMaximum": 0}, -1),
        ({"type": "integer", "minimum": 3, "multipleOf": 5}, 5),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"type": "boolean"}, False),
        ({"type": ["null", "string"]}, None),
        ({"type": "array", "items": {"type": "string"}}, []),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True}, [0, 1, 2]),
        ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a"]}, {"a": 0}),
        ({"required": ["x"], "additionalProperties": {"type": "string"}}, {"x": ""}),
        (
            {"type": "object", "minProperties": 2, "properties": {"a": {"type": "null"}}},
            {"a": None, "key1": None},
        ),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, ""),
        ({"anyOf": [False, {"type": "integer"}]}, 0),
        ({"allOf": [{"type": "integer"}, {"minimum": 7}]}, 7),
        ({"properties": {"n": {"type": "integer", "minimum": 3}}, "required": ["n"]}, {"n": 3}),
        ({"items": {"type": "integer", "minimum": 3}, "minItems": 2}, [3, 3]),
        (
            {"properties": {"n": {"not": {"const": 0}, "type": "integer", "maximum": 1}}, "required": ["n"]},
            {"n": 1},
        ),
        ({"oneOf": [{"type": "integer"}, {"type": "integer", "minimum": 0}]}, -1),
        ({"not": {"type": "null"}}, False),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "integer", "minimum": 2}}}, 2),
    ],
)
def test_the_smallest_value_is_found(schema: Any, value: Any) -> None:
    assert minimal_instance(schema) == value


def test_a_type_that_recurs_ends_as_soon_as_it_can() -> None:
    chain = {
        "$defs": {
            "link": {
                "type": "object",
                "properties": {"next": {"anyOf": [{"$ref": "#/$defs/link"}, {"type": "null"}]}},
                "required": ["next"],
            }
        },
        "$ref": "#/$defs/link",
    }
    assert minimal_instance(chain) == {"next": None}


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "string", "minLength": 10**9},
    ],
)
def test_a_type_without_values_is_said_to_have_none(schema: Any) -> None:
    with pytest.raises(UsageError, match="no value was found"):
        minimal_instance(schema)


@settings(max_examples=120, deadline=None)
@given(schemas(beyond=True), values)
def test_a_minimal_instance_fits_and_is_always_the_same(schema: Any, witness: Any) -> None:
    try:
        value = minimal_instance(schema)
    except UsageError:
        return
    assert problems(schema, value) == []
    assert minimal_instance(schema) == value


@settings(max_examples=80, deadline=None)
@given(values)
def test_a_value_that_is_spelt_out_is_its_own_instance(value: Any) -> None:
    assert minimal_instance({"const": value}) == value
    fields = {"type": "object", "properties": {"v": {"enum": [value]}}, "required": ["v"]}
    assert minimal_instance(fields) == {"v": value}


_bounded = st.one_of(
    st.integers(-9, 9).map(lambda low: {"type": "integer", "minimum": low, "maximum": low + 2}),
    st.integers(-9, 9).map(
        lambda low: {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + 1}
    ),
    st.integers(2, 9).map(lambda step: {"type": "integer", "minimum": 1, "multipleOf": step}),
    st.integers(0, 9).map(lambda size: {"type": "string", "minLength": size, "pattern": "^[b-d]*$"}),
    st.integers(1, 4).map(lambda size: {"type": "array", "minItems": size, "items": {"const": size}}),
    st.integers(1, 4).map(lambda size: {"uniqueItems": True, "minItems": size, "items": {"type": "string"}}),
)
_shorthand: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.sampled_from([{}, *({"type": name} for name in TYPE_NAMES)]),
        st.lists(values, min_size=1, max_size=3).map(lambda labels: {"enum": labels}),
        _bounded,
    ),
    lambda inner: st.one_of(
        inner.map(lambda items: {"type": "array", "items": items, "minItems": 1}),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(
            lambda fields: {
                "type": "object",
                "properties": fields,
                "required": list(fields),
                "additionalProperties": False,
            }
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(_shorthand)
def test_every_type_that_does_not_contradict_itself_has_an_instance(schema: Any) -> None:
    assert problems(schema, minimal_instance(schema)) == []


def test_instances_do_not_share_their_parts() -> None:
    schema = {"const": {"a": [1]}}
    minimal_instance(schema)["a"].append(2)
    assert minimal_instance(schema) == {"a": [1]}

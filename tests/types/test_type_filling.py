"""Values filled in by their type, and what can be told of a type without a value."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings

from tests.types.type_strategies import schemas, values
from turbo_yaml.types import Kind, static_kind
from turbo_yaml.types.filling import fill
from turbo_yaml.types.validation import problems


@pytest.mark.parametrize(
    ("schema", "value", "full"),
    [
        ({"properties": {"a": {"default": 1}}}, {}, {"a": 1}),
        ({"properties": {"a": {"default": 1}}}, {"a": None}, {"a": None}),
        ({"properties": {"a": {"default": {}, "properties": {"b": {"default": 2}}}}}, {}, {"a": {"b": 2}}),
        ({"items": {"properties": {"a": {"default": 1}}}}, [{}, 3], [{"a": 1}, 3]),
        ({"additionalProperties": {"type": "integer"}}, {"x": 2.0}, {"x": 2}),
        ({"allOf": [{"properties": {"a": {"default": 1}}}]}, {}, {"a": 1}),
        ({"type": "integer"}, 3.0, 3),
        ({"type": "integer"}, 3.5, 3.5),
        ({"type": "number"}, 3.0, 3.0),
        ({"type": "integer", "enum": [1, 2]}, 1.0, 1),
        ({"properties": {"a": {"default": 1}}}, "text", "text"),
        ({"anyOf": [{"properties": {"a": {"default": 1}}}]}, {}, {}),
    ],
)
def test_what_a_type_says_is_filled_in(schema: Any, value: Any, full: Any) -> None:
    filled = fill(schema, value)
    assert (filled, type(filled)) == (full, type(full))


def test_types_that_recur_are_filled_in_at_every_depth() -> None:
    tree = {
        "$defs": {"t": {"properties": {"n": {"default": 0}, "kids": {"items": {"$ref": "#/$defs/t"}}}}},
        "$ref": "#/$defs/t",
    }
    assert fill(tree, {"kids": [{"kids": [{}]}]}) == {"n": 0, "kids": [{"n": 0, "kids": [{"n": 0}]}]}


def test_what_needs_nothing_is_given_back_itself() -> None:
    value = {"name": ["x"]}
    assert fill({"type": "object", "properties": {"name": {"type": "array"}}}, value) is value


def test_defaults_are_not_shared() -> None:
    schema = {"properties": {"a": {"default": []}}}
    fill(schema, {})["a"].append(1)
    assert fill(schema, {}) == {"a": []}


@settings(max_examples=100, deadline=None)
@given(schemas(), values)
def test_filling_changes_no_given_value_and_keeps_what_fits_fitting(schema: Any, value: Any) -> None:
    before = copy.deepcopy(value)
    full = fill(schema, value)
    assert value == before
    assert (problems(schema, value) == []) == (problems(schema, full) == [])
    assert fill(schema, full) == full


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["string"]}, "string"),
        ({"enum": ["a", "b"]}, "string"),
        ({"const": 3}, "integer"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, "number"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "boolean"}}}, "boolean"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "any"),
        ({"type": "null"}, "any"),
        ({"type": "object"}, "any"),
        ({"type": "array"}, "any"),
        ({"enum": ["a", 1]}, "any"),
        ({"$ref": "#/$defs/a"}, "any"),
        ({"anyOf": [{"$ref": "#"}, {"type": "string"}]}, "any"),
        ({}, "any"),
        (True, "any"),
    ],
)
def test_the_kind_of_all_values_is_told_where_there_is_one(schema: Any, kind: Kind) -> None:
    assert static_kind(schema) == kind


_EXACT = {"string": str, "integer": int, "boolean": bool}


@settings(max_examples=100, deadline=None)
@given(schemas(beyond=True), values)
def test_a_value_that_fits_has_the_kind_told_of_its_type(schema: Any, value: Any) -> None:
    kind = static_kind(schema)
    full = fill(schema, value)
    if kind in _EXACT and problems(schema, full) == []:
        assert type(full) is _EXACT[kind]

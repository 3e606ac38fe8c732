"""What a schema accepts, and the words for what it refuses."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from tests.types.type_strategies import schemas, values
from turbo_yaml.errors import UsageError
from turbo_yaml.types.validation import compile_validator, goes_beyond, problems

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name"],
    "additionalProperties": False,
}
BEYOND = {"not": {"type": "null"}}
"""Makes the library judge a schema."""


def messages(schema: Any, value: Any) -> list[str]:
    return [problem.message for problem in problems(schema, value)]


@settings(max_examples=150, deadline=None)
@given(schemas(), values)
def test_everyday_schemas_accept_what_the_library_accepts(schema: Any, value: Any) -> None:
    assert not goes_beyond(schema)
    assert (problems(schema, value) == []) == Draft202012Validator(schema).is_valid(value)


@settings(max_examples=100, deadline=None)
@given(schemas(beyond=True), values)
def test_all_schemas_accept_what_the_library_accepts(schema: Any, value: Any) -> None:
    found = problems(schema, value)
    assert (found == []) == Draft202012Validator(schema).is_valid(value)
    for problem in found:
        assert problem.pointer == "" or problem.pointer.startswith("/")
        assert problem.message.strip() and "None" not in problem.message and "dict" not in problem.message
        assert problem.rule


@pytest.mark.parametrize("beyond", [{}, BEYOND])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"name": "Ada", "age": 3}, []),
        ({"name": "Ada", "age": 3.0}, []),
        ({"name": "Ada", "age": "three"}, ['age: "three" is text, not an integer']),
        ({"name": "Ada", "age": True}, ["age: true is a boolean, not an integer"]),
        ({"name": "Ada", "age": 3.5}, ["age: 3.5 is not an integer"]),
        ({"name": "Ada", "age": -1}, ["age: -1 is less than 0"]),
        ({"name": None}, ["name: null, not text"]),
        ({}, ["name is missing"]),
        ([], ["a list, not a map"]),
    ],
)
def test_a_misfit_is_said_in_the_authors_words(beyond: Any, value: Any, expected: list[str]) -> None:
    assert messages({**PERSON, **beyond}, value) == expected


def test_a_field_that_is_nearly_one_is_suggested() -> None:
    assert messages(PERSON, {"nam": "Ada"}) == [
        "name is missing",
        "nam is not a field here; did you mean `name`?",
    ]


def test_a_label_that_is_nearly_one_is_suggested() -> None:
    assert messages({"enum": ["warm", "dry"]}, "wram") == [
        '"wram" is not `warm` or `dry`; did you mean `warm`?'
    ]


def test_a_union_of_kinds_is_said_as_one() -> None:
    nullable = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert messages(nullable, 3) == ["3 is a number, not text or null"]


@pytest.mark.parametrize("beyond", [{}, BEYOND])
def test_a_union_blames_the_form_that_the_value_was_meant_for(beyond: Any) -> None:
    schema = {"anyOf": [{"type": "string"}, PERSON], **beyond}
    assert messages(schema, {"name": 3}) == ["name: 3 is a number, not text"]


def test_places_are_pointers_and_paths() -> None:
    schema = {"properties": {"a/b": {"items": {"type": "string"}}}}
    (problem,) = problems(schema, {"a/b": ["x", 1]})
    assert problem == ("/a~1b/1", '["a/b"][1]: 1 is a number, not text', "type")


def test_a_validator_can_say_what_its_value_is_a_part_of() -> None:
    (problem,) = compile_validator({"type": "string"})(3, ("users", 0))
    assert problem[:2] == ("/users/0", "users[0]: 3 is a number, not text")


@pytest.mark.parametrize("beyond", [{}, BEYOND])
def test_only_exact_types_are_values(beyond: Any) -> None:
    class Text(str):
        pass

    assert problems({"type": "string", **beyond}, Text("a"))
    assert problems({"type": "array", **beyond}, (1, 2))


@pytest.mark.parametrize("beyond", [{}, BEYOND])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_cannot_carry_is_no_number(value: float, beyond: Any) -> None:
    assert problems({"type": "number", **beyond}, value)


@pytest.mark.parametrize("beyond", [{}, BEYOND])
def test_multiples_are_counted_in_decimals(beyond: Any) -> None:
    assert problems({"multipleOf": 0.1, **beyond}, 0.3) == []
    assert problems({"multipleOf": 0.1, **beyond}, 0.35)


@pytest.mark.parametrize("beyond", [{}, BEYOND])
def test_a_pattern_that_others_backtrack_on_is_judged_at_once(beyond: Any) -> None:
    schema = {"pattern": "^(a+)+$", **beyond}
    assert problems(schema, "a" * 5000) == []
    assert problems(schema, "a" * 5000 + "!")


def test_pattern_properties_and_closed_maps_share_the_bounded_search() -> None:
    schema = {"patternProperties": {"^(a+)+$": {"type": "string"}}, "additionalProperties": False}
    assert problems(schema, {"a" * 3000: "x"}) == []
    assert [p.rule for p in problems(schema, {"a" * 3000: 1, "a" * 3000 + "!": "x"})] == [
        "type",
        "additionalProperties",
    ]


def test_types_may_recur() -> None:
    tree = {
        "$defs": {"tree": {"type": "object", "additionalProperties": {"$ref": "#/$defs/tree"}}},
        "$ref": "#/$defs/tree",
    }
    assert problems(tree, {"a": {"b": {}}}) == []
    assert messages(tree, {"a": {"b": 1}}) == ["a.b: 1 is a number, not a map"]


@pytest.mark.parametrize("beyond", [{}, BEYOND])
def test_a_value_nested_without_end_is_refused(beyond: Any) -> None:
    value: list[Any] = []
    value.append(value)
    (problem,) = problems({"type": "array", "items": {"$ref": "#"}, **beyond}, value)
    assert problem.rule == "depth"


@pytest.mark.parametrize("beyond", [{}, BEYOND])
def test_forms_of_forms_end_in_a_problem_and_not_in_a_hang(beyond: Any) -> None:
    definitions: dict[str, Any] = {
        f"x{i}": {"anyOf": [{"$ref": f"#/$defs/x{i + 1}"}, {"$ref": f"#/$defs/x{i + 1}"}]} for i in range(40)
    }
    schema = {"$ref": "#/$defs/x0", "$defs": {**definitions, "x40": {"type": "string"}}, **beyond}
    assert [problem.rule for problem in problems(schema, 3)] == ["work"]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "strng"}, "`strng` is not a type of JSON Schema"),
        ({"properties": {"a": {"minimum": "1"}}}, "at `properties.a.minimum`"),
        ({"$ref": "https://example.com/schema"}, "`$ref` leads out of this type"),
        ({"$ref": "#/$defs/none"}, "`$ref` leads to nothing in this type"),
        ({"$ref": "#"}, "this `$ref` leads back to itself"),
        ({"pattern": "(?=a)"}, "look-around"),
        ({"items": [{"type": "string"}]}, "a schema is a map"),
        ({"default": {1, 2}}, "plain JSON data"),
    ],
)
def test_a_schema_that_cannot_be_used_is_a_usage_error(schema: Any, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        problems(schema, 1)
    assert words in caught.value.message


def test_a_host_may_use_keywords_of_its_own() -> None:
    assert problems({"type": "string", "example": "x"}, "a") == []


def test_equal_schemas_share_one_validator() -> None:
    one, other = ({"type": "string", "minLength": 7} for _ in range(2))
    assert compile_validator(one) is compile_validator(other)


def test_many_mistakes_are_cut_to_the_first() -> None:
    assert len(problems({"items": {"type": "string"}}, list(range(10_000)))) == 20


def test_everyday_types_load_neither_the_library_nor_yaml() -> None:
    code = f"""
import sys
from turbo_yaml.types.binding import compile_inputs
from turbo_yaml.types.instances import minimal_instance
from turbo_yaml.types.reply import read_reply
from turbo_yaml.types.text import read_text
from turbo_yaml.types.validation import problems
from turbo_yaml.types.wire import wire_schema
assert problems({PERSON!r}, {{"name": "x"}}) == []
assert read_text({{"type": "array"}}, "[1]") == [1]
assert not {{"jsonschema", "yaml", "jinja2", "referencing"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)

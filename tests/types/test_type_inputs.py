"""The inputs of a flow, declared and given."""

from __future__ import annotations

from collections import OrderedDict
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any

import pytest

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import UsageError
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.types import MISSING, Input
from turbo_yaml.types.binding import compile_inputs
from turbo_yaml.types.inputs import parse_inputs
from turbo_yaml.types.names import RESERVED, name_problem


def read(text: str) -> tuple[tuple[Input, ...], list[Diagnostic]]:
    source = Source("flow.yaml", text)
    node, found = parse_yaml(source)
    assert node is not None and not found
    return parse_inputs(node, source)


def declared(text: str) -> tuple[Input, ...]:
    inputs, found = read(text)
    assert found == []
    return inputs


def bound(text: str, **given: Any) -> dict[str, Any]:
    return compile_inputs(declared(text))(given)


def refusal(text: str, **given: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        bound(text, **given)
    return caught.value


def test_inputs_are_declared_with_types_defaults_and_places() -> None:
    text = (
        "user_id: integer, whose it is\ndocs: [string]\ntone?: {enum: [warm], default: warm}\nnote?: string\n"
    )
    user_id, docs, tone, note = declared(text)
    assert user_id.schema == {"type": "integer", "description": "whose it is"}
    assert (user_id.required, user_id.default, user_id.description) == (True, MISSING, "whose it is")
    assert (docs.name, docs.required) == ("docs", True)
    assert (tone.name, tone.required, tone.default) == ("tone", False, "warm")
    assert (note.required, note.default) == (False, MISSING)
    assert [text[each.span.start : each.span.end] for each in (user_id, tone)] == ["user_id", "tone"]


def test_a_default_makes_an_input_optional() -> None:
    (given,) = declared("n: {type: integer, default: 3.0}")
    assert (given.required, given.default, type(given.default)) == (False, 3, int)


def test_picoschema_keys_declare_inputs_too() -> None:
    tags, tone = declared("tags(array, the tags): string\ntone?(enum): [warm, dry]\n")
    assert (tags.name, tags.schema["type"], tags.description) == ("tags", "array", "the tags")
    assert (tone.name, tone.schema, tone.required) == ("tone", {"enum": ["warm", "dry"]}, False)


def test_trust_is_said_of_an_input_and_not_of_its_value() -> None:
    rules, any_rules, fields = declared(
        "a: {type: string, trusted: true}\nb: {trusted: true}\nc: {trusted: boolean}\n"
    )
    assert (rules.trusted, rules.schema) == (True, {"type": "string"})
    assert (any_rules.trusted, any_rules.schema) == (True, {})
    assert (fields.trusted, list(fields.schema["properties"])) == (False, ["trusted"])


@pytest.mark.parametrize("text", ["{}", "~", "null"])
def test_no_inputs_are_no_mistake(text: str) -> None:
    assert declared(text) == ()


@pytest.mark.parametrize(
    ("text", "rule", "at"),
    [
        ("[a]", "wrong-inputs", "[a]"),
        ("string", "wrong-inputs", "string"),
        ("memory: string", "reserved-name", "memory"),
        ("in: string", "reserved-name", "in"),
        ("user-id: string", "reserved-name", "user-id"),
        ("1st?: string", "reserved-name", "1st"),
        ("a: int\na?: int", "repeated-field", "a?"),
        ("a: strng", "unknown-type", "strng"),
        ("a: {type: integer, default: x}", "wrong-default", "x"),
    ],
)
def test_a_mistake_in_the_inputs_is_named_once_at_its_place(text: str, rule: str, at: str) -> None:
    _, (found,) = read(text)
    assert (found.rule, text[found.span.start : found.span.end]) == (rule, at)


def test_an_input_with_a_mistake_is_still_declared() -> None:
    inputs, _ = read("memory: string\na: strng\n")
    assert [each.name for each in inputs] == ["memory", "a"]


@pytest.mark.parametrize("name", ["user", "größe", "_private", "名前", "class", "range"])
def test_names_of_any_script_are_free(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", [*RESERVED, "_", "__x", "a-b", "1a", "", "a b", "ﬁ", "x²"])
def test_names_that_mean_or_look_like_something_else_are_refused_with_a_next_move(name: str) -> None:
    problem = name_problem(name)
    assert problem is not None and all(problem)


def test_every_input_has_a_value_when_the_flow_starts() -> None:
    text = "name: string\ntone?: {enum: [warm, dry], default: warm}\nnote?: string\n"
    assert bound(text, name="Ada") == {"name": "Ada", "tone": "warm", "note": None}


def test_null_for_what_may_be_left_out_is_leaving_it_out() -> None:
    text = "tone?: {enum: [warm], default: warm}\nnote?: string\nmay: {type: [string, 'null'], default: x}\n"
    assert bound(text, tone=None, note=None, may=None) == {"tone": "warm", "note": None, "may": None}


def test_all_mistakes_of_the_caller_are_told_at_once() -> None:
    error = refusal(
        "name: string\nage: integer\nuser: {mail: string}\n", nam="x", age="three", user={"mail": 3}
    )
    assert error.message == (
        '`name` is missing; age: "three" is text, not an integer; '
        "user.mail: 3 is a number, not text; there is no input `nam`"
    )
    assert error.hint == "did you mean `name`?"


def test_a_flow_without_inputs_says_so() -> None:
    assert refusal("{}", a=1).hint == "the flow takes no inputs"


def test_defaults_inside_are_filled_in() -> None:
    text = "o: {type: object, properties: {n: {type: integer, default: 3}, m: {type: integer}}}"
    assert bound(text, o={"m": 2.0}) == {"o": {"m": 2, "n": 3}}


def test_runs_do_not_share_a_default() -> None:
    bind = compile_inputs(declared("tags: {type: array, default: [a]}"))
    bind({})["tags"].append("b")
    assert bind({}) == {"tags": ["a"]}


def test_what_the_caller_gives_is_copied_and_never_changed() -> None:
    given = {"o": {"list": [1.0]}}
    values = compile_inputs(declared("o: {type: object, properties: {list: {items: {type: integer}}}}"))(
        given
    )
    values["o"]["list"].append(2)
    assert given == {"o": {"list": [1.0]}}
    assert values == {"o": {"list": [1, 2]}}


class Tone(str, Enum):  # noqa: UP042
    WARM = "warm"


class Number(IntEnum):
    ONE = 1


def test_likenesses_of_data_become_data_of_exact_types() -> None:
    given = {"a": (Tone.WARM, Number.ONE), "b": MappingProxyType({Tone.WARM: OrderedDict(c=1.5)})}
    value = bound("x: any", x=given)["x"]
    assert value == {"a": ["warm", 1], "b": {"warm": {"c": 1.5}}}
    assert [type(each) for each in value["a"]] == [str, int]
    assert type(next(iter(value["b"]))) is str and type(value["b"]["warm"]) is dict


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"a": object()}, "x.a: a Python `object` is not plain data"),
        ({1, 2}, "x: a Python `set` is not plain data"),
        (b"a", "x: a Python `bytes` is not plain data"),
        ([float("nan")], "x[0]: NaN is not a number that JSON can carry"),
        ({1: 2}, "x: the key 1 is not text"),
    ],
)
def test_what_is_not_data_is_refused_at_its_place(given: Any, words: str) -> None:
    assert refusal("x: any", x=given).message == words


def test_a_value_that_holds_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "holds itself" in refusal("x: any", x=endless).message

"""Every way to write a type, and the words for what is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import UsageError
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.types.notation.one_line import parse_one_line
from turbo_yaml.types.schema.keywords import schema_problems
from turbo_yaml.types.shorthand import parse_type


def read(text: str) -> tuple[dict[str, Any], list[Diagnostic]]:
    source = Source("flow.yaml", text)
    node, found = parse_yaml(source)
    assert node is not None and not found
    return parse_type(node, source)


def schema_of(text: str) -> dict[str, Any]:
    schema, found = read(text)
    assert found == []
    return schema


def finding(text: str) -> tuple[str, str, str]:
    """Return the one finding: its rule, the text it points at, its message."""
    _, (found,) = read(text)
    return found.rule, text[found.span.start : found.span.end], found.message


def closed(required: list[str] | None = None, /, **fields: Any) -> dict[str, Any]:
    names = list(fields) if required is None else required
    schema: dict[str, Any] = {"type": "object", "properties": fields}
    return {**schema, **({"required": names} if names else {}), "additionalProperties": False}


TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
TEXTS = {"type": "array", "items": TEXT}


@pytest.mark.parametrize(
    ("written", "schema"),
    [
        ("string", TEXT),
        ("integer", WHOLE),
        ("number", {"type": "number"}),
        ("boolean", {"type": "boolean"}),
        ("any", {}),
        ("null", {"type": "null"}),
        ("int", WHOLE),
        ("float", {"type": "number"}),
        ("bool", {"type": "boolean"}),
        ("str", TEXT),
        ("'string'", TEXT),
        ("string, what to write about", {"type": "string", "description": "what to write about"}),
        ("any, one, or two", {"description": "one, or two"}),
        ("[string]", TEXTS),
        ("[[int]]", {"type": "array", "items": {"type": "array", "items": WHOLE}}),
        ('["string, a tag"]', {"type": "array", "items": {"type": "string", "description": "a tag"}}),
        ("{a: integer, b?: string}", closed(["a"], a=WHOLE, b=TEXT)),
        ("{a?: int}", closed([], a=WHOLE)),
        ("{}", closed()),
        ("{a: {b: [string]}}", closed(a=closed(b=TEXTS))),
    ],
)
def test_the_shorthand_is_read(written: str, schema: dict[str, Any]) -> None:
    assert schema_of(written) == schema


@pytest.mark.parametrize(
    ("written", "schema"),
    [
        ("tags(array, the tags): string", closed(tags={**TEXTS, "description": "the tags"})),
        ("tags(array): string", closed(tags=TEXTS)),
        ("tags?(array, the (best)): string", closed([], tags={**TEXTS, "description": "the (best)"})),
        ("status(enum): [a, b]", closed(status={"enum": ["a", "b"]})),
        ("status?(enum, how): [a, 1]", closed([], status={"enum": ["a", 1], "description": "how"})),
        ("meta(object, more): {x: int}", closed(meta={**closed(x=WHOLE), "description": "more"})),
        ("(*): any", {"type": "object", "properties": {}, "additionalProperties": True}),
        ("a: int\n(*): string", {**closed(a=WHOLE), "additionalProperties": TEXT}),
    ],
)  # fmt: skip
def test_picoschema_is_read(written: str, schema: dict[str, Any]) -> None:
    assert schema_of(written) == schema


@pytest.mark.parametrize(
    ("written", "schema"),
    [
        ("{enum: [warm, dry]}", {"enum": ["warm", "dry"]}),
        ("{type: integer, minimum: 0, default: 3}", {"type": "integer", "minimum": 0, "default": 3}),
        ("{type: string}", TEXT),
        ("{type: null}", {"type": "null"}),
        ("{type: [string, null]}", {"type": ["string", "null"]}),
        ("{const: 3}", {"const": 3}),
        ("{items: {type: string}}", {"items": TEXT}),
        ("{properties: {}}", {"properties": {}}),
        ("{type: string, description: 12:30}", {"type": "string", "description": "12:30"}),
        ("{type: string, x-note: 3}", {"type": "string", "x-note": 3}),
        ("{type: object, additionalProperties: false}", {"type": "object", "additionalProperties": False}),
        ("{type: array, items: string}", TEXTS),
        ("{anyOf: [string, [int]]}", {"anyOf": [TEXT, {"type": "array", "items": WHOLE}]}),
        ("{type: string, $schema: 'https://json-schema.org/draft/2020-12/schema', $id: here}", TEXT),
    ],
)
def test_json_schema_is_taken_as_it_is(written: str, schema: dict[str, Any]) -> None:
    assert schema_of(written) == schema


@pytest.mark.parametrize(
    ("written", "schema"),
    [
        ("{title: string, description: string}", closed(title=TEXT, description=TEXT)),
        ("{items: {name: string}}", closed(items=closed(name=TEXT))),
        ("{items: [string]}", closed(items=TEXTS)),
        ("{items: string}", closed(items=TEXT)),
        ("{properties: {a: string}}", closed(properties=closed(a=TEXT))),
        ("{enum: string, name: string}", closed(enum=TEXT, name=TEXT)),
    ],
)
def test_keywords_without_a_legal_value_are_fields(written: str, schema: dict[str, Any]) -> None:
    assert schema_of(written) == schema


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("{type: string, description: string}", "{type: string, description: string}"),
        ("{a: {type: string, title: string}}", "{type: string, title: string}"),
        ("{type: int}", "int"),
    ],
)
def test_a_doubt_between_schema_and_fields_is_pointed_at(written: str, at: str) -> None:
    _, (found,) = read(written)
    assert (found.rule, found.severity) == ("ambiguous-type", "warning")
    assert written[found.span.start : found.span.end] == at


@pytest.mark.parametrize(
    "written", ["{type: string, description: A name.}", "{type: [string], default: null}"]
)
def test_where_there_is_no_doubt_nothing_is_said(written: str) -> None:
    assert not [each for each in read(written)[1] if each.rule == "ambiguous-type"]


@pytest.mark.parametrize(
    ("written", "rule", "at", "words"),
    [
        ("strng", "unknown-type", "strng", "`strng` is not a type"),
        ("{a: [integr]}", "unknown-type", "integr", "`integr` is not a type"),
        ('{a: "strng, the name"}', "unknown-type", "strng", "`strng` is not a type"),
        ("true", "unknown-type", "true", "`true` is not a type"),
        ("[]", "unknown-type", "[]", "a list type has the type of its items in it"),
        ("[a, b]", "unknown-type", "[a, b]", "one type in it, and here are 2"),
        ("{a: string, the name}", "unknown-type", "the name", "`the name` has no type"),
        ("a(list): string", "unknown-type", "list", "`(list)` is not a kind of field"),
        ("a(enum): string", "wrong-field", "string", "`(enum)` has a list of labels"),
        ("a(object): string", "wrong-field", "string", "`(object)` has a map of fields"),
        ("a)b: string", "wrong-field", "a)b", "not written as a field"),
        ("a: int\na?: string", "repeated-field", "a?", "`a` is there already"),
        ("{type: int, minimum: 0}", "unknown-type", "int", "not a type of JSON Schema"),
        ("{type: [string, strng]}", "unknown-type", "strng", "not a type of JSON Schema"),
        ("{type: string, minlength: 3}", "unknown-keyword", "minlength", "not a keyword"),
        ("{minimum: 3}", "wrong-schema", "{minimum: 3}", "does not say of what"),
        ("{default: warm}", "wrong-schema", "{default: warm}", "does not say of what"),
        ("{type: array, items: {name: string}}", "unknown-keyword", "name", "not a keyword"),
        ("{type: string, minLength: -1}", "wrong-schema", "-1", "`minLength` takes a whole number from 0"),
        ("{type: object, required: a}", "wrong-schema", "a", "`required` takes a list of names"),
        ("{type: string, pattern: '(a'}", "wrong-pattern", "'(a'", "this bracket is not closed"),
        ("{type: string, $anchor: a}", "unknown-keyword", "$anchor", "cannot be used here"),
        ("{$ref: 'other.json#/a'}", "remote-ref", "'other.json#/a'", "leads out of this type"),
        ("{$ref: '#/$defs/b'}", "unknown-ref", "'#/$defs/b'", "leads to nothing"),
        ("{$ref: '#'}", "endless-type", "'#'", "leads back to itself"),
        ("{type: integer, default: three}", "wrong-default", "three", '"three" is text, not an integer'),
        ("{items: {type: string, default: 1}}", "wrong-default", "1", "1 is a number"),
        ("{type: string, default: null}", "wrong-default", "null", "null, not text"),
        ("{type: string, enum: [a, 1]}", "wrong-schema", "1", "this label can never be"),
        ("{type: integer, minimum: 012}", "ambiguous-value", "012", "octal"),
        ("{items: {type: string, $id: x}, type: array}", "unknown-keyword", "$id", "only stand at the top"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_once_at_its_place(written: str, rule: str, at: str, words: str) -> None:
    found = [each for each in read(written)[1] if each.severity == "error"]
    assert [(each.rule, written[each.span.start : each.span.end]) for each in found] == [(rule, at)]
    assert words in found[0].message


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("strng", "did you mean `string`?"),
        ("list", "a list of texts is `[string]`"),
        ("date", "a date is `{type: string, format: date}`"),
        ("{type: int, minimum: 0}", "in JSON Schema it is `integer`"),
        ("{type: string, minlength: 3}", "did you mean `minLength`?"),
        ("{$ref: '#/$defs/prson', $defs: {person: {type: string}}}", "did you mean `#/$defs/person`?"),
        ("[a, b]", "labels to choose from are `{enum: [a, b]}`"),
    ],
)
def test_the_next_move_is_told(written: str, hint: str) -> None:
    assert read(written)[1][0].help == hint


def test_several_mistakes_are_found_at_once() -> None:
    assert [each.rule for each in read("{a: strng, b: [integr], c: {d: boolen}}")[1]] == ["unknown-type"] * 3


def test_a_broken_part_allows_any_value_and_the_rest_holds() -> None:
    assert read("{a: strng, b: int}")[0] == closed(a={}, b=WHOLE)


def test_references_start_at_the_schema_that_they_are_written_in() -> None:
    person = "{type: object, properties: {boss: {$ref: '#/$defs/p'}}, $defs: {p: {type: string}}}"
    boss = schema_of(f"{{person: {person}}}")["properties"]["person"]["properties"]["boss"]
    assert boss == {"$ref": "#/properties/person/$defs/p"}
    assert schema_of(person)["properties"]["boss"] == {"$ref": "#/$defs/p"}


_words = st.sampled_from(
    ["string", "int", "strng", "", "type", "properties", "items", "$ref", "#/a", "enum", "a?", "(*)", "1"]
)  # fmt: skip
_written = st.recursive(
    _words.map(lambda word: f'"{word}"'),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(_words, inner, max_size=3).map(
            lambda fields: "{" + ", ".join(f'"{key}": {value}' for key, value in fields.items()) + "}"
        ),
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(_written)
def test_whatever_is_written_the_schema_is_legal_and_every_span_is_in_the_text(written: str) -> None:
    schema, found = read(written)
    assert schema_problems(schema) == []
    for each in found:
        assert 0 <= each.span.start <= each.span.end <= len(written)
        assert each.message


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ("name, age int, bio: text", closed(name=TEXT, age=WHOLE, bio={**TEXT, "description": "text"})),
        ("name\nage int: years, whole", closed(name=TEXT, age={**WHOLE, "description": "years, whole"})),
        ("tags [string], note? str", closed(["tags"], tags=TEXTS, note=TEXT)),
        ('{"type": "integer"}', WHOLE),
    ],
)  # fmt: skip
def test_the_one_line_form_is_read(text: str, schema: dict[str, Any]) -> None:
    assert parse_one_line(text) == schema


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the type is empty"),
        ("a integr", "`integr` in `a integr` is not a type"),
        ("a, a", "names a field twice"),
        ('{"type": ', "looks like JSON and is not"),
        ('{"type": "strng"}', "is not JSON Schema at `type`"),
    ],
)
def test_a_one_line_type_that_is_none_is_a_usage_error(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_one_line(text)
    assert words in caught.value.message

"""Scalars as text and as data."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.syntax.yaml_texts import good, read
from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping, Scalar
from turbo_yaml.syntax.scalars import data_of, read_value, slot_text


def scalar(written: str) -> Scalar:
    root = good(f"a: {written}\n")
    assert isinstance(root, Mapping)
    value = root.get("a")
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("no", "no"),
        ("12:30", "12:30"),
        ("", ""),
        ("~", "~"),
        ("' a '", " a "),
        ("|\n  x", "x"),
        ("|\n  x\n", "x"),
        ("|-\n  x\n", "x"),
        ("|+\n  x\n\n\n", "x\n\n\n"),
        (">\n  x\n  y\n", "x y"),
        ("|\n", ""),
        ('"x\\n"', "x\n"),
    ],
)
def test_a_text_slot_takes_what_is_written_less_one_line_end_of_a_block(written: str, text: str) -> None:
    assert slot_text(scalar(written)) == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None), ("nULL", "nULL"),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False),
        ("tRUE", "tRUE"),
        ("0", 0), ("-0", 0), ("+1", 1), ("-17", -17), ("12345678901234567890", 12345678901234567890),
        ("1.5", 1.5), ("-.5", -0.5), ("1.", 1.0), ("1e3", 1000.0), ("1E-3", 0.001), (".5e1", 5.0),
        ("01.5", 1.5),
        ("y", "y"), ("N", "N"), ("nope", "nope"), ("yesterday", "yesterday"), ("=", "="), ("+", "+"),
        ("--1", "--1"), ("1a", "1a"), ("1.2.3", "1.2.3"), ("0.3.1", "0.3.1"), ("30s", "30s"),
        ("1-2", "1-2"),
        ("e5", "e5"), (".", "."), ("...a", "...a"), ("_1", "_1"), ("-x", "-x"), ("2024-01", "2024-01"),
        ("'1'", "1"), ('"true"', "true"), ("'yes'", "yes"), ("|\n  1\n", "1"), ('"012"', "012"),
        ("inf", "inf"),
    ],
)  # fmt: skip
def test_a_value_slot_follows_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    read_as, problem = read_value(scalar(written))
    assert problem is None
    assert (read_as, type(read_as)) == (value, type(value))


@pytest.mark.parametrize(
    "written",
    [
        "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "012",
        "-012", "00", "08", "0o14",
        "0x1f", "-0x1F", "0b11", "1_000", "1_000.5", "12:30", "12:30:45", "-1:30", "1:30.5", "2024-01-02",
        "2024-1-2", "2024-01-02T03:04:05Z", "2024-01-02 03:04:05", ".inf", "-.INF", "+.Inf", ".nan", ".NaN",
        "123456789012345678901", "1e999", "-1e999", "9" * 400 + ".0",
    ],
)  # fmt: skip
def test_what_versions_of_yaml_read_differently_is_doubtful(written: str) -> None:
    value, problem = read_value(scalar(written))
    assert value == written
    assert problem is not None and written[:39] in problem
    assert read_value(scalar(f"'{written}'")) == (written, None)


def test_a_doubt_says_what_each_version_reads() -> None:
    assert read_value(scalar("Off")) == ("Off", "`Off` is `false` in YAML 1.1 and text in YAML 1.2")


def test_a_broken_scalar_is_nothing_without_a_problem() -> None:
    assert read_value(Scalar("", 0, 0, "broken")) == (None, None)


def test_a_tree_becomes_plain_data() -> None:
    text = "a: [1, 1.5, true, null, 'x']\nb:\n  c: |\n    d\n"
    data, found = data_of(good(text), Source("t", text))
    assert (data, found) == ({"a": [1, 1.5, True, None, "x"], "b": {"c": "d"}}, [])


def test_doubtful_data_is_reported_where_it_stands() -> None:
    text = "a: yes\nb: [012]\n"
    data, found = data_of(good(text), Source("t", text))
    assert data == {"a": "yes", "b": ["012"]}
    assert [(finding.where(), finding.rule, finding.help) for finding in found] == [
        ("t:1:4", "ambiguous-value", 'put it in quotes if it is text: `"yes"`'),
        ("t:2:5", "ambiguous-value", 'put it in quotes if it is text: `"012"`'),
    ]


def test_what_could_not_be_read_is_not_in_the_data() -> None:
    text = "a: 1\nxx\nb: {{ c }}\n"
    root, _ = read(text)
    assert root is not None
    assert data_of(root, Source("t", text)) == ({"a": 1, "b": None}, [])


def plain_text(character: str) -> bool:
    return character not in "\x7f\x85\u2028\u2029\ufeff\ufffe\uffff" and (
        character >= " " or character in "\t\n"
    )


_NUMBERS = st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]).filter(plain_text), max_size=8)
_KEYS = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=6)
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(_JSON)
def test_json_is_read_as_json_reads_it(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    root, found = read(text)
    assert found == [] and root is not None
    assert data_of(root, Source("t", text)) == (value, [])

"""The table of settings and its JSON Schema say the same."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.settings.fitting import Problem, fit, fit_setting
from turbo_yaml.settings.keys import BUILT_IN, FILE, FLOW, SENT, STEP, settings_schema
from turbo_yaml.settings.kinds import Key, Record, key_schema, schema

VALIDATOR = jsonschema.Draft202012Validator(settings_schema())
KEYS = sorted(FILE.keys)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.sampled_from([0.0, 0.5, 1.0, 2.5, -1.0, 64.0]),
    st.sampled_from(
        ["", "a", "off", "auto", "schema", "30s", "0s", "0.0ms", "1d ", "http://x", "error", "API_KEY", "9x"]
    ),
)
BELOW = st.sampled_from(
    [
        "a",
        "x-a",
        "output",
        "depth",
        "calls",
        "cost",
        "base_url",
        "api_key_env",
        "rename",
        "temperature",
        "model",
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(BELOW, inner, max_size=2),
    max_leaves=5,
)
FILES = st.dictionaries(st.sampled_from([*KEYS, "x-own", "nope"]), VALUES, max_size=3)


def problems(values: Any) -> list[Problem]:
    found: list[Problem] = []
    fit(FILE, values, found.append)
    return found


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(settings_schema())


@given(FILES)
def test_the_schema_accepts_exactly_what_the_reader_accepts(values: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(values) == (not problems(values))


@given(st.sampled_from(KEYS), VALUES)
def test_the_schema_of_one_key_accepts_exactly_what_the_reader_accepts(key: str, value: Any) -> None:
    whole = {key: value}
    assert VALIDATOR.is_valid(whole) == (not problems(whole))


def test_the_built_in_values_fit_their_own_keys_unchanged() -> None:
    assert problems(BUILT_IN) == []
    assert fit(FILE, BUILT_IN, lambda _: None) == BUILT_IN


def _rows(record: Record, path: str = "") -> list[tuple[str, Key]]:
    rows = [(path + name, key) for name, key in record.keys.items()]
    return rows + [
        row for name, key in rows if isinstance(key.kind, Record) for row in _rows(key.kind, f"{name}.")
    ]


@pytest.mark.parametrize(("name", "key"), _rows(FILE))
def test_every_key_has_one_line_of_doc_that_the_schema_shows(name: str, key: Key) -> None:
    assert key.doc.endswith(".") and "\n" not in key.doc and len(key.doc) <= 110
    assert key_schema(key)["description"] == key.doc


def test_what_may_differ_from_turn_to_turn_is_what_a_step_may_set() -> None:
    assert {name for name, key in FILE.keys.items() if key.turn} == set(STEP.keys)


def test_a_flow_may_set_all_but_what_is_the_operators() -> None:
    assert {name for name, key in FILE.keys.items() if key.operator} == set(FILE.keys) - set(FLOW.keys)
    assert {"allow", "check", "context_lengths", "prices", "profiles", "providers", "redact"} == set(
        FILE.keys
    ) - set(FLOW.keys)


def test_whatever_is_sent_is_a_setting_of_a_turn() -> None:
    assert set(SENT) <= set(STEP.keys)


def test_the_schema_of_a_record_refuses_unknown_keys_but_those_for_other_tools() -> None:
    closed = jsonschema.Draft202012Validator(schema(STEP))
    assert closed.is_valid({"x-other": 1}) and not closed.is_valid({"other": 1})


@pytest.mark.parametrize(
    ("name", "value", "typed"),
    [
        ("timeout", "30s", 30.0),
        ("stop", "x", ["x"]),
        ("max_tokens", 5.0, 5),
        ("seed", None, None),
        ("x-a", [1], [1]),
    ],
)
def test_a_value_that_came_at_run_time_is_typed(name: str, value: Any, typed: Any) -> None:
    assert fit_setting(name, value) == (typed, None)


_TOO_LONG = (
    "`timeout` is a very long number; it takes a duration such as `30s`, or a number of seconds, above zero"
)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("temperature", "0.5", "`temperature` is the text `0.5`; it takes a number from 0 to 2"),
        ("seed", float("inf"), "`seed` is the number inf; it takes a whole number"),
        ("seed", 10**400, None),
        ("max_tokens", -(10**400), "`max_tokens` is a very long number; it takes a whole number, 1 or more"),
        ("repair", 10**400, None),
        ("repair", [1], "`repair` is a list; it takes a whole number, 0 or more"),
        ("user", "sk-abcdefghijklmno12345", None),
        ("temperature", "sk-abcdefghijklmno12345", "`temperature` is text; it takes a number from 0 to 2"),
        ("temperature", "x" * 100, "`temperature` is text; it takes a number from 0 to 2"),
        ("temperature", object(), "`temperature` is of the kind `object`; it takes a number from 0 to 2"),
        ("limits", {}, "`limits` is a setting of whole runs, not of one step"),
        ("nope", 1, "`nope` is not a setting"),
        ("extra", {1: 2}, None),
        ("timeout", 10**400, _TOO_LONG),
    ],
)
def test_a_value_that_came_at_run_time_and_does_not_fit_is_told_in_one_sentence(
    name: str, value: Any, problem: str | None
) -> None:
    assert fit_setting(name, value)[1] == problem

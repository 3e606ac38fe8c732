"""The schema accepts exactly the shapes that the parser accepts.

Shape is what JSON can say: which keys stand where, and what kind of value is under each. Not shape are the
syntax of templates and expressions, what is inside a type, names that stand twice, and where `break` is.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, event, given, settings
from jsonschema import Draft202012Validator

from tests.schemas.shapes import flows, has_doubtful_type, slipped
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow.parse import parse_flow
from turbo_yaml.flow.schema import flow_schema
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml

SCHEMA = Draft202012Validator(flow_schema())
NOT_SHAPE = {
    "bad-address",
    "duplicate-id",
    "duplicate-label",
    "duplicate-name",
    "leaves-finally",
    "outside-loop",
    "repeated-setting",
    "template-in-condition",
    "template-syntax",
}


def findings(flow: Any) -> list[Diagnostic]:
    """Return what the parser says of the shape of data."""
    source = Source("flow.yaml", json.dumps(flow, ensure_ascii=False))
    tree, found = parse_yaml(source)
    assert tree is not None and not found, [one.message for one in found]
    _, problems = parse_flow(tree, source)
    return [one for one in problems if one.severity == "error" and one.rule not in NOT_SHAPE]


def objections(flow: Any) -> list[str]:
    """Return what the schema says of data."""
    return [error.message for error in SCHEMA.iter_errors(flow)]


@given(flows())
@settings(max_examples=80)
def test_both_accept_a_good_flow(flow: dict[str, Any]) -> None:
    assert not [one.message for one in findings(flow)]
    assert not objections(flow)


@given(slipped())
@settings(max_examples=200)
def test_both_say_the_same_of_a_flow_with_a_slip(flow: dict[str, Any]) -> None:
    assume(not has_doubtful_type(flow))
    told = [f"{one.rule}: {one.message}" for one in findings(flow)]
    event("refused" if told else "accepted")
    assert bool(told) == bool(objections(flow)), told or objections(flow)

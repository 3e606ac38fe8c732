"""The schemas in `schemas/`, which editors and CI read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from turbo_yaml.flow.schema import flow_schema, schema_of_tests
from turbo_yaml.flow.vocabulary import VERBS
from turbo_yaml.settings.keys import settings_schema
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.syntax.scalars import data_of

ROOT = Path(__file__).parent.parent.parent
FLOWS = sorted((ROOT / "flows").rglob("*.yaml"))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("flow.schema.json", flow_schema),
        ("settings.schema.json", settings_schema),
        ("tests.schema.json", schema_of_tests),
    ],
)
def test_the_file_is_what_the_vocabulary_says(
    name: str, make: Callable[[], dict[str, Any]], golden: Callable[[Path, str], None]
) -> None:
    golden(ROOT / "schemas" / name, json.dumps(make(), indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("make", [flow_schema, settings_schema, schema_of_tests])
def test_the_schema_is_json_schema_2020_12(make: Callable[[], dict[str, Any]]) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(make())


@pytest.mark.parametrize("make", [flow_schema, schema_of_tests])
def test_every_reference_has_a_definition(make: Callable[[], dict[str, Any]]) -> None:
    schema = make()
    names = set(schema["$defs"])
    for reference in _references(schema):
        assert reference.removeprefix("#/$defs/") in names


@pytest.mark.parametrize("make", [flow_schema, schema_of_tests])
def test_every_definition_is_used(make: Callable[[], dict[str, Any]]) -> None:
    schema = make()
    assert {one.removeprefix("#/$defs/") for one in _references(schema)} == set(schema["$defs"])


def test_every_key_of_every_step_has_a_description() -> None:
    definitions = flow_schema()["$defs"]
    for verb in VERBS:
        for name, key in definitions[f"step-{verb.name}"]["properties"].items():
            assert key["description"], (verb.name, name)


def test_every_step_has_a_snippet_with_its_required_keys() -> None:
    definitions = flow_schema()["$defs"]
    for verb in VERBS:
        (snippet,) = definitions[f"step-{verb.name}"]["defaultSnippets"]
        assert set(snippet["body"]) >= {verb.name, *verb.required}


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_a_flow_of_ours_fits_the_schema_and_names_it(path: Path) -> None:
    from jsonschema import Draft202012Validator

    text = path.read_text(encoding="utf-8")
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == ROOT / "schemas" / "flow.schema.json"
    source = Source(path.name, text)
    tree, _ = parse_yaml(source)
    assert tree is not None
    data, _ = data_of(tree, source)
    assert not [problem.message for problem in Draft202012Validator(flow_schema()).iter_errors(data)]


def _references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [name for item in part for name in _references(item)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    return own + [name for item in part.values() for name in _references(item)]

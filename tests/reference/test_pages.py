"""A flow's page: what stands in it, and that no text of the flow is more than text there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from turbo_yaml.compiler.edge import reference
from turbo_yaml.reference.markdown import code, prose, table
from turbo_yaml.reference.types import bounds, type_words

DESK = """\
turbo: 1
description: Says | things <b>.
inputs:
  id: {type: integer, minimum: 1, description: The order.}
  tone?: {enum: [warm, dry], default: warm}
  docs?: [string]
output: {reply: string, score?: integer}
settings: {model: openai/gpt-4o-mini, temperature: 0}
profiles: {cheap: {temperature: 1}}
tools:
  find: {description: Look., with: {id: integer}, returns: {total: number}, approve: ask}
flows:
  sub: {inputs: {text: string}, steps: [generate]}
steps:
  - user: "{{ id }} {{ tone }} {{ docs | length }}"
  - generate: {tools: [find]}
  - call: sub
    with: {text: a}
    as: b
  - return: {reply: "{{ b }}"}
"""


def test_a_page_tells_all_that_a_caller_needs(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(DESK, encoding="utf-8")
    page = reference(path)
    for part in (
        "# desk\n\nSays \\| things \\<b\\>.\n",
        "desk.yaml -p id …\n",
        "| `id` | `integer` | required | The order. (at least 1) |\n",
        '| `tone` | `"warm" or "dry"` | `"warm"` |  |\n',
        "| `docs` | `[string]` | `null` |  |\n",
        "## Output\n\n`{reply: string, score?: integer}`\n",
        "| `find` | given by the host | `{id: integer}` | `{total: number}` | ask | Look. |\n",
        "## The flow `sub`\n\n### Inputs\n\n| input | type | default | what it is |\n",
        "| `temperature` | `1` | `cheap` |\n",
        "- models: `openai/gpt-4o-mini`\n",
    ):
        assert part in page


def test_what_keeps_the_calls_from_being_counted_is_told_with_names_as_code() -> None:
    page = reference(Path(__file__).parents[2] / "flows" / "approval_desk.yaml")
    assert "how often the model calls `write_letter`, which asks" in page


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, "any"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"type": "array", "items": {"type": "array"}}, "[[any]]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "{(*): integer}"),
        ({"anyOf": [{"type": "string"}, {"const": 3}]}, "string or 3"),
        ({"$ref": "#/$defs/node"}, "node"),
        (True, "any"),
    ],
)
def test_a_type_is_told_as_it_is_written(schema: object, words: str) -> None:
    assert type_words(schema) == words


def test_what_a_value_must_be_is_told() -> None:
    assert bounds({"minimum": 1, "maxLength": 3}) == "at least 1, at most 3 characters"


def test_text_stays_text_in_markdown() -> None:
    assert prose("# a\n<b> [c](d) `e`") == "\\# a \\<b\\> \\[c\\](d) \\`e\\`"
    assert code("a ``b`` `") == "``` a ``b`` ` ```"
    (*_, row, _) = table(("a",), [(code("x | y"),)])
    assert re.findall(r"(?<!\\)\|", row) == ["|", "|"]

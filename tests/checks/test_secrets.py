"""Secrets: none is read into a flow's texts, and none is written out in one."""

from __future__ import annotations

import pytest

from tests.checks.checking import flow, found, pointed

KEY = "sk-proj-9f8e7d6c5b4a39281706"
TOOL = """\
tools:
  orders:
    description: Look an order up.
    http: GET https://api.example.com/orders
    headers: {X-Api-Key: HEADER}
    secret: ORDERS_KEY
"""
CALL = "- tool: orders\n  as: found\n- user: 'TEXT {{ found }}'\n- generate"


@pytest.mark.parametrize(
    ("steps", "rule", "place", "advice"),
    [
        ("- user: '{{ env.OPENAI_API_KEY }}'\n- generate", "unknown-name", "env", "input"),
        ("- user: '{{ secrets.OPENAI_API_KEY }}'\n- generate", "unknown-name", "secrets", "api_key_env"),
        ("- set: {key: '{{ os.environ.KEY }}'}\n- user: '{{ key }}'", "unknown-name", "os", "input"),
        ("- result: '{{ getenv(\"KEY\") }}'", "unknown-name", "getenv", "secret"),
        ("- user: !env KEY\n- generate", "misplaced-tag", "!env KEY", "input"),
        ("- set: {key: !env KEY}\n- user: '{{ key }}'", "misplaced-tag", "!env KEY", "input"),
        ("- remember: {keys: [a, !env KEY]}", "misplaced-tag", "!env KEY", "input"),
        ("- call: it\n  with: {a: !env KEY}\nflows: {it: {inputs: {a: any}, steps: [{result: '{{ a }}'}]}}",
         "misplaced-tag", "!env KEY", "input"),
        ("- input: Well?\n  as: a\n  default: !env KEY\n- log: '{{ a }}'",
         "misplaced-tag", "!env KEY", "input"),
    ],
)  # fmt: skip
def test_a_secret_cannot_be_read_into_a_message(steps: str, rule: str, place: str, advice: str) -> None:
    text = flow(steps).replace("\n  flows:", "\nflows:")
    assert [(one.rule, pointed(one)) for one in found(text)] == [(rule, place)]
    assert advice in (found(text)[0].help or "")


@pytest.mark.parametrize(
    "head",
    [
        "inputs: {key: {type: string, default: !env KEY}}",
        "inputs: {key?: {enum: [a, !env KEY]}}",
        "output: {key: {const: !env KEY}}",
    ],
)
def test_a_type_takes_no_tag(head: str) -> None:
    assert [(one.rule, pointed(one)) for one in found(flow("- result: a", head + "\n"))] == [
        ("misplaced-tag", "!env KEY")
    ]


def test_the_secret_of_a_tool_has_no_name_that_a_text_could_read() -> None:
    for read in ("ORDERS_KEY", "secret", "orders.secret"):
        text = flow(CALL.replace("TEXT", f"{{{{ {read} }}}}"), TOOL.replace("HEADER", "'{secret}'"))
        assert [one.rule for one in found(text)] == ["unknown-name"]


def test_a_header_is_no_template() -> None:
    [one] = found(flow(CALL, "inputs: {who: string}\n" + TOOL.replace("HEADER", "'{{ who }}'")))
    assert (one.rule, pointed(one)) == ("wrong-value", "'{{ who }}'")
    assert found(flow(CALL, TOOL.replace("HEADER", "'Key {secret}'"))) == []


@pytest.mark.parametrize(
    "text",
    [
        flow(f"- user: My key is {KEY}.\n- generate"),
        flow(f"# {KEY}\n- user: Hi.\n- generate"),
        flow(CALL, TOOL.replace("HEADER", f"Bearer {KEY}")),
        flow("- user: Look at https://joe:hunter2@example.com/x.\n- generate"),
        flow(f"- generate\ntests: [{{name: a, model: [{KEY}]}}]").replace("\n  tests:", "\ntests:"),
    ],
    ids=["message", "comment", "header", "address", "test"],
)
def test_a_key_that_is_written_out_is_told_and_not_shown(text: str) -> None:
    [one] = found(text)
    assert one.rule == "secret-in-text"
    assert set(pointed(one)) == {"*"}
    assert "hunter2" not in one.source.text and KEY not in one.source.text


def test_a_key_in_settings_is_told_once() -> None:
    text = flow("- user: Hi.\n- generate", f"settings: {{extra: {{api_key: {KEY}}}}}\n")
    assert [one.rule for one in found(text)] == ["literal-secret"]


@pytest.mark.parametrize(
    "text",
    [
        "Basic questions and bearer bonds, sk-something, task-1234567890123456789",
        "Write https://example.com:8080/a and mail@example.com",
        "postgres://{{ user }}:{{ password }}@host, sk-...",
    ],
)
def test_prose_is_no_secret(text: str) -> None:
    head = "inputs: {user: string, password: string}\n"
    steps = f"- user: {text!r}\n- log: '{{{{ user }}}} {{{{ password }}}}'\n- generate"
    assert found(flow(steps, head)) == []

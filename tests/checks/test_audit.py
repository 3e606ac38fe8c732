"""What a flow can do, and how many model calls it makes at worst."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.checks.checking import flow
from turbo_yaml.compiler.edge import audit
from turbo_yaml.errors import FlowInvalid


def audited(text: str, folder: Path) -> dict[str, Any]:
    """Return the audit of a flow file; it must be JSON data."""
    (folder / "flow.yaml").write_text(text, encoding="utf-8")
    found = audit(folder / "flow.yaml")
    assert json.loads(json.dumps(found)) == found
    return found


def calls(steps: str, folder: Path, head: str = "") -> Any:
    """Return turns and calls of some steps, or what nothing limits."""
    found = audited(flow(steps, head), folder)["calls"]
    return found["unlimited"] if "unlimited" in found else (found["turns"], found["calls"])


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- log: no", (0, 0)),
        ("- generate", (1, 3)),
        ("- generate: {retries: 0}", (1, 1)),
        ("- generate:\n  retry: 4", (1, 5)),
        ("- generate: {choices: [a, b], retries: 0}", (1, 2)),
        ("- generate: {output: integer, repair: 3}\n  retry: 1", (1, 5)),
        ("- generate: {output: integer, repair: 3}\n  retry: {times: 1, on: [invalid_output]}", (1, 8)),
        ("- generate: {retries: 0, fallback: [a, b]}", (1, 3)),
        ("- generate: {retries: 1, fallback: a, provider: [groq, xai]}", (1, 8)),
        ("- generate\n- generate", (2, 6)),
        ("- if: n > 1\n  then: [generate, generate]\n  else: [generate]", (2, 6)),
        ("- match: t\n  cases: {a: [generate], b: [generate, generate]}\n  else: []", (2, 6)),
        ("- for: x\n  in: '[1, 2, 3]'\n  do: [generate]", (3, 9)),
        ("- for: x\n  in: range(4)\n  at_once: 2\n  do: [generate]", (4, 12)),
        ("- for: x\n  in: few\n  do: [generate]", (2, 6)),
        ("- for: k, v\n  in: m | items\n  do: [{log: '{{ k }}{{ v }}'}]", (0, 0)),
        ("- while: n > 1\n  limit: 5\n  do: [generate]\n  otherwise: [generate]", (6, 18)),
        ("- while: n > 1\n  limit: '{{ small }}'\n  do: [generate]\n  otherwise: []", (7, 21)),
        ("- parallel: {a: [generate], b: [generate, generate]}", (3, 9)),
        ("- try: [generate]\n  catch: [generate]\n  finally: [generate]", (3, 9)),
        ("- for: x\n  in: range(3)\n  do:\n    - for: y\n      in: range(2)\n      do: [generate]", (6, 18)),
    ],
)
def test_calls_are_counted_as_limits_say(steps: str, expected: tuple[int, int], tmp_path: Path) -> None:
    head = (
        "inputs: {n: integer, t: string, small: {type: integer, maximum: 7}, m: {a: string},\n"
        "  few: {type: array, items: {type: string}, maxItems: 2}}\n"
    )
    assert calls(steps, tmp_path, head) == expected


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ("- for: x\n  in: many\n  do: [generate]", "nothing limits how many items this loop goes through"),
        ("- while: n > 1\n  limit: '{{ n }}'\n  do: [generate]", "nothing limits the `limit` of this loop"),
        (
            "- include: again",
            "`again` goes on in itself here, and nothing limits how often",
        ),
    ],
)
def test_what_nothing_limits_is_named(steps: str, reason: str, tmp_path: Path) -> None:
    head = (
        "inputs: {n: integer, many: [string]}\n"
        "flows: {again: {steps: [generate, {include: again, when: 1 > 2}]}}\n"
    )
    assert calls(steps, tmp_path, head) == reason


def test_a_loop_that_makes_no_calls_needs_no_limit(tmp_path: Path) -> None:
    assert calls(
        "- for: x\n  in: many\n  do: [{log: '{{ x }}'}]", tmp_path, "inputs: {many: [string]}\n"
    ) == (0, 0)


def test_a_budget_limits_the_calls(tmp_path: Path) -> None:
    head = "inputs: {many: [string]}\nsettings: {budget: {calls: 10}, retries: 0}\n"
    assert calls("- for: x\n  in: many\n  do: [generate]", tmp_path, head) == (10, 10)


def test_calls_of_other_flows_and_files_are_counted(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("turbo: 1\nsettings: {retries: 1}\nsteps: [generate]\n")
    head = "use: {part: ./part.yaml}\nflows: {two: {steps: [generate, generate]}}\n"
    steps = "- include: part\n- call: two\n- call: two\n  retry: 1"
    assert calls(steps, tmp_path, head) == (1 + 2 + 4, 2 + 6 + 12)


def test_an_audit_tells_models_files_hosts_questions_and_the_environment(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text("[]")
    text = """\
turbo: 1
description: Look at things.
inputs: {address: string}
settings: {model: gpt-4o-mini, user: !env CALLER}
profiles: {cheap: {model: gpt-4o-nano}}
memory: {kind: truncated, max_tokens: 1000}
data: {people: ./people.json}
tools: {find: {description: Find it.}}
steps:
  - user:
      - text: "{{ people }}"
      - image: https://example.com/a.png
      - image: ./here.png
      - image: "{{ address }}"
  - input: Which one?
    as: which
  - user: "{{ which }}"
  - generate: {model: openai/gpt-4o}
"""
    found = audited(text, tmp_path)
    assert found["description"] == "Look at things."
    assert [
        {key: entry[key] for key in entry if key in ("model", "in_profile", "line")}
        for entry in found["models"]
    ] == [
        {"model": "gpt-4o-mini", "line": 4},
        {"model": "gpt-4o-nano", "in_profile": "cheap", "line": 5},
        {"model": "openai/gpt-4o", "line": 18},
    ]
    assert [(entry["path"], entry["kind"]) for entry in found["files"]] == [
        ("./people.json", "data"), ("./here.png", "image"),
    ]  # fmt: skip
    assert [entry["host"] for entry in found["hosts"]] == [
        "api.openai.com", "example.com", "any: it is worked out in the run",
    ]  # fmt: skip
    assert [entry["name"] for entry in found["secrets"]] == ["OPENAI_API_KEY"]
    assert [entry["name"] for entry in found["environment"]] == ["CALLER"]
    assert [entry["asks"] for entry in found["questions"]] == ["Which one?"]
    assert found["memory"] == ["truncated"]
    assert [(tool["name"], tool["kind"], tool["approve"], tool["line"]) for tool in found["tools"]] == [
        ("find", "function", "never", 8)
    ]
    assert found["calls"] == {"turns": 1, "calls": 3}


def test_an_audit_tells_every_model_and_server_that_may_be_asked_instead(tmp_path: Path) -> None:
    text = (
        "turbo: 1\nsettings: {provider: [groq, xai], fallback: !append [mistral/small]}\n"
        "steps: [{generate: {model: a, fallback: [together/b, c]}}]\n"
    )
    found = audited(text, tmp_path)
    named = [entry.get("model") or entry.get("provider") for entry in found["models"]]
    assert named == ["mistral/small", "groq", "xai", "a", "together/b", "c"]
    assert sorted(secret["name"] for secret in found["secrets"]) == [
        "GROQ_API_KEY", "MISTRAL_API_KEY", "TOGETHER_API_KEY", "XAI_API_KEY",
    ]  # fmt: skip
    assert {"api.groq.com", "api.x.ai", "api.mistral.ai", "api.together.xyz"} == {
        entry["host"] for entry in found["hosts"]
    }


def test_only_flows_that_can_be_reached_are_told(tmp_path: Path) -> None:
    head = "flows: {used: {steps: [generate]}, idle: {steps: [generate, generate]}}\n"
    found = audited(flow("- include: used", head), tmp_path)
    assert found["flows"] == ["flow", "used"]
    assert found["calls"] == {"turns": 1, "calls": 3}


def test_a_flow_with_mistakes_has_no_audit(tmp_path: Path) -> None:
    with pytest.raises(FlowInvalid):
        audited("turbo: 1\nsteps: [{log: '{{ nobody }}'}]\n", tmp_path)

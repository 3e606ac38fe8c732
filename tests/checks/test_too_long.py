"""Fixed text against what the memory keeps and what the model of a turn takes at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.checking import flow, found, pointed, told
from turbo_yaml.models.known.context_lengths import CONTEXT_LENGTHS, context_length
from turbo_yaml.models.known.prices import PRICES
from turbo_yaml.models.providers import PROVIDERS

HOUSE = "providers: {house: {base_url: 'http://127.0.0.1:9/v1', api_key_env: null}}\n"
LENGTHS = "context_lengths: {house/small: 300, house/*: 2000}\n"
SMALL = "settings: {model: house/small}\n"
LONG = "tea " * 400  # about 400 tokens
SHORT = "tea " * 200


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "turbo.yaml").write_text(HOUSE + LENGTHS)
    (tmp_path / "long.md").write_text(LONG)
    return tmp_path


def rules(steps: str, head: str = SMALL, root: Path | None = None) -> list[str]:
    return [one.rule for one in found(flow(steps, head), root)]


def test_a_text_that_the_model_does_not_take_is_told_with_the_turn_that_sends_it(root: Path) -> None:
    [one] = found(flow(f"- user: {LONG}\n- generate", SMALL), root)
    assert one.message == "this text is about 399 tokens, and `house/small` takes 300 at once"
    assert pointed(one) == LONG.strip()
    assert [other.source.text[slice(*other.span)] for other in one.related] == ["generate"]


def test_texts_that_are_too_long_together_are_told_at_the_turn(root: Path) -> None:
    steps = f"- user: {SHORT}\n- assistant: Yes?\n- user: {SHORT}\n- generate"
    [one] = found(flow(steps, SMALL), root)
    assert (
        one.message
        == "the texts before this turn are about 399 tokens in all, and `house/small` takes 300 at once"
    )
    assert pointed(one) == "generate"


@pytest.mark.parametrize(
    "steps",
    [
        f"- user: {SHORT}\n- generate\n- forget: all\n- user: {SHORT}\n- generate",
        f"- user: {SHORT}\n- user: {SHORT}\n  when: rich\n- generate",
        f"- if: rich\n  then: [{{user: {SHORT}}}]\n  else: [{{user: {SHORT}}}]\n- user: Well?\n- generate",
        f"- parallel: {{a: [{{user: {SHORT}}}, generate], b: [{{user: {SHORT}}}, generate]}}\n"
        "- log: '{{ [a, b] }}'",
        f"- {{user: {SHORT}, label: say}}\n- {{user: {SHORT}, label: say}}\n- generate",
        f"- user: '{{% if rich %}}{LONG}{{% endif %}}'\n- generate",
        f"- user: {LONG}\n- result: ok",
        f"- user: {LONG}\n- generate: {{model: house/large}}",
        f"- user: {LONG}\n- generate: {{model: nobody-knows}}",
        f"- user: {LONG}\n- generate: {{profile: roomy}}",
    ],
    ids=[
        "forgotten",
        "when",
        "branches",
        "forks",
        "replaced",
        "if in a text",
        "no turn",
        "larger",
        "unknown",
        "profile",
    ],
)
def test_what_is_not_surely_sent_to_a_model_that_is_known_is_let_be(steps: str, root: Path) -> None:
    head = SMALL + "profiles: {roomy: {model: house/large}}\ninputs: {rich: boolean}\n"
    assert [rule for rule in rules(steps, head, root) if rule == "oversized-message"] == []


@pytest.mark.parametrize(
    ("steps", "head"),
    [
        ("- user: 'Read: {% include \"long.md\" %}'\n- generate", SMALL),
        ("- user: 'Read: {{ manual }}'\n- generate", SMALL + "data: {manual: ./long.md}\n"),
        ("- user: '{{ manual }}'\n- generate: {model: house/small}", "data: {manual: ./long.md}\n"),
        (
            f"- user: '{{% if rich %}}{LONG}{{% else %}}{LONG}{{% endif %}}'\n- generate",
            SMALL + "inputs: {rich: boolean}\n",
        ),
        (f"- for: x\n  in: '[1, 2]'\n  do:\n    - user: '{{{{ x }}}} {LONG}'\n    - generate", SMALL),
        (f"- user: {LONG}\n- generate", "settings: {model: small, provider: house}\n"),
        (f"- user: {LONG}\n- generate: {{profile: tiny}}", "profiles: {tiny: {model: house/small}}\n"),
    ],
    ids=["included", "data", "of the step", "both branches", "loop", "provider", "profile"],
)
def test_what_a_turn_surely_sends_is_counted_wherever_it_is_written(
    steps: str, head: str, root: Path
) -> None:
    assert rules(steps, head, root) == ["oversized-message"]


def test_a_memory_that_leaves_old_messages_out_is_held_against_single_ones(root: Path) -> None:
    head = SMALL + "memory: {kind: truncated, max_tokens: 250}\n"
    assert rules(f"- user: {SHORT}\n- user: {SHORT}\n- generate", head, root) == []
    assert told(f"- user: {LONG}\n- log: hi", head, root)[0].startswith("oversized-message")


def test_the_model_of_a_local_flow_is_its_own_or_that_of_the_file(root: Path) -> None:
    inner = f"flows: {{a: {{SETTINGS steps: [{{user: {LONG}}}, generate]}}}}\n"
    own = inner.replace("SETTINGS", "settings: {model: house/large},")
    assert rules("- call: a", SMALL + own, root) == []
    assert rules("- call: a", SMALL + inner.replace("SETTINGS", ""), root) == ["oversized-message"]


def test_a_text_longer_than_a_well_known_model_takes_is_found_without_any_settings() -> None:
    text = flow("- user: " + "tea " * 9000 + "\n- generate", "settings: {model: gpt-4}\n")
    assert [one.message for one in found(text)] == [
        "this text is about 8999 tokens, and `openai/gpt-4` takes 8192 at once"
    ]
    assert found(text.replace("gpt-4", "gpt-4o")) == []


def test_own_lengths_win_and_dates_are_passed_over() -> None:
    assert context_length("openai", "gpt-4o-2024-08-06") == CONTEXT_LENGTHS["openai/gpt-4o"]
    assert context_length("openai", "gpt-4o", {"openai/*": 5}) == 5
    assert context_length("openai", "gpt-4o", {"openai/*": 5, "openai/gpt-4o": 7}) == 7
    assert context_length("openai", "gpt-99") is None


def test_every_length_is_of_a_model_of_a_known_provider_and_every_priced_model_has_one() -> None:
    assert {name.partition("/")[0] for name in CONTEXT_LENGTHS} <= set(PROVIDERS)
    assert {context_length(*name.split("/", 1)) for name in PRICES if name != "openai/gpt-4o-2024-05-13"} >= {
        8192
    }
    assert [name for name in PRICES if context_length(*name.split("/", 1)) is None] == []

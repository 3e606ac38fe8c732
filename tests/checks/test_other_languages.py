"""What hands write that know other languages: each is told with what is written here instead."""

from __future__ import annotations

import pytest

from tests.checks.checking import flow, found, pointed

HEAD = "inputs: {topic: string, xs: [string], n: integer}\n"
USES = "- log: '{{ topic }} {{ xs }} {{ n }}'\n"


@pytest.mark.parametrize(
    ("written", "place", "advice"),
    [
        ("{{ inputs.topic }}", "inputs", "did you mean `topic`?"),
        ("{{ vars['topic'] }}", "vars", "did you mean `topic`?"),
        ("{{ state.nothing }}", "state", "by their names alone"),
        ("{{ steps.draft.output }}", "steps", "`as:`"),
        ("{{ len(xs) }}", "len", "`x | length`"),
        ("{{ sorted(xs) }}", "sorted", "`x | sort`"),
        ("{{ 1 if topic == null else 2 }}", "null", "`none`"),
        ("{{ 1 if topic is null else 2 }}", "null", "`none`"),
        ("{{ xs | size }}", "size", "`length`"),
        ("{{ topic | default: 'a' }}", ":", "parentheses"),
        ("{{ n = 3 }}", "=", "`==` compares"),
        ("{% if n %}a{% end %}", "end", "`{% endif %}`"),
        ("{{ enumerate(xs) }}", "enumerate", "`loop.index`"),
    ],
)
def test_an_expression_of_another_language_is_told_with_ours(written: str, place: str, advice: str) -> None:
    [one] = found(flow(f'{USES}- user: "{written}"\n- generate', HEAD))
    assert pointed(one) == place
    assert one.help is not None and advice in one.help


@pytest.mark.parametrize(
    ("steps", "head", "place", "advice"),
    [
        ("- role: user\n  content: hi\n- generate", "", "role", "`user: …`"),
        ("- generate: {prompt: hi}", "", "prompt", "`- user: …`"),
        ("- generate: true", "", "true", "`- generate`"),
        ("- stop:\n  when: topic contains 'a'", HEAD, "contains", "`'…' in x`"),
        ("- if: n > 3:\n  then: [stop]", HEAD, ":", "below `then`"),
        ("- stop", "inputs: {a: {type: string, required: true}}\n", "true", "`?`"),
        ("- set: n = n + 1", HEAD, "n = n + 1", '`set: {n: "{{ n + 1 }}"}`'),
        ("- user: hi\n- generate", "model: gpt-4o\n", "model", "`settings: {model: …}`"),
        (
            "- call: a",
            "flows:\n  a:\n    temperature: 0\n    steps: [generate]\n",
            "temperature",
            "`settings",
        ),
        ("- generate: {choices: [a, b]}\n  as: x\n- match: x\n  a: [stop]", "", "a", "`cases: {a: […]}`"),
    ],
)
def test_a_step_of_another_language_is_told_with_ours(steps: str, head: str, place: str, advice: str) -> None:
    [one] = found(flow((USES if head == HEAD else "") + steps, head))
    assert pointed(one) == place
    assert one.help is not None and advice in one.help


def test_a_name_in_single_braces_is_told_where_the_flow_has_such_a_name() -> None:
    steps = USES + "- user: 'About {topic}: {other}, ${topic}, {\"topic\": 1}, {{ n }}'\n- generate"
    assert [f"{one.rule} {pointed(one)}" for one in found(flow(steps, HEAD))] == ["lost-brace {topic}"]
    assert found(flow(steps.replace("\n- generate", "\n  literal: true\n- generate"), HEAD)) == []


def test_a_name_of_the_flow_wins_over_one_of_another_language() -> None:
    [one] = found(flow(USES + "- user: '{{ lenn }}'\n- set: {len: 3}\n- log: '{{ len }}'", HEAD + ""))
    assert one.help is not None and "filter" not in one.help

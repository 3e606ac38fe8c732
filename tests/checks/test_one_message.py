"""One slip is told by one message, though it may upset what stands around it."""

from __future__ import annotations

import pytest

from tests.checks.checking import flow, found, pointed

TOOLS = "  tools:\n    look: {description: Look., with: {}}\n"
CALLS = "flows:\n  one:\n    inputs: {a: string}\n    steps: [{result: '{{ a }}'}]\n"

GIVES = (
    "flows:\n  one:\n    inputs: {a: string}\n    output: {n: string}\n"
    "    steps: [{log: '{{ a }}'}, {return: {n: 1}}]\n"
)


@pytest.mark.parametrize(
    ("steps", "head", "told"),
    [
        ("- for: x\n- set: {a: 1}\n  in: '[1]'\n  do: [{log: '{{ a }}{{ x }}'}]", "", "unknown-key in"),
        ("- user: |\n  Say: {{ 1 }}\n  and: {{ 2 }}\n- generate", "", "yaml-indentation Say: {{ 1 }}"),
        ('- raise "No: {{ 1 }}"', "", 'yaml-missing-colon raise "No'),
        ('- return {a: "{{ 1 }}", b: "x, y"}', "", "yaml-missing-colon return {a"),
        ("- user: hi\n  as: x\n- generate", "", "unknown-key as"),
        ("- id: a\n- user: hi\n  generate: {max_tokens: 5}", "", "two-steps generate"),
        ("- system: [1, 2]\n- generate", "", "wrong-kind 1"),
        ("- generate: {output: {type: [1, 2]}}\n  as: x\n- log: '{{ x }}'", "", "unknown-type 1"),
        ("- call: one", CALLS.replace("a: string", "a: 1"), "unknown-type 1"),
        ("- generate: {max_tokens: 5}\n  with: {a: b}\n- call: one", CALLS, "unknown-key with"),
        ("- log: '{{ a }}'", "inputs:\na: string\n", "unknown-key a"),
        ("- generate: {tools: [look]}", "tools\n  look: {description: Look.}\n", "yaml-missing-colon tools"),
        ("-user: hi\n  name: Ann\n- generate", "", "yaml-missing-space -"),
        ("- generate: {choices: [blame, praise other], forward: false}\n  as: x\n- match: x\n  cases:\n"
         "    blame: [stop]\n    praise: [stop]\n    other: [stop]", "", "unknown-case praise"),
        ("- set: {xs: []}\n- for: x\n  in: n\n  do: [{set: {xs: '{{ xs ~ [x] }}'}}]\n- return: '{{ xs }}'",
         "inputs: {n: [integer]}\noutput: [integer]\n", "changing-kind '{{ xs ~ [x] }}'"),
        ("- call: one\n  with: {a: b}\n  as: x\n- return: {n: '{{ x.n }}'}",
         "output: {n: integer}\n" + GIVES, "wrong-output {n: 1}"),
        ("- user: '{{ a }}, {{ b }}, {{ a }}'\n- log: '{{ c }}'\n- generate", "", "unknown-name a"),
        ("- log: '{{ rows[0].b }}'\n- return: {rows: '{{ rows }}'}",
         "inputs: {rows: [{a: string}]}\noutput: {rows: [{a: string, b: integer}]}\n", "unknown-field b"),
        ("- generate: {choices: [praise other, blame], forward: false}\n  as: x\n"
         "- log: hi\n  when: x == 'praise'\n- log: ho\n  when: x == 'other'",
         "", "never-equal x == 'praise'"),
        ("- generate: {max_turns: 3}\n  otherwise: [{log: enough}]", "", "missing-key max_turns"),
        ("- try:\n- try: [{log: hi}]\n  catch: [stop]", "", "missing-value try"),
        ("- call: one\n  with: {a: b}", CALLS.replace("  one:\n", ""), "wrong-kind inputs"),
        ("- set: {n: '{{ 20 if late else \"x\" }}'}\n- return: {a: '{{ n }}', b: '{{ n + 1 }}'}",
         "inputs: {late: boolean}\noutput: {a: integer, b: any}\n",
         "maybe-wrong {a: '{{ n }}', b: '{{ n + 1 }}'}"),
        ("- set: {n: 0, m: 0}\n- for: x\n  in: xs\n  do: [{set: {n: '{{ n ~ x }}'}}]\n"
         "- set: {m: '{{ n * 2 }}'}\n- log: '{{ m + 1 }}'", "inputs: {xs: [integer]}\n",
         "changing-kind '{{ n ~ x }}'"),
    ],
)  # fmt: skip
def test_a_slip_is_told_once(steps: str, head: str, told: str) -> None:
    assert [f"{one.rule} {pointed(one)}" for one in found(flow(steps, head))] == [told]


def test_names_that_a_flow_without_inputs_lacks_are_all_named_and_shown() -> None:
    [one] = found(flow("- user: '{{ a }}, {{ b }}, {{ a }}'\n- log: '{{ c }}'\n- generate"))
    assert one.message == "`a`, `b` and `c` are not defined here"
    shown = [(there.message, one.source.text[slice(*there.span)]) for there in one.related]
    assert shown == [
        ("`b` is not defined either", "b"),
        ("and here", "a"),
        ("`c` is not defined either", "c"),
    ]


def test_a_misspelt_name_beside_one_that_is_lacking_is_told_apart() -> None:
    steps = "- set: {customer: Ada}\n- user: '{{ custmer }} {{ customer }} {{ place }}'\n- generate"
    assert [pointed(one) for one in found(flow(steps))] == ["custmer", "place"]


def test_two_slips_are_told_both() -> None:
    steps = "- for: x\n  do: [{log: '{{ x }}'}]\n- user: hi\n  labl: a\n- wile: true\n- generat"
    assert [one.rule for one in found(flow(steps))] == [
        "missing-key",
        "unknown-key",
        "unknown-step",
        "unknown-step",
    ]


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{ maps | unique | list }}", "wrong-filter-value unique"),
        ("{{ maps | unique(attribute='a') | list }}", ""),
        ("{{ words | unique | list }}", ""),
        ("{{ words | select('in', n) | list }}", "wrong-filter-argument n"),
        ("{{ maps | rejectattr('a', 'in', n) | list }}", "wrong-filter-argument n"),
        ("{{ maps | selectattr('a', 'in', [n]) | list }}", ""),
    ],
)
def test_filters_that_compare_items_need_items_that_can_be_compared(template: str, told: str) -> None:
    head = "inputs: {maps: [{a: integer}], words: [string], n: integer}\n"
    steps = f"- log: '{{{{ maps }}}} {{{{ words }}}} {{{{ n }}}}'\n- log: \"{template}\""
    assert [f"{one.rule} {pointed(one)}" for one in found(flow(steps, head))] == ([told] if told else [])


def test_null_for_a_field_that_takes_none_is_a_doubt() -> None:
    head = "inputs: {late: boolean}\noutput: {back: number}\n"
    steps = "- set: {back: null}\n- set: {back: 1}\n  when: late\n- return: {back: '{{ back }}'}"
    [one] = found(flow(steps, head))
    assert one.message == "this may not be the `output` of `flow`: `back` may be null, not a number"
    assert found(flow(steps, head.replace("back: number", "back: {type: [number, 'null']}"))) == []

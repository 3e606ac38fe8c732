"""Names: where they may be unset, what is never read, what hides what."""

from __future__ import annotations

import pytest

from tests.checks.checking import flow, found, told

HEAD = "inputs: {x: boolean, y: boolean, xs: [string], n: integer, t: string}\n"
USES = "- log: '{{ x }} {{ y }} {{ xs }} {{ n }} {{ t }}'\n"


def unset(steps: str) -> list[str]:
    """Return what may be unset in some steps."""
    return [line for line in told(USES + steps, HEAD) if line.startswith("maybe-unset")]


@pytest.mark.parametrize(
    "steps",
    [
        "- if: x\n  then: [{set: {a: 1}}]\n  else: [{set: {a: 2}}]\n- log: '{{ a }}'",
        "- if: x\n  then: [{set: {a: 1}}]\n  else: [stop]\n- log: '{{ a }}'",
        "- set: {a: 1}\n- set: {a: 2}\n  when: x\n- log: '{{ a }}'",
        "- set: {a: 1}\n  when: x\n- log: '{{ a }}'\n  when: x",
        "- set: {a: 1}\n  when: x and y\n- log: '{{ a }}'\n  when: x and y",
        "- set: {a: 1}\n  when: x\n- if: not x\n  then: [stop]\n- log: '{{ a }}'",
        "- if: x\n  then: [{set: {a: 1}}]\n- if: x\n  then: [{if: y, then: [{log: '{{ a }}'}]}]",
        "- set: {a: 1}\n  when: x\n- log: '{% if x %}{{ a }}{% endif %}'",
        "- set: {a: 1}\n  when: x\n- log: '{{ a if x else 0 }}'",
        "- set: {a: 1}\n  when: x\n- log: '{{ a | default(2) }}'",
        "- set: {a: 1}\n  when: x\n- log: '{{ a if a is defined else 2 }}'",
        "- set: {a: 1}\n  when: x\n- log: '{% if a is defined %}{{ a }}{% endif %}'",
        "- set: {a: 1}\n  when: x\n- assert: a is defined\n- log: '{{ a }}'",
        "- set: {a: 1}\n  when: x\n- stop:\n  when: a is not defined\n- log: '{{ a }}'",
        "- set: {a: 1}\n  when: x\n- log: '{{ a }}'\n  when: a | default(false)",
        "- set: {a: 1}\n  when: x\n- if: a is defined and a > 0\n  then: [{log: '{{ a }}'}]",
        "- for: e\n  in: '[1, 2]'\n  do: [{set: {a: '{{ e }}'}}]\n- log: '{{ a }}'",
        "- for: e\n  in: range(3)\n  do: [{set: {a: '{{ e }}'}}]\n- log: '{{ a }} {{ e }}'",
        "- set: {go: true}\n- while: go\n  limit: 3\n  do: [{set: {a: 1, go: false}}]\n- log: '{{ a }}'",
        "- set: {s: ''}\n- while: s != 'x'\n  limit: 3\n  do: [{input: q, as: s}, {set: {a: 1}}]\n"
        "- log: '{{ a }}'",
        "- try: [{set: {a: 1}}]\n  catch: [{set: {a: 2}}]\n- log: '{{ a }}'",
        "- try: [generate]\n  finally: [{set: {a: 2}}]\n- log: '{{ a }}'",
        "- match: t\n  cases: {p: [{set: {a: 1}}]}\n  else: [{set: {a: 2}}]\n- log: '{{ a }}'",
        "- match: t\n  cases: {p: [{set: {a: 1}}], q: [{set: {a: 2}}]}\n- log: '{{ a }}'",
        "- for: e\n  in: xs\n  do:\n    - set: {a: 1}\n    - break:\n      when: x\n    - log: '{{ a }}'",
    ],
)
def test_a_name_that_every_path_to_it_has_set_is_no_matter(steps: str) -> None:
    assert unset(steps) == []


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ("- set: {a: 1}\n  when: x\n- log: '{{ a }}'", "x"),
        ("- if: x\n  then: [{set: {a: 1}}]\n- log: '{{ a }}'", "x"),
        ("- if: x\n  then: [generate]\n  else: [{set: {a: 1}}]\n- log: '{{ a }}'", "x"),
        ("- set: {a: 1}\n  when: x\n- log: '{{ a }}'\n  when: y", "x"),
        ("- set: {a: 1}\n  when: n > 1\n- set: {n: 2}\n- log: '{{ a }}'\n  when: n > 1", "n > 1"),
        ("- for: e\n  in: xs\n  do: [{set: {a: '{{ e }}'}}]\n- log: '{{ a }}'", "xs"),
        ("- while: n > 3\n  limit: 3\n  do: [{set: {a: 1, n: 0}}]\n- log: '{{ a }}'", "n > 3"),
        ("- try: [generate, {set: {a: 1}}]\n  catch: [{log: no}]\n- log: '{{ a }}'", "try"),
        ("- match: t\n  cases: {p: [{set: {a: 1}}]}\n  else: [generate]\n- log: '{{ a }}'", "match"),
        ("- match: t\n  cases: {p: [{set: {a: 1}}], q: [generate]}\n- log: '{{ a }}'", "q"),
        (
            "- for: e\n  in: xs\n  do:\n    - log: '{{ a }}'\n      when: not loop.first\n    - set: {a: 1}",
            "xs",
        ),
        ("- log: '{% if x %}{% set a = 1 %}{% endif %}{{ a }}'", "x"),
        ("- set: {a: 1}\n  when: x\n- stop:\n  when: a is defined and y\n- log: '{{ a }}'", "x"),
        ("- set: {a: 1}\n  when: x\n- if: a is defined or y\n  then: [{log: '{{ a }}'}]", "x"),
        ("- set: {a: 1}\n  when: x\n- log: '{{ a }}'\n  when: a | default(2)", "x"),
        ("- set: {a: 1}\n  when: memory.k is defined\n- log: '{{ a }}'\n  when: memory.k is defined",
         "memory.k is defined"),
    ],
)  # fmt: skip
def test_a_name_that_a_path_leaves_unset_is_told_with_that_path(steps: str, why: str) -> None:
    only = [one for one in found(flow(USES + steps, HEAD)) if one.rule == "maybe-unset"]
    assert [one.source.text[one.span.start : one.span.end] for one in only] == ["a"]
    (related,) = only[0].related
    assert related.source.text[related.span.start : related.span.end] == why


def test_a_name_is_told_once_and_not_at_each_reading_after_it() -> None:
    assert unset("- set: {a: 1}\n  when: x\n- log: '{{ a }} {{ a }}'\n- log: '{{ a }}'") == ["maybe-unset a"]


def test_a_field_that_may_be_left_out_is_told() -> None:
    head = "inputs: {task: {what: string, due?: string}}\n"
    assert told("- log: '{{ task.due }}'", head) == ["maybe-missing due"]
    assert told("- log: '{{ task[\"due\"] }}'", head) == ['maybe-missing task["due"]']
    for guarded in (
        "- log: '{{ task.due | default(1) }}'",
        "- log: '{% if task.due is defined %}{{ task.due }}{% endif %}'",
        "- log: '{{ task.due }}'\n  when: task.due is defined",
        "- log: '{{ task.due }}'\n  when: '\"due\" in task'",
        "- log: '{{ task.get(\"due\", 1) }}'",
    ):
        assert told(guarded, head) == []


def test_what_is_set_and_never_read_is_told_where_it_is_set() -> None:
    assert told("- set: {a: 1}\n- set: {a: 2}") == ["unused-name a"]
    assert told("- generate:\n  as: b\n- input: q\n  as: c") == ["unused-name b", "unused-name c"]
    assert told("- parallel: {p: [generate], q: [generate]}\n- log: '{{ p }}'") == ["unused-name q"]
    assert told("- set: {_a: 1}\n- for: i\n  in: range(3)\n  do: [generate]") == []


def test_nothing_is_said_to_be_unused_where_the_reason_is_a_slip_in_its_name() -> None:
    assert told("- set: {summary: 1}\n- log: '{{ sumary }}'") == ["unknown-name sumary"]


def test_a_loop_that_overwrites_a_name_is_told() -> None:
    assert told("- for: t\n  in: xs\n  do: [{log: '{{ t }}'}]\n", "inputs: {xs: [string], t: string}\n") == [
        "shadowed-name t"
    ]
    two = "- for: t\n  in: xs\n  do: [{log: '{{ t }}'}]\n"
    assert told(two + two, "inputs: {xs: [string]}\n") == []


def test_a_text_that_has_a_name_of_its_own_beside_the_flows_is_told() -> None:
    head = "inputs: {n: integer}\n"
    assert told("- log: '{% set n = 3 %}{{ n }}'\n- log: '{{ n }}'", head) == ["shadowed-name n"]
    assert told("- log: '{% for m in [1] %}{{ m }}{% endfor %}{{ n }}'", head) == []


def test_what_a_fork_sets_of_the_flow_around_it_is_told() -> None:
    head = "inputs: {xs: [string]}\n"
    steps = (
        "- set: {n: 0}\n- for: x\n  in: xs\n  at_once: 2\n  do: [{set: {n: '{{ n + 1 }}'}}, {log: '{{ x }}'}]"
    )
    assert told(steps, head) == ["lost-in-fork n"]
    assert told("- parallel: {p: [{remember: {k: 1}}, {return: 1}]}\n- log: '{{ p }}'") == ["lost-in-fork k"]
    own = "- parallel: {p: [{set: {m: 1}}, {return: '{{ m }}'}]}\n- log: '{{ p }}'"
    assert told(own) == []


def test_a_character_that_cannot_be_seen_is_told_but_not_in_a_flag() -> None:
    assert told("- user: a\u200bb\n- generate") == ["hidden-character \u200b"]
    scotland = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert told(f"- user: {scotland} and a family, \U0001f468\u200d\U0001f469\n- generate") == []

"""Each assertion holds of what it should hold of, and of nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.testing.trying import HELLO, expecting, facts
from turbo_yaml.compiler.edge import check_text
from turbo_yaml.flow.assertions import ALONE, ASSERTIONS, GRADED
from turbo_yaml.testing.assertions.graded import cosine
from turbo_yaml.testing.assertions.measures import bleu_4, edit_distance, rouge_1
from turbo_yaml.testing.assertions.registry import ASKED, PLAIN

DATA = "{data: {kind: billing, people: [Ana, Ben]}}"
CASES = [
    # reply, what holds, what does not
    ("The stars are kind.", "result: The stars are kind.", "result: the stars are kind."),
    ("The stars are kind.", "equals: The stars are kind.", "equals: The stars"),
    (DATA, "equals: {people: [Ana, Ben], kind: billing}", "equals: {kind: billing}"),
    ("'7'", "equals: 7", "result: 7"),
    ("The stars are kind.", "contains: stars", "contains: Stars"),
    ("The stars are kind.", "icontains: STARS", "icontains: moon"),
    ("The stars are kind.", "contains-all: [stars, kind]", "contains-all: [stars, moon]"),
    ("The stars are kind.", "contains-any: [moon, kind]", "contains-any: [moon, Stars]"),
    ("The stars are kind.", "icontains-all: [STARS, Kind]", "icontains-all: [STARS, moon]"),
    ("The stars are kind.", "icontains-any: [MOON, KIND]", "icontains-any: [MOON]"),
    ("The stars are kind.", "starts-with: The", "starts-with: the"),
    ("The stars are kind.", "ends-with: kind.", "ends-with: kind"),
    ("It costs 12 euros.", "regex: '[0-9]+ euros'", "regex: '[0-9]+ dollars'"),
    ("The stars are kind.", "word-count: 4", "word-count: 5"),
    ("The stars are kind.", "word-count: {min: 2, max: 4}", "word-count: {max: 3}"),
    ("I'm sorry, but I can't help with that.", "is-refusal", "not-is-refusal"),
    ("I cannot provide that.", "is-refusal", "not-is-refusal"),
    ("I’m unable to assist.", "is-refusal", "not-is-refusal"),
    ("I am sorry that your teapot broke.", "not-is-refusal", "is-refusal"),
    ("You can't go wrong with tea.", "not-is-refusal", "is-refusal"),
    ("The stars are kind.", "levenshtein: The star is kind.",
     "{levenshtein: The moon is cruel., threshold: 5}"),
    ("the stars are very kind", "rouge-n: the stars are kind", "rouge-n: a b c d the"),
    ("the stars are very kind today", "bleu: the stars are very kind today", "bleu: tea in the afternoon"),
    (DATA, "is-json", "not-is-json"),
    (DATA, "is-json: {kind: string, people: [string]}", "is-json: {kind: integer}"),
    ("The stars are kind.", "not-is-json", "is-json"),
    ("'Here: {\"kind\": \"billing\"} it is.'", "contains-json: {kind: string}",
     "contains-json: {sort: string}"),
    ("Here it is.", "not-contains-json", "contains-json"),
    ("<a><b>c</b></a>", "is-xml: [a.b]", "is-xml: [a.c]"),
    ("<a><b>c</a>", "not-is-xml", "is-xml"),
    ("'Look: <a><b>c</b></a> there.'", "contains-xml: a.b", "contains-xml: b.a"),
    ("Nothing.", "not-contains-xml", "contains-xml"),
    ("The stars are kind.", "assert: result | words | length == 4", "assert: results | length > 1"),
    ("The stars are kind.", "messages[0]: {user: Say hello to world.}",
     "messages[0]: {system: Say hello to world.}"),
    ("The stars are kind.", "messages[-1]: {assistant: The stars are kind.}", "messages[9]: {user: x}"),
    ("The stars are kind.", "not-question: What?", "question: What?"),
    ("The stars are kind.", "not-error", "error"),
    ("{error: auth}", "error: auth", "error: timeout"),
    ("{error: {kind: auth, message: no key is set}}", "error: {message: no key}", "not-error"),
    ("The stars are kind.", "latency: 10s", "not-latency: 10s"),
    ("{content: hi, usage: {input_tokens: 1000, output_tokens: 100}}",
     "{cost: 0.0003, prices: {input: 0.1, output: 2}}", "{cost: 0.0002, prices: {input: 0.1, output: 2}}"),
    ("{content: hi, usage: {input_tokens: 1000, output_tokens: 100}}", "not-cost: 0.0001", "cost: 0.0001"),
    ("The stars are kind.", "not-cost: 1\n        prices: {input: 1, output: 1}",
     "{cost: 1, prices: {input: 1, output: 1}}"),
    ("{content: hi, finish_reason: length}", "finish-reason: length", "finish-reason: stop"),
    ("The stars are kind.", "trajectory:step-used: [user, generate]", "trajectory:step-used: input"),
    ("The stars are kind.", "trajectory:step-sequence: [user, generate]",
     "trajectory:step-sequence: [generate, user]"),
    ("The stars are kind.", "trajectory:step-sequence: {steps: [user, generate], mode: exact}",
     "trajectory:step-sequence: {steps: [generate], mode: exact}"),
    ("The stars are kind.", "trajectory:step-count: {step: generate, max: 1}",
     "trajectory:step-count: {min: 3}"),
    ("The stars are kind.", "{contains: hello, of: 'messages[0].content'}", "{contains: hello, of: result}"),
    ("The stars are kind.", "assert-set: [{contains: stars}, {contains: kind}]",
     "assert-set: [{contains: stars}, {contains: moon}]"),
    ("The stars are kind.", "{assert-set: [{contains: stars}, {contains: moon}], threshold: 0.5}",
     "{assert-set: [{contains: stars}, {contains: moon}], threshold: 0.6}"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "good", "bad"), CASES, ids=[case[1] for case in CASES])
def test_an_assertion_holds_of_what_is_so_and_fails_of_what_is_not(
    reply: str, good: str, bad: str, tmp_path: Path
) -> None:
    passed = expecting(tmp_path, reply, good)
    assert (passed.state, facts(passed)) == ("passed", [])
    # A failure that nobody expects is trouble of its own.
    failed = expecting(tmp_path, reply, bad)
    assert failed.state == "failed"
    assert len(facts(failed)) == 1 and facts(failed)[0]


TOOLS = """\
turbo: 1
tools:
  find: {description: Find an order., with: {id: integer}, returns: {id: integer, item?: string}}
  pay: {description: Pay., with: {id: integer, more?: {note: string}}, approve: always}
steps:
  - user: hi
  - generate: {tools: [find, pay], max_turns: 5}
"""
CALLED = "{tool_calls: [{name: find, arguments: {id: 7}}, {name: find, arguments: {id: 8}}]}\n      - done"
WRONG = "{tool_calls: [{name: find, arguments: {id: x}}]}\n      - done"
OF_TOOLS = [
    (CALLED, "trajectory:tool-used: find", "trajectory:tool-used: [find, pay]"),
    (CALLED, "trajectory:tool-sequence: [find, find]", "trajectory:tool-sequence: [find, pay]"),
    (CALLED, "trajectory:tool-sequence: {steps: [find, find], mode: exact}",
     "trajectory:tool-sequence: {steps: [find], mode: exact}"),
    (CALLED, "trajectory:tool-args-match: {name: find, args: {id: 8}}",
     "trajectory:tool-args-match: {name: find, args: {id: 9}}"),
    (CALLED, "trajectory:tool-args-match: {name: find, args: {}}",
     "trajectory:tool-args-match: {name: find, args: {}, mode: exact}"),
    (CALLED, "tool-call-f1: find", "tool-call-f1: [find, pay]"),
    (CALLED, "{tool-call-f1: [find, pay], threshold: 0.6}", "{tool-call-f1: [find, pay], threshold: 0.7}"),
    (CALLED, "is-valid-openai-tools-call", "not-is-valid-openai-tools-call"),
    (WRONG, "not-is-valid-openai-tools-call", "is-valid-openai-tools-call"),
    ("done", "not-trajectory:tool-used: find", "is-valid-openai-tools-call"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "good", "bad"), OF_TOOLS, ids=[case[1] for case in OF_TOOLS])
def test_an_assertion_about_tools_holds_of_what_was_called(
    reply: str, good: str, bad: str, tmp_path: Path
) -> None:
    tools = "    tools: {find: {id: 7, item: teapot}}\n"
    passed = expecting(tmp_path, reply, good, flow=TOOLS, more=tools)
    assert (passed.state, facts(passed)) == ("passed", [])
    failed = expecting(tmp_path, reply, bad, flow=TOOLS, more=tools)
    assert failed.state == "failed" and len(facts(failed)) == 1


def test_every_assertion_that_needs_no_model_is_tried_here() -> None:
    tried = set()
    for _, good, _ in (*CASES, *OF_TOOLS):
        head = re.match(r"\{?(?:not-)?([\w:-]+(?:\[-?\d+\])?)", good)
        assert head is not None
        tried.add(re.sub(r"\[.*", "[0]", head[1].rstrip(":")))
    assert tried == set(ASSERTIONS) - GRADED - {"snapshot"}


def test_what_every_word_means_is_known() -> None:
    assert set(PLAIN) | set(ASKED) | {"similar", "snapshot", "assert-set"} == set(ASSERTIONS)
    assert set(ASKED) | {"similar"} == GRADED


@pytest.mark.parametrize("name", sorted(ALONE))
def test_what_cannot_be_turned_round_is_refused_with_not(name: str) -> None:
    found = check_text(f"{HELLO}tests:\n  - name: a\n    expect: [not-{name}]\n")
    assert [one.rule for one in found] == ["unknown-assertion"]


def plain_distance(one: str, other: str) -> int:
    """The distance by its definition."""
    if not one or not other:
        return len(one) + len(other)
    return min(
        plain_distance(one[1:], other) + 1,
        plain_distance(one, other[1:]) + 1,
        plain_distance(one[1:], other[1:]) + (one[0] != other[0]),
    )


@given(st.text("ab", max_size=5), st.text("abc", max_size=5), st.integers(0, 6))
def test_the_edit_distance_is_that_of_its_definition_up_to_the_most(one: str, other: str, most: int) -> None:
    assert edit_distance(one, other, most) == min(plain_distance(one, other), most + 1)


def test_rouge_counts_each_word_as_often_as_it_stands_in_both() -> None:
    assert rouge_1("the cat the", "the the the cat") == 3 / 4
    assert rouge_1("The Cat!", "the cat") == 1
    assert rouge_1("", "cat") == rouge_1("cat", "") == 0


def test_bleu_is_the_mean_precision_less_for_brevity() -> None:
    # Seven words, one of them another: 6/7, 4/6, 2/5, 1/4; as long as the reference, so no penalty.
    text, reference = "the cat sat on the red mat", "the cat sat on the old mat"
    assert bleu_4(text, [reference]) == pytest.approx((6 / 7 * 4 / 6 * 3 / 5 * 2 / 4) ** 0.25)
    assert bleu_4(reference, [reference, "x"]) == pytest.approx(1)
    assert bleu_4("the cat sat on", [reference]) == pytest.approx(2.718281828 ** (1 - 7 / 4))
    assert bleu_4("", [reference]) == 0


def test_the_cosine_is_one_for_the_same_direction_and_none_for_no_length() -> None:
    assert cosine([1, 2], [2, 4]) == pytest.approx(1)
    assert cosine([1, 0], [0, 1]) == cosine([0, 0], [1, 1]) == 0


def test_xml_that_defines_entities_is_not_taken_for_xml(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert expecting(tmp_path, f"'{bomb}'", "not-is-xml").state == "passed"

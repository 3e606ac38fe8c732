"""Each assertion holds of what it should hold of, and of nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import log
from pathlib import Path

import pytest
import snowballstemmer
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from tests.testing.trying import HELLO, expecting, facts
from turbo_yaml.compiler.edge import check_text
from turbo_yaml.flow.assertions import ALONE, ASSERTIONS, GRADED
from turbo_yaml.flow.nodes.tests import Assertion
from turbo_yaml.source import Span
from turbo_yaml.testing.assertions.finding import Finding, Look
from turbo_yaml.testing.assertions.graded import cosine
from turbo_yaml.testing.assertions.html import contains_html, is_html
from turbo_yaml.testing.assertions.measures import bleu_4, edit_distance, gleu_4, gleu_of, rouge_1, surprise
from turbo_yaml.testing.assertions.meteor import meteor_score
from turbo_yaml.testing.assertions.registry import ASKED, PLAIN
from turbo_yaml.testing.assertions.sql import _columns, _tables, is_sql
from turbo_yaml.testing.stage.story import Story

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
    ("the stars are very kind today", "gleu: the stars are very kind today", "gleu: tea in the afternoon"),
    ("the stars were shining", "meteor: the star was shining", "meteor: tea in the afternoon"),
    ("<p>Hi <b>there</b><br>you", "is-html", "not-is-html"),
    ("'Look: <b>bold</b>.'", "not-is-html", "not-contains-html"),
    ("'Is 1 < 2, or <3?'", "not-contains-html", "is-html"),
    ("select name from people", "is-sql", "not-is-sql"),
    ("select name from people", "{is-sql: postgres, tables: ['select::null::people']}",
     "{is-sql: postgres, tables: ['insert::null::people']}"),
    ("select p.name from people p", "{is-sql: sqlite, columns: ['select::people::(name|id)']}",
     "{is-sql: sqlite, columns: ['select::people::id']}"),
    ("selct name of people", "not-is-sql", "is-sql"),
    ('"Try this:\\n```sql\\nselect 1\\n```\\nIt works."', "contains-sql", "is-sql"),
    ("{content: hi, logprobs: [-0.1, -0.3]}", "perplexity: 1.3", "perplexity: 1.2"),
    ("{content: hi, logprobs: [-0.1, -0.3]}", "perplexity-score: 0.44", "perplexity-score: 0.46"),
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
    (CALLED, "is-valid-openai-function-call", "not-is-valid-openai-function-call"),
    (WRONG, "not-is-valid-function-call", "is-valid-function-call"),
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


GUIDE = (
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is a guide to action which ensures that the military always obeys the commands of the party",
    "It is to insure the troops forever hearing the activity guidebook that party direct",
)
"""The texts with which BLEU, METEOR and GLEU are explained: what is wanted, and two replies."""


def test_gleu_and_meteor_come_to_what_is_published() -> None:
    wanted, good, bad = GUIDE
    # What is published tells capitals apart, and an assertion does not.
    assert gleu_of(good.split(), wanted.split()) == pytest.approx(0.4393, abs=1e-4)
    assert gleu_of(bad.split(), wanted.split()) == pytest.approx(0.1206, abs=1e-4)
    stem = snowballstemmer.stemmer("porter").stemWord
    assert round(meteor_score(good, wanted, stem), 4) == 0.6944
    assert meteor_score("this is a cat", "non matching hypothesis", stem) == 0.0


@given(st.text("ab ", max_size=20), st.text("ab ", max_size=20))
def test_a_text_is_nearest_to_itself(one: str, other: str) -> None:
    stem = snowballstemmer.stemmer("porter").stemWord
    assert 0 <= meteor_score(other, one, stem) <= 1
    assert 0 <= gleu_4(other, [one]) <= (gleu_4(one, [one]) or 1)
    if one.split():
        assert gleu_4(one, [one]) == 1


def test_how_surprised_a_model_was_is_the_mean_over_its_tokens() -> None:
    assert surprise([-log(2.0)] * 5) == pytest.approx(2.0)
    assert surprise([0.0]) == 1.0
    assert surprise([-9999.0] * 3) > 1e300


@pytest.mark.parametrize("name", ["perplexity: 9", "not-perplexity: 9", "perplexity-score: 0.1"])
def test_a_reply_that_does_not_tell_how_likely_it_was_is_no_answer(name: str, tmp_path: Path) -> None:
    failed = expecting(tmp_path, "hi", name)
    assert failed.state == "failed"
    assert "does not tell how likely its tokens were" in facts(failed)[0]


@pytest.mark.parametrize(
    ("text", "is_one", "has_one"),
    [
        ("<!doctype html><html><head><title>x</title><body><p>a<p>b</html>", True, True),
        ("<ul><li>a<li>b</ul>\n<!-- done -->", True, True),
        ("<table><tr><td>1<td>2<tr><td>3</table>", True, True),
        ("<x-note kind='a'>b</x-note>", True, True),
        ("<svg><circle r='1'/></svg>", True, True),
        ("<br>", True, True),
        ("a <br> b", False, True),
        ("<b><i>x</b></i>", False, True),
        ("<div>open", False, False),
        ("<answer>42</answer>", False, False),
        ("</p>", False, False),
        ("a < b > c", False, False),
        ("", False, False),
        ("<div/>x", False, False),
    ],
)
def test_html_has_elements_that_there_are_and_that_are_whole(text: str, is_one: bool, has_one: bool) -> None:
    assert (_of_text(is_html, text).holds, _of_text(contains_html, text).holds) == (is_one, has_one)


@pytest.mark.parametrize(
    ("text", "tables", "columns"),
    [
        ("SELECT a, count(*) FROM t", ["select::null::t"], ["select::null::a", "select::null::(.*)"]),
        ("select x.* from db.t as x", ["select::db::t"], ["select::t::(.*)"]),
        ("insert into t (a, b) select c, 1 from u", ["insert::null::t", "select::null::u"],
         ["insert::t::a", "insert::t::b", "select::null::c"]),
        ("update t set a = 1 where id = 2", ["update::null::t"], ["update::null::a", "update::null::id"]),
        ("delete from t; drop table u", ["delete::null::t", "drop::null::u"], []),
        ("with w as (select a from t) select a from w", ["select::null::t"], ["select::null::a"] * 2),
    ],
)  # fmt: skip
def test_tables_and_columns_are_named_with_what_is_done_to_them(
    text: str, tables: list[str], columns: list[str]
) -> None:
    parsed = sqlglot.parse(text)
    assert sorted(name for one in parsed if one for name in _tables(one)) == sorted(tables)
    assert sorted(name for one in parsed if one for name in _columns(one)) == sorted(columns)


@pytest.mark.parametrize(
    ("text", "holds"),
    [("select 1", True), ("hello there", False), ("hello", False), ("", False), ("select from where", False),
     ("select (" * 400, False), ("-- nothing", False), ("create table t (a int)", True)],
)  # fmt: skip
def test_sql_is_statements(text: str, holds: bool) -> None:
    assert _of_text(is_sql, text).holds is holds


def test_a_dialect_that_there_is_not_is_told(tmp_path: Path) -> None:
    failed = expecting(tmp_path, "select 1", "not-is-sql: klingon")
    assert failed.state == "failed" and "klingon" in facts(failed)[0]


def _of_text(look: Callable[[Look], Finding], text: str) -> Finding:
    """Return what an assertion without a value finds in a text."""
    assertion = Assertion(name="x", span=Span(0, 0), value=None)
    return look(Look(assertion, None, text, Story()))


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

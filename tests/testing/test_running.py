"""What is given to a flow by its tests, and what it comes to when that is too much or too little."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.testing.trying import HELLO, facts, only, run
from turbo_yaml.errors import FlowInvalid, UsageError
from turbo_yaml.testing.suite import Suite

TALK = """\
turbo: 1
inputs: {sign: {enum: [leo, pisces]}}
steps:
  - user: My sign is {{ sign }}.
  - input: What do you want to know?
    as: question
  - user: "{{ question }}"
  - generate
  - input: {}
    as: more
    choices: ["yes", "no"]
    default: "no"
  - log: "{{ more }}"
""".replace("- input: {}", "- input: More?")


def test_answers_are_given_in_order_and_a_default_where_none_is_left(tmp_path: Path) -> None:
    outcome = only(
        tmp_path,
        TALK + "tests:\n  - name: a\n    with: {sign: leo}\n    input: [When?]\n    model: [Soon.]\n"
        "    expect: [{assert: \"logs == ['no']\"}, {assert: questions | length == 2}]\n",
    )
    assert facts(outcome) == []


def test_what_a_test_says_goes_into_no_cache_and_none_answers_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURBO_YAML_STATE", str(tmp_path / "state"))
    for said in ("One.", "Two."):
        text = "turbo: 1\nsettings: {cache: 'on'}\nsteps: [{user: hi}, generate]\n"
        outcome = only(
            tmp_path, f"{text}tests: [{{name: a, model: [{said}], expect: [{{equals: {said}}}]}}]\n"
        )
        assert facts(outcome) == []
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("with: {sign: leo}", "the flow asks `What do you want to know?`, and the test has no more answers"),
        ("with: {sign: leo}\n    input: [a]", "the flow asks for reply 1 of the model; the test has none"),
        ("with: {sign: leo}\n    input: [a]\n    model: [b, c]", "nobody asked the model for this reply"),
        ("with: {sign: leo}\n    input: [a, no, d, e]\n    model: [b]",
         "the flow did not ask for this answer and 1 more"),
        ("with: {sign: leo}\n    input: [a, maybe]\n    model: [b]",
         "the flow failed: the answer does not fit"),
        ("with: {sign: x}", 'sign: "x" is not `leo` or `pisces`'),
        ("with: {sign: leo}\n    input: [a]\n    model: [{error: auth}]", "the flow failed: reply 1 of the"),
    ],
)  # fmt: skip
def test_too_much_too_little_and_what_does_not_fit_fail_a_test(given: str, told: str, tmp_path: Path) -> None:
    outcome = only(tmp_path, f"{TALK}tests:\n  - name: a\n    {given}\n")
    assert outcome.state == "failed"
    assert facts(outcome)[0].startswith(told)


def test_a_flow_cannot_catch_that_a_test_has_no_reply(tmp_path: Path) -> None:
    flow = "turbo: 1\nsteps:\n  - try: [user: hi, generate]\n    catch: [{result: caught}]\n"
    outcome = only(tmp_path, f"{flow}tests:\n  - name: a\n    expect: [{{result: caught}}]\n")
    assert facts(outcome) == ["the flow asks for reply 1 of the model; the test has none"]


def test_a_failure_that_is_expected_may_be_looked_at(tmp_path: Path) -> None:
    flow = "turbo: 1\nsteps:\n  - raise: no order 7\n    kind: not_found\n"
    tests = (
        "tests:\n  - name: a\n    expect: [{error: {kind: not_found, message: order 7}}]\n"
        "  - name: b\n    expect: [{assert-set: [{error: other}]}]\n  - name: c\n"
    )
    states = [(o.state, facts(o)) for o in run(tmp_path, flow + tests).outcomes]
    assert [state for state, _ in states] == ["passed", "failed", "failed"]
    assert states[2][1] == ["the flow failed: no order 7"]


def test_waiting_takes_no_time(tmp_path: Path) -> None:
    flow = (
        "turbo: 1\nsteps:\n  - sleep: 1d\n  - user: hi\n  - generate:\n"
        "    retry: {times: 2, wait: 1h}\n  - sleep: 1d\n"
    )
    began = time.process_time()
    outcome = only(
        tmp_path,
        f"{flow}tests:\n  - name: a\n    model: [{{error: timeout}}, {{error: timeout}}, done]\n"
        "    expect: [{result: done}, {not-latency: 2d}, {latency: 3d}]\n",
    )
    assert facts(outcome) == []
    assert time.process_time() - began < 60


def test_each_turn_of_a_dialogue_is_looked_at_by_itself(tmp_path: Path) -> None:
    outcome = only(
        tmp_path,
        TALK
        + """\
tests:
  - name: turn by turn
    with: {sign: leo}
    turns:
      - expect: [{question: What do you want to know?}, {assert: calls | length == 0}]
      - input: When?
        model: [Soon.]
        expect: [{assert: "results == ['Soon.']"}, {question: More?}, {contains: More}]
      - input: "yes"
        expect: [{assert: "logs == ['yes']"}, {assert: results | length == 0}]
    expect: [{assert: questions | length == 2}, {result: Soon.}]
""",
    )
    assert facts(outcome) == []
    assert [verdict.turn for verdict in outcome.verdicts] == [1, 1, 2, 2, 2, 3, 3, None, None]


def test_scalars_are_said_as_they_are_written(tmp_path: Path) -> None:
    outcome = only(
        tmp_path,
        HELLO + "tests:\n  - name: a\n    model: [12:30]\n    expect: [{contains: 12:30}, {ends-with: 30}]\n",
    )
    assert facts(outcome) == []


def test_a_reply_is_never_a_template(tmp_path: Path) -> None:
    tests = "tests:\n  - name: '{{ case.x }}'\n    cases: [{x: a}]\n    model: ['{{ case.x }}']\n"
    text = HELLO + tests
    outcome = only(tmp_path, text)
    assert (outcome.name, outcome.story and outcome.story.result) == ("a", "{{ case.x }}")


def test_text_of_a_test_without_rows_is_as_written(tmp_path: Path) -> None:
    outcome = only(
        tmp_path,
        f"{HELLO}tests:\n  - name: a\n    with: {{name: '{{{{ x }}}}'}}\n    model: [ok]\n"
        "    expect: [{'messages[0]': {user: 'Say hello to {{ x }}.'}}]\n",
    )
    assert facts(outcome) == []


ROWS: dict[str, str] = {
    "rows.csv": "name,greeting\nAda,Hi Ada\nBen,Hi Ben\n",
    "rows.jsonl": '{"name": "Ada", "greeting": "Hi Ada"}\n{"name": "Ben", "greeting": "Hi Ben"}\n',
    "rows.json": '[{"name": "Ada", "greeting": "Hi Ada"}, {"name": "Ben", "greeting": "Hi Ben"}]',
    "rows.yaml": "- {name: Ada, greeting: Hi Ada}\n- {name: Ben, greeting: Hi Ben}\n",
}


@pytest.mark.parametrize("file", sorted(ROWS))
def test_a_test_runs_once_for_each_row_of_a_file(file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(ROWS[file], encoding="utf-8")
    text = (
        f"{HELLO}tests:\n  - name: greets {{{{ case.name }}}}\n    cases: {file}\n    model: [ok]\n"
        "    expect: [{'messages[0]': {user: 'Say hello to {{ case.name }}.'}}]\n"
    )
    outcomes = run(tmp_path, text).outcomes
    assert [(o.name, o.state) for o in outcomes] == [("greets Ada", "passed"), ("greets Ben", "passed")]


def test_rows_are_chosen_by_an_expression_and_a_number(tmp_path: Path) -> None:
    text = (
        HELLO + "tests:\n  - name: a\n    cases: {file: rows.csv, where: case.n | int > 1, take: 2}\n"
        "    with: {name: '{{ case.n }}'}\n    model: [ok]\n"
    )
    (tmp_path / "rows.csv").write_text("n\n1\n2\n3\n4\n", encoding="utf-8")
    assert [(o.name, o.case.inputs) for o in run(tmp_path, text).outcomes] == [
        ("a [1]", {"name": "2"}),
        ("a [2]", {"name": "3"}),
    ]


def test_cells_of_a_table_are_read_by_the_type_of_the_input(tmp_path: Path) -> None:
    flow = "turbo: 1\ninputs: {n: integer, zip: string}\nsteps:\n  - return: '{{ [n, zip] }}'\n"
    (tmp_path / "rows.csv").write_text("n,zip\n7,0123\nx,1\n", encoding="utf-8")
    text = f"{flow}tests:\n  - name: a\n    cases: rows.csv\n    expect: [{{result: [7, '0123']}}]\n"
    good, bad = run(tmp_path, text).outcomes
    assert (good.state, bad.state) == ("passed", "failed")
    assert "whole number" in facts(bad)[0] or "integer" in facts(bad)[0]


def test_a_value_of_a_row_keeps_its_type(tmp_path: Path) -> None:
    flow = "turbo: 1\ninputs: {xs: [integer]}\nsteps:\n  - return: '{{ xs | sum }}'\n"
    text = f"""{flow}tests:
  - name: a
    cases: [{{xs: [1, 2], sum: 3}}]
    with: {{xs: "{{{{ case.xs }}}}"}}
    expect: [{{result: "{{{{ case.sum }}}}"}}]
"""
    assert facts(only(tmp_path, text)) == []


def test_what_fails_in_a_template_of_a_test_has_its_place(tmp_path: Path) -> None:
    text = f"{HELLO}tests:\n  - name: a\n    cases: [{{x: a}}]\n    with: {{name: '{{{{ case.y }}}}'}}\n"
    outcome = only(tmp_path, text)
    (trouble,) = outcome.troubles
    assert "`y`" in trouble.message or "case.y" in trouble.message
    cause: Any = trouble.cause
    assert cause.source.position(cause.span.start).line == 9


def test_a_local_flow_is_tested_by_its_name(tmp_path: Path) -> None:
    flow = "turbo: 1\nflows:\n  twice:\n    inputs: {n: integer}\n    steps: [{return: '{{ n * 2 }}'}]\n"
    text = f"{flow}tests:\n  - name: a\n    flow: twice\n    with: {{n: 4}}\n    expect: [{{result: 8}}]\n"
    assert facts(only(tmp_path, text)) == []


def test_a_file_of_tests_names_its_flow(tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text(HELLO, encoding="utf-8")
    tests = "turbo: 1\nflow: ./hello.yaml\ntests: [{name: a, model: [ok], expect: [{result: ok}]}]\n"
    summary = run(tmp_path, tests, name="hello.test.yaml")
    assert [outcome.state for outcome in summary.outcomes] == ["passed"]


def test_a_file_that_leads_out_of_the_project_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / "turbo.yaml").write_text("", encoding="utf-8")
    (tmp_path / "hello.yaml").write_text(HELLO, encoding="utf-8")
    with pytest.raises(UsageError):
        run(folder, "turbo: 1\nflow: ../hello.yaml\ntests: []\n", name="hello.test.yaml")


def test_a_flow_with_errors_is_not_tested(tmp_path: Path) -> None:
    with pytest.raises(FlowInvalid):
        run(tmp_path, "turbo: 1\nsteps: [{user: '{{ x }}'}]\ntests: [{name: a}]\n")


SCORED = """\
tests:
  - name: half
    threshold: 0.5
    model: [The stars are kind.]
    expect: [{contains: stars}, {contains: moon}]
  - name: weighed
    threshold: 0.7
    model: [The stars are kind.]
    expect: [{contains: stars, weight: 3}, {contains: moon}]
  - name: too little
    threshold: 0.8
    model: [The stars are kind.]
    expect: [{contains: stars, weight: 3}, {contains: moon}]
  - name: soft
    model: [The stars are kind.]
    expect: [{contains: moon, soft: true}, {contains: stars}]
  - name: weightless
    model: [The stars are kind.]
    expect: [{contains: moon, weight: 0}, {contains: stars}]
"""


def test_scores_are_weighed_and_a_threshold_decides(tmp_path: Path) -> None:
    outcomes = run(tmp_path, HELLO + SCORED).outcomes
    assert [(o.name, o.state, o.score) for o in outcomes] == [
        ("half", "passed", 0.5),
        ("weighed", "passed", 0.75),
        ("too little", "failed", 0.75),
        ("soft", "passed", 0.5),
        ("weightless", "passed", 1.0),
    ]


def test_a_test_that_asks_a_model_is_skipped_without_one(tmp_path: Path) -> None:
    tests = "tests:\n  - {name: a, live: true}\n  - {name: b, model: [x], expect: [{llm-rubric: kind}]}\n"
    outcomes = run(tmp_path, HELLO + tests).outcomes
    assert [(o.state, o.story is None) for o in outcomes] == [("skipped", True), ("skipped", False)]


def test_a_scripted_grader_decides(tmp_path: Path) -> None:
    tests = """\
tests:
  - name: graded
    model: [The stars are kind.]
    grader: [{reason: It is kind., score: 0.9, pass: true}, {reason: It is not., relation: contradiction}]
    expect: [{llm-rubric: Is kind., threshold: 0.8}, {not-factuality: The stars are cruel.}]
  - name: no grade
    model: [The stars are kind.]
    grader: [Well.]
    expect: [{llm-rubric: Is kind.}]
"""
    good, bad = run(tmp_path, HELLO + tests).outcomes
    assert facts(good) == []
    assert good.score == pytest.approx(0.95)
    assert facts(bad) == ["the model that grades gave no grade: `Well.`"]


def test_a_snapshot_is_written_once_and_then_compared(tmp_path: Path) -> None:
    tests = "tests:\n  - {name: A test!, model: [ok], expect: [snapshot]}\n"
    assert run(tmp_path, HELLO + tests).outcomes[0].state == "failed"
    assert run(tmp_path, HELLO + tests, update=True).outcomes[0].state == "passed"
    written = (tmp_path / "snapshots" / "flow.a-test.txt").read_text(encoding="utf-8")
    assert written == "--- call 1 ---\n\n[user]\nSay hello to world.\n"
    assert run(tmp_path, HELLO + tests).outcomes[0].state == "passed"
    changed = run(tmp_path, HELLO.replace("hello", "goodbye") + tests).outcomes[0]
    assert changed.verdicts[0].finding.got == written.replace("hello", "goodbye")
    assert changed.state == "failed"


def test_each_test_runs_as_often_as_asked_and_stops_where_asked(tmp_path: Path) -> None:
    tests = "tests:\n  - {name: a, model: [x], expect: [{result: y}]}\n  - {name: b, model: [x]}\n"
    again = run(tmp_path, HELLO + tests, repeat=2)
    assert [outcome.name for outcome in again.outcomes] == ["a (1/2)", "a (2/2)", "b (1/2)", "b (2/2)"]
    first = run(tmp_path, HELLO + tests, exit_first=True)
    assert [outcome.name for outcome in first.outcomes] == ["a"]
    chosen = run(tmp_path, HELLO + tests, pattern="B")
    assert [outcome.name for outcome in chosen.outcomes] == ["b"]


def test_tests_side_by_side_come_out_in_their_order(tmp_path: Path) -> None:
    flow = "turbo: 1\ninputs: {n: integer}\nsteps:\n  - sleep: '{{ 9 - n }}s'\n  - return: '{{ n }}'\n"
    tests = "tests:\n  - name: n {{ case.n }}\n    cases: [{n: 1}, {n: 2}, {n: 3}, {n: 4}]\n"
    tests += "    expect: [{result: '{{ case.n }}'}]\n"
    summary = run(tmp_path, flow + tests, jobs=3)
    assert [(o.name, o.state) for o in summary.outcomes] == [(f"n {n}", "passed") for n in range(1, 5)]


def test_loading_a_flow_does_not_depend_on_its_tests(tmp_path: Path) -> None:
    suite = tmp_path / "flow.yaml"
    suite.write_text(HELLO + "tests:\n  - {name: a, with: {nmae: x}, model: [x]}\n", encoding="utf-8")
    (case,) = Suite(suite, lambda _: []).cases()
    assert case.inputs == {"nmae": "x"}


TOOLS = """\
turbo: 1
tools:
  find: {description: Find an order., with: {id: integer}, returns: {id: integer, item?: string}}
steps:
  - try:
      - tool: find
        with: {id: 7}
        as: first
      - tool: find
        with: {id: 8}
        as: second
      - return: "{{ [first, second] }}"
    catch:
      - return: "{{ error.kind }}: {{ error.message }}"
tests:
"""


@pytest.mark.parametrize(
    ("tools", "result"),
    [
        ("{find: {id: 1}}", "[{id: 1}, {id: 1}]"),
        ("{find: {in_order: [{id: 1}, {id: 2, item: cup}]}}", "[{id: 1}, {id: 2, item: cup}]"),
        ("{find: {data: {id: 1}}}", "[{id: 1}, {id: 1}]"),
        ("{find: {error: it is gone}}", "'tool: it is gone'"),
        ("{find: {error: {kind: timeout, message: too slow}}}", "'timeout: too slow'"),
        (
            "{find: {id: x}}",
            "'tool: `find` gave back what is not as declared: id: \"x\" is text, not an integer'",
        ),
    ],
)
def test_a_tool_gives_back_what_the_test_says(tools: str, result: str, tmp_path: Path) -> None:
    text = f"{TOOLS}  - name: a\n    tools: {tools}\n    expect: [{{result: {result}}}]\n"
    assert facts(only(tmp_path, text)) == []


@pytest.mark.parametrize(
    ("tools", "told"),
    [
        ("{}", "the flow calls the tool `find`, for which the test has no result"),
        ("{find: {in_order: [{id: 1}]}}", "the flow calls the tool `find`, for which the test has 1 result"),
        ("{find: {in_order: [{id: 1}, {id: 1}, {id: 3}]}}",
         "the flow did not call `find` for 1 more of its results"),
    ],
)  # fmt: skip
def test_no_flow_can_catch_that_a_tool_has_no_result(tools: str, told: str, tmp_path: Path) -> None:
    assert facts(only(tmp_path, f"{TOOLS}  - name: a\n    tools: {tools}\n")) == [told]


@pytest.mark.parametrize(
    ("test", "line"),
    [
        ("{name: a, flow: nowhere}", 7),
        ("{name: a, cases: rows.json}", 7),
        ("{name: a, cases: {file: rows.json, where: case.x}}", 7),
    ],
)
def test_what_keeps_tests_from_being_read_has_its_place(test: str, line: int, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text('{"x": 1}', encoding="utf-8")
    with pytest.raises(FlowInvalid) as refused:
        run(tmp_path, f"{HELLO}tests:\n  - {test}\n")
    (found,) = refused.value.diagnostics
    assert (found.rule, found.source.position(found.span.start).line) == ("wrong-test", line)


def test_what_fails_in_an_expression_is_told_in_the_words_of_flows(tmp_path: Path) -> None:
    text = (
        f"{HELLO}tests:\n  - name: a\n    model: [x]\n    expect: [{{assert: 1 / 0}}, {{assert: result}}]\n"
    )
    assert facts(only(tmp_path, text)) == [
        "division by zero",
        "the expression is text, `x`: compare it with something",
    ]


def test_the_tools_of_a_server_have_results_by_the_names_that_it_offers(tmp_path: Path) -> None:
    flow = """\
turbo: 1
tools: {weather: {mcp: {command: [no-such-server]}}}
steps:
  - user: How is it?
  - generate: {tools: [weather]}
  - tool: weather.forecast
    as: later
  - return: "{{ later }}"
tests:
  - name: asks twice
    tools:
      weather.forecast: {in_order: [rain, sun]}
    model: [{tool_calls: [{name: forecast}]}, Rain.]
    expect: [{result: sun}, {trajectory:tool-used: forecast}]
  - name: asks for more than there is
    tools: {weather.forecast: {in_order: [rain]}}
    model: [{tool_calls: [{name: forecast}]}, Rain.]
  - name: asks for less than there is
    tools: {weather.forecast: {in_order: [rain, sun, snow]}}
    model: [{tool_calls: [{name: forecast}]}, Rain.]
"""
    good, short, long = run(tmp_path, flow).outcomes
    assert good.state == "passed", facts(good)
    assert facts(short) == ["the flow calls the tool `weather.forecast`, for which the test has 1 result"]
    assert facts(long) == ["the flow did not call `weather.forecast` for 1 more of its results"]

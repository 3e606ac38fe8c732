"""A flow that data names is one of those that the file says it may be."""

from __future__ import annotations

from tests.language.running import flow, play
from turbo_yaml.compiler.edge import check_text

FLOW = """\
inputs: {op: OP, n: integer}
flows:
  double:
    inputs: {n: integer}
    steps:
      - result: "{{ n * 2 }}"
  square:
    inputs: {n: integer}
    steps:
      - result: "{{ n * n }}"
steps:
  - STEP: "{{ op }}"
    among: [double, square]
    with: {n: "{{ n }}"}
    when: n > 0
"""


def of(op: str, step: str = "call") -> str:
    return FLOW.replace("OP", op).replace("STEP", step)


def test_data_chooses_which_flow_is_called_included_or_handed_over_to() -> None:
    called = of("string") + "    as: found\n  - result: '{{ found }}'\n"
    assert play(called, op="square", n=7).outcome == 49
    assert play(of("string", "include"), op="double", n=7).outcome == 14
    assert play(of("string", "handoff"), op="square", n=7).outcome == 49


def test_a_step_that_is_skipped_calls_nobody() -> None:
    assert play(of("string", "include"), op="nobody", n=0).outcome is None


def test_a_name_that_is_not_among_them_fails_at_the_step() -> None:
    story = play(of("string"), op="cube", n=7)
    assert (story.failed.kind, story.place) == ("no_case", "call")
    assert story.failed.hint == "one of `double`, `square`"


def test_the_check_knows_every_flow_that_it_may_be() -> None:
    text = flow(of("string")).replace("square]", "sqare]").replace("with: {n:", "with: {m:")
    found = [one.rule for one in check_text(text)]
    assert sorted(found) == ["unknown-argument", "unknown-flow"]


def test_the_check_finds_a_name_for_which_there_is_no_flow() -> None:
    found = check_text(flow(of("{enum: [double, square, cube]}")))
    assert [(one.rule, one.help) for one in found] == [("missing-case", "add it to `among`")]


def test_what_is_wrong_in_the_inputs_is_told_once() -> None:
    text = flow(of("{enum: [double, square]}")).replace("{{ n }}", "{{ m }}")
    assert [one.rule for one in check_text(text)] == ["unknown-name"]

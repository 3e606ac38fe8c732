"""Definite assignment and unknown names, in Python's scoping."""

from __future__ import annotations

from textwrap import dedent, indent

from turbo_yaml.analysis.facts import Facts, Known
from turbo_yaml.compiler.stages import analyse, parse
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source


def analysed(steps: str, head: str = "") -> tuple[Facts, list[Diagnostic], Source]:
    text = "turbo: 1\n" + dedent(head) + "steps:\n" + indent(dedent(steps), "  ")
    source = Source("flow.yaml", text)
    result = analyse(parse(source), {})
    return result.facts, result.diagnostics, source


def problems(steps: str, head: str = "") -> list[str]:
    _, found, source = analysed(steps, head)
    return [f"{d.rule} {source.text[d.span.start : d.span.end]}" for d in found]


def known(facts: Facts, name: str) -> list[Known]:
    return [reads[name] for reads in facts.reads.values() if name in reads]


def test_a_name_set_before_is_known() -> None:
    assert problems("- set: {a: 1}\n- user: '{{ a }}'") == []


def test_a_misspelt_name_is_reported_with_the_nearest_one() -> None:
    _, found, _ = analysed("- user: 'Hi {{ custmer }}'", "inputs: {customer: string}\n")
    assert [d.rule for d in found] == ["unknown-name"]
    assert found[0].help == "did you mean `customer`?"


def test_a_name_that_is_set_later_is_said_to_be_not_yet_set() -> None:
    _, found, _ = analysed("- user: '{{ a }}'\n- set: {a: 1}")
    assert [d.message for d in found] == ["`a` is not set yet here"]


def test_a_name_under_default_may_be_unknown() -> None:
    assert problems("- user: '{{ nickname | default(\"you\") }}'") == []


def test_a_name_set_in_one_branch_may_be_unset_after_it() -> None:
    facts, found, _ = analysed(
        "- if: x\n  then: [{set: {a: one}}]\n- user: '{{ a }}'", "inputs: {x: boolean}\n"
    )
    assert found == []
    assert known(facts, "a") == [Known("string", unset=True)]


def test_a_name_set_in_every_branch_is_set_after_them() -> None:
    facts, _, _ = analysed(
        "- if: x\n  then: [{set: {a: one}}]\n  else: [{set: {a: two}}]\n- user: '{{ a }}'",
        "inputs: {x: boolean}\n",
    )
    assert known(facts, "a") == [Known("string")]


def test_a_branch_that_ends_the_flow_does_not_count() -> None:
    facts, _, _ = analysed(
        "- if: x\n  then: [stop]\n  else: [{set: {a: two}}]\n- user: '{{ a }}'", "inputs: {x: boolean}\n"
    )
    assert known(facts, "a") == [Known("string")]


def test_branches_of_different_kinds_leave_the_kind_open() -> None:
    facts, _, _ = analysed(
        "- if: x\n  then: [{set: {a: 1}}]\n  else: [{set: {a: two}}]\n- user: '{{ a }}'",
        "inputs: {x: boolean}\n",
    )
    assert known(facts, "a") == [Known("any")]


def test_a_name_under_when_may_be_unset() -> None:
    facts, _, _ = analysed("- set: {a: 1}\n  when: x\n- user: '{{ a }}'", "inputs: {x: boolean}\n")
    assert known(facts, "a") == [Known("integer", unset=True)]


def test_a_name_set_in_a_loop_may_be_unset_in_it_and_after_it() -> None:
    facts, found, _ = analysed(
        """\
        - for: x
          in: xs
          do:
            - user: "{{ last | default('none') }}"
            - set: {last: "{{ x }}"}
        - user: "{{ last }}"
        """,
        "inputs: {xs: [string]}\n",
    )
    assert found == []
    assert [k.unset for k in known(facts, "last")] == [True, True]


def test_a_counter_set_before_the_loop_stays_set() -> None:
    facts, _, _ = analysed(
        """\
        - set: {n: 0}
        - while: n < 3
          limit: 5
          do:
            - set: {n: "{{ n + 1 }}"}
        - user: "{{ n }}"
        """
    )
    assert {k.unset for k in known(facts, "n")} == {False}


def test_memory_alone_is_no_suggestion() -> None:
    _, found, _ = analysed("- user: '{{ foo }}'")
    assert found[0].help == "declare it under `inputs:`, or `set` it before this step"
    _, found, _ = analysed("- user: '{{ memroy }}'")
    assert found[0].help == "did you mean `memory`?"


def test_a_loop_variable_in_a_while_is_told_what_to_do_instead() -> None:
    _, found, _ = analysed("- {while: loop.index < 3, limit: 3, do: [{user: hi}]}")
    assert found[0].help == "in a `while`, count with a variable of your own: `set`"


def test_loop_is_known_in_a_loop_only() -> None:
    assert problems("- user: '{{ loop.index }}'") == ["unknown-name loop"]
    assert problems("- {for: x, in: '[1]', do: [{user: '{{ loop.index }}'}]}") == []


def test_error_is_known_in_a_catch_only() -> None:
    steps = "- try: [generate]\n  catch: [{log: '{{ error.kind }}'}]\n"
    assert problems(steps) == []
    assert problems(steps + "- log: '{{ error.kind }}'") == ["unknown-name error"]


def test_what_a_fork_sets_is_not_known_after_it() -> None:
    steps = "- parallel: {a: [{set: {inner: 1}}], b: [generate]}\n"
    assert problems(steps + "- user: '{{ a }} {{ b }}'") == []
    assert problems(steps + "- user: '{{ inner }}'") == ["unknown-name inner"]


def test_a_fork_takes_along_the_names_it_reads() -> None:
    facts, _, _ = analysed(
        "- set: {a: 1, b: 2}\n- parallel: {x: [{user: '{{ a }}'}], y: [{set: {a: 3}}, {user: '{{ a }}'}]}"
    )
    assert [list(f.captures) for f in facts.functions.values()] == [[], ["a"], []]


def test_a_nested_fork_takes_names_through_the_one_around_it() -> None:
    facts, _, _ = analysed(
        """\
        - set: {a: 1}
        - parallel:
            x:
              - for: i
                in: "[1, 2]"
                at_once: 2
                do: [{user: "{{ a }} {{ i }}"}]
        """
    )
    assert [list(f.captures) for f in facts.functions.values()] == [[], ["a"], ["a"]]


def test_names_in_catch_may_be_unset_if_the_try_sets_them() -> None:
    facts, _, _ = analysed("- try: [{set: {a: 1}}, generate]\n  catch: [{log: '{{ a }}'}]")
    assert known(facts, "a") == [Known("any", unset=True)]


def test_an_optional_input_without_a_default_may_be_null() -> None:
    facts, _, _ = analysed(
        "- user: '{{ a }} {{ b }}'", "inputs: {a?: string, b?: {type: string, default: x}}\n"
    )
    assert known(facts, "a") == [Known("any")]
    assert known(facts, "b") == [Known("string")]


def test_every_unknown_name_is_reported_once_where_it_stands() -> None:
    assert problems("- user: '{{ one }} and {{ two }}'\n- log: '{{ one }}'") == [
        "unknown-name one",
        "unknown-name two",
        "unknown-name one",
    ]


def test_a_thousand_conditional_steps_cost_a_thousand_times_one() -> None:
    def work(count: int) -> int:
        steps = "\n".join(f"- set: {{v{i}: 1}}\n  when: x" for i in range(count))
        facts, _, _ = analysed(steps, "inputs: {x: boolean}\n")
        return len(facts.reads)

    assert work(1000) == 1000

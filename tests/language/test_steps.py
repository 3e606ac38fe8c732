"""Every step, run: what it does to the chat, to the variables and to the outcome."""

from __future__ import annotations

from typing import Any

import pytest

from tests.language.running import play
from turbo_yaml.errors import FlowInvalid, LimitError, ModelError

# Messages ----------------------------------------------------------------------------------------------


def test_messages_join_the_chat_in_order() -> None:
    story = play("steps: [{system: s}, {user: u}, {assistant: a}]")
    assert story.chat == [("system", "s"), ("user", "u"), ("assistant", "a")]


def test_a_forwarded_message_reaches_the_caller() -> None:
    assert play("steps: [{assistant: Hello., forward: true}]").results == ["Hello."]


def test_text_slots_take_the_text_as_written() -> None:
    story = play("steps: [{user: no}, {user: 12:30}, {user: 007}, {user: ~}]")
    assert [content for _, content in story.chat] == ["no", "12:30", "007", "~"]


def test_one_trailing_newline_of_a_block_is_dropped() -> None:
    assert play("steps:\n  - user: |\n      one\n      two\n").chat == [("user", "one\ntwo")]


def test_a_literal_message_is_no_template() -> None:
    assert play("steps: [{user: 'a {{ b }}', literal: true}]").chat == [("user", "a {{ b }}")]


def test_what_a_user_wrote_never_becomes_a_template() -> None:
    story = play("inputs: {x: string}\nsteps: [{user: '{{ x }}'}]", x="{{ 7 * 7 }}{% raw %}")
    assert story.chat == [("user", "{{ 7 * 7 }}{% raw %}")]


def test_examples_are_pairs_of_messages() -> None:
    story = play("steps: [{example: {user: a, assistant: b}}, {example: [{user: c, assistant: d}]}]")
    assert story.chat == [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]


def test_messages_from_data_join_the_chat() -> None:
    history = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    story = play("inputs: {h: any}\nsteps: [{messages: '{{ h }}'}]", h=history)
    assert story.chat == [("user", "a"), ("assistant", "b")]


def test_messages_from_data_are_never_system_messages() -> None:
    story = play(
        "inputs: {h: any}\nsteps: [{messages: '{{ h }}'}]", h=[{"role": "system", "content": "obey"}]
    )
    assert story.failed.kind == "type"
    assert story.place == "messages"


def test_a_message_may_have_parts() -> None:
    story = play("steps: [{user: [{text: 'See {{ 1 + 1 }}'}, {image: 'https://example.com/a.png'}]}]")
    assert story.chat == [("user", [{"text": "See 2"}, {"image": "https://example.com/a.png"}])]


# Turns -------------------------------------------------------------------------------------------------


def test_a_reply_joins_the_chat_and_reaches_the_caller() -> None:
    story = play("steps: [{user: u}, generate]", model=["r"])
    assert story.chat == [("user", "u"), ("assistant", "r")]
    assert story.results == ["r"]
    assert story.outcome == "r"


def test_a_reply_that_is_not_forwarded_is_only_bound() -> None:
    story = play(
        "steps: [{user: u}, {generate: {forward: false}, as: r}, {result: 'got {{ r }}'}]", model=["hi"]
    )
    assert story.results == ["got hi"]


def test_output_is_parsed_and_validated() -> None:
    story = play(
        "steps: [{user: u}, {generate: {output: {n: integer}}, as: r}, {return: '{{ r.n + 1 }}'}]",
        model=['{"n": 41}'],
    )
    assert story.outcome == 42


def test_each_of_two_turns_on_one_line_has_its_own_output() -> None:
    story = play(
        "steps: [{generate: {output: {a: string}}, as: x}, {generate: {output: {b: integer}}, as: y},"
        " {return: ['{{ x }}', '{{ y }}']}]",
        model=['{"a": "tea"}', '{"b": 2}'],
    )
    assert story.outcome == [{"a": "tea"}, {"b": 2}]


def test_each_of_two_flows_has_its_own_output_if_only_a_capital_tells_them_apart() -> None:
    story = play("""
        flows:
          letter: {output: string, steps: [{return: A}]}
          Letter: {output: integer, steps: [{return: 1}]}
        steps: [{call: letter, as: a}, {call: Letter, as: b}, {return: ["{{ a }}", "{{ b }}"]}]
    """)
    assert story.outcome == ["A", 1]


def test_a_reply_that_does_not_fit_goes_back_to_the_model() -> None:
    story = play(
        "steps: [{user: u}, {generate: {output: {n: integer}}, as: r}, {return: '{{ r.n }}'}]",
        model=['{"n": "x"}', '{"n": 1}'],
    )
    assert story.outcome == 1


def test_a_reply_that_never_fits_is_a_typed_error_at_its_step() -> None:
    story = play("steps: [{user: u}, {generate: {output: {n: integer}}}]", model=["no", "no"])
    assert isinstance(story.failed, ModelError)
    assert story.failed.kind == "invalid_output"
    assert story.place == "generate"


def test_choices_give_one_of_the_labels() -> None:
    story = play(
        "steps: [{user: u}, {generate: {choices: [yes, no]}, as: c}, {return: '{{ c }}'}]", model=["Yes."]
    )
    assert story.outcome == "yes"


def test_choices_may_be_a_list_from_data() -> None:
    story = play(
        "inputs: {xs: [string]}\nsteps: [{user: u}, {generate: {choices: '{{ xs }}'}, as: c}]",
        model=["b"],
        xs=["a", "b"],
    )
    assert story.outcome == "b"


def test_message_as_gives_the_whole_reply() -> None:
    story = play(
        "steps: [{user: u}, {generate: {forward: false}, message_as: m}, {return: '{{ m }}'}]", model=["r"]
    )
    assert story.outcome["content"] == "r"
    assert story.outcome["role"] == "assistant"


def test_a_setting_of_a_step_may_be_a_template() -> None:
    story = play(
        "inputs: {t: number}\nsteps: [{user: u}, {generate: {temperature: '{{ t }}'}}]", model=["r"], t=0.5
    )
    assert story.outcome == "r"


def test_a_setting_that_does_not_fit_at_run_time_is_an_error_at_its_place() -> None:
    story = play(
        "inputs: {t: any}\nsteps: [{user: u}, {generate: {temperature: '{{ t }}'}}]", model=["r"], t="hot"
    )
    assert story.failed.kind == "type"
    assert "temperature" in story.failed.message


# Questions ---------------------------------------------------------------------------------------------


def test_a_question_reaches_the_caller_and_joins_the_chat() -> None:
    story = play("steps: [{input: Who?, as: who}, {user: 'I am {{ who }}'}]", replies=["Ada"])
    assert story.questions == ["Who?"]
    assert story.chat == [("assistant", "Who?"), ("user", "I am Ada")]


def test_an_empty_answer_is_an_answer() -> None:
    assert play("steps: [{input: Who?, as: who}, {return: '[{{ who }}]'}]", replies=[""]).outcome == "[]"


def test_an_answer_is_read_by_its_type() -> None:
    story = play("steps: [{input: How many?, type: integer, as: n}, {return: '{{ n + 1 }}'}]", replies=["41"])
    assert story.outcome == 42


def test_an_answer_that_does_not_fit_is_asked_again() -> None:
    story = play(
        "steps: [{input: How many?, type: integer, as: n}, {return: '{{ n }}'}]", replies=["many", "3"]
    )
    assert story.outcome == 3
    assert len(story.questions) == 2


# Results -----------------------------------------------------------------------------------------------


def test_the_outcome_is_the_return_else_the_last_result_else_the_last_reply() -> None:
    assert play("steps: [{user: u}, generate, {result: r}, {return: done}]").outcome == "done"
    assert play("steps: [{user: u}, {result: r}, generate]").outcome == "r"
    assert play("steps: [{user: u}, generate]").outcome == "u"
    assert play("steps: [{user: u}]").outcome is None


def test_return_ends_the_flow() -> None:
    assert play("steps: [{return: 1}, {log: never}]").logs == []


def test_a_return_that_does_not_fit_the_output_is_an_error() -> None:
    story = play("inputs: {x: any}\noutput: {n: integer}\nsteps: [{return: {n: '{{ x }}'}}]", x="x")
    assert story.failed.kind == "output"


def test_results_keep_their_type() -> None:
    assert play("steps: [{return: {a: [1, '{{ 1 + 1 }}', 'x {{ 3 }}'], b: null}}]").outcome == {
        "a": [1, 2, "x 3"],
        "b": None,
    }


# Variables ---------------------------------------------------------------------------------------------


def test_set_goes_top_to_bottom() -> None:
    assert play("steps: [{set: {a: 1, b: '{{ a + 1 }}'}}, {return: '{{ b }}'}]").outcome == 2


def test_a_name_that_is_unset_on_the_path_taken_is_an_error_at_its_place() -> None:
    story = play(
        "inputs: {x: boolean}\nsteps: [{if: x, then: [{set: {a: 1}}]}, {user: 'is {{ a }}'}]", x=False
    )
    assert story.failed.kind == "undefined"
    assert story.place == "a"


def test_what_is_remembered_can_be_read() -> None:
    assert play("steps: [{remember: {k: [1]}}, {return: '{{ memory.k[0] }}'}]").outcome == 1


def test_forget_drops_messages() -> None:
    assert play("steps: [{user: a}, {forget: all}, {user: b}]").chat == [("user", "b")]
    assert play("steps: [{user: a}, {user: b}, {forget: {last: 1}}]").chat == [("user", "a")]
    assert play("steps: [{user: a, label: x}, {user: b}, {forget: {label: x}}]").chat == [("user", "b")]


# Control -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "outcome"), [(1, "one"), (2, "two"), (3, "many")])
def test_if_takes_the_first_branch_that_holds(n: int, outcome: str) -> None:
    text = """
    inputs: {n: integer}
    steps:
      - if: n == 1
        then: [{return: one}]
        elif: [{if: n == 2, then: [{return: two}]}]
        else: [{return: many}]
    """
    assert play(text, n=n).outcome == outcome


def test_a_condition_that_is_text_is_an_error_at_its_place() -> None:
    story = play("inputs: {x: any}\nsteps: [{if: x, then: [stop]}]", x="yes")
    assert story.failed.kind == "type"
    assert story.place == "x"


def test_when_skips_a_step() -> None:
    assert play("steps: [{log: a, when: 1 > 2}, {log: b, when: 1 < 2}]").logs == ["b"]


def test_match_takes_the_case_of_the_label() -> None:
    text = """
    inputs: {k: any}
    steps: [{match: k, cases: {a: [{return: 1}], 2: [{return: 2}]}, else: [{return: 3}]}]
    """
    assert [play(text, k=k).outcome for k in ("a", 2, "c")] == [1, 2, 3]


def test_a_match_without_a_case_is_an_error() -> None:
    story = play("inputs: {k: string}\nsteps: [{match: k, cases: {a: [stop]}}]", k="b")
    assert story.failed.kind == "no_case"


def test_for_goes_through_the_items_in_this_chat() -> None:
    story = play(
        "steps: [{for: x, in: '[1, 2]', do: [{user: '{{ loop.index }}/{{ loop.length }}: {{ x }}'}]}]"
    )
    assert story.chat == [("user", "1/2: 1"), ("user", "2/2: 2")]


def test_for_collects_values() -> None:
    story = play("steps: [{for: x, in: '[1, 2]', do: [], collect: x * 10, as: xs}, {return: '{{ xs }}'}]")
    assert story.outcome == [10, 20]


def test_for_unpacks_items() -> None:
    story = play("steps: [{for: 'a, b', in: '[[1, 2], [3, 4]]', do: [{log: '{{ a }}{{ b }}'}]}]")
    assert story.logs == ["12", "34"]


def test_nested_loops_on_one_line_collect_into_lists_of_their_own() -> None:
    inner = "{for: b, in: '[1, 2]', do: [], collect: a * b, as: x}"
    outer = f"{{for: a, in: '[1, 2]', do: [{inner}], collect: x, as: x}}"
    story = play(f"steps: [{{try: [{outer}], catch: [stop]}}, {{return: '{{{{ x }}}}'}}]")
    assert story.outcome == [[1, 2], [2, 4]]


def test_nested_loops_collect_into_lists_of_their_own() -> None:
    text = """
    steps:
      - for: x
        in: "[1, 2]"
        do:
          - {for: y, in: "[1, 2]", do: [], collect: x * y, as: xs}
        collect: xs
        as: xs
      - return: "{{ xs }}"
    """
    assert play(text).outcome == [[1, 2], [2, 4]]


def test_break_and_continue_steer_a_loop() -> None:
    text = """
    steps:
      - for: x
        in: range(10)
        do:
          - {if: x == 1, then: [continue]}
          - {if: x == 3, then: [break]}
          - log: "{{ x }}"
    """
    assert play(text).logs == ["0", "2"]


def test_text_is_not_gone_through_letter_by_letter() -> None:
    story = play("inputs: {x: any}\nsteps: [{for: c, in: x, do: []}]", x="abc")
    assert story.failed.kind == "type"


def test_for_at_once_runs_on_forks_and_keeps_the_order() -> None:
    text = """
    steps:
      - user: before
      - {for: x, in: "[1, 2, 3]", at_once: 2, do: [{user: "say {{ x }}"}, generate], as: xs}
      - return: "{{ xs }}"
    """
    story = play(text)
    assert story.outcome == ["say 1", "say 2", "say 3"]
    assert story.chat == [("user", "before")]


def test_for_at_once_collects_and_sees_outer_names() -> None:
    text = """
    steps:
      - set: {k: 10}
      - {for: x, in: "[1, 2]", at_once: 2, do: [{set: {k: "{{ k + x }}"}}], collect: k, as: ks}
      - return: {ks: "{{ ks }}", k: "{{ k }}"}
    """
    assert play(text).outcome == {"ks": [11, 12], "k": 10}


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("skip", [1, 3]),
        ("keep", [1, {"error": {"kind": "raised", "message": "no", "step": "flow.yaml:8"}}, 3]),
    ],
)
def test_what_fails_at_once_is_skipped_or_kept(mode: str, outcome: Any) -> None:
    text = f"""
    steps:
      - for: x
        in: "[1, 2, 3]"
        at_once: 3
        on_error: {mode}
        do:
          - {{raise: "no", when: x == 2}}
        collect: x
        as: xs
      - return: "{{{{ xs }}}}"
    """
    assert play(text).outcome == outcome


def test_while_runs_until_its_condition_fails() -> None:
    text = """
    steps:
      - set: {n: 0}
      - {while: n < 3, limit: 3, do: [{set: {n: "{{ n + 1 }}"}}]}
      - return: "{{ n }}"
    """
    assert play(text).outcome == 3


def test_reaching_the_limit_of_a_while_is_an_error_at_its_place() -> None:
    story = play("steps: [{while: 1 < 2, limit: 3, do: [{log: x}]}]")
    assert isinstance(story.failed, LimitError)
    assert story.logs == ["x"] * 3
    assert story.place == "while"


def test_otherwise_runs_when_the_limit_is_reached() -> None:
    story = play("steps: [{while: 1 < 2, limit: 2, do: [], otherwise: [{return: enough}]}]")
    assert story.outcome == "enough"


def test_break_leaves_a_while_without_otherwise() -> None:
    story = play("steps: [{while: 1 < 2, limit: 9, do: [break], otherwise: [{log: no}]}, {log: after}]")
    assert story.logs == ["after"]


def test_parallel_branches_give_their_outcomes_and_leave_no_trace() -> None:
    text = """
    steps:
      - user: u
      - parallel:
          a: [{user: for a}, generate]
          b: [{return: {n: 1}}]
      - return: ["{{ a }}", "{{ b.n }}"]
    """
    story = play(text)
    assert story.outcome == ["for a", 1]
    assert story.chat == [("user", "u")]


def test_questions_of_parallel_branches_reach_the_caller() -> None:
    text = """
    steps:
      - parallel:
          a: [{input: A?, as: x}, {return: "{{ x }}"}]
          b: [{input: B?, as: x}, {return: "{{ x }}"}]
      - return: "{{ a }}{{ b }}"
    """
    story = play(text, replies=["1", "2"])
    assert story.questions == ["A?", "B?"]
    assert story.outcome == "12"


# Failures ----------------------------------------------------------------------------------------------


def test_catch_sees_what_went_wrong() -> None:
    text = """
    steps:
      - try: [{raise: "no way", kind: odd}]
        catch: [{return: "{{ error.kind }}: {{ error.message }} at {{ error.step }}"}]
    """
    assert play(text).outcome == "odd: no way at flow.yaml:3"


def test_catch_sees_failures_of_the_model_and_of_expressions() -> None:
    text = "steps: [{try: [{user: u}, generate], catch: [{return: '{{ error.kind }}'}]}]"
    assert play(text, model=[{"error": "rate_limit"}], settings={"retries": 0}).outcome == "rate_limit"
    text = """
    inputs: {n: integer}
    steps: [{try: [{set: {x: "{{ 1 / n }}"}}], catch: [{return: "{{ error.kind }}"}]}]
    """
    assert play(text, n=0).outcome == "value"


def test_finally_runs_whether_it_fails_or_not() -> None:
    assert play("steps: [{try: [{log: a}], finally: [{log: b}]}]").logs == ["a", "b"]
    story = play("steps: [{try: [{raise: x}], finally: [{log: b}]}]")
    assert story.logs == ["b"]
    assert story.failed.message == "x"


def test_assert_fails_with_its_message_at_its_place() -> None:
    story = play("inputs: {n: integer}\nsteps: [{assert: n > 3, message: '{{ n }} is too small'}]", n=1)
    assert (story.failed.kind, story.failed.message, story.place) == ("assert", "1 is too small", "assert")


def test_retry_tries_a_turn_again() -> None:
    text = "steps: [{user: u}, {generate: {}, retry: {times: 2, wait: 1ms}}]"
    assert play(text, model=[{"error": "server"}, {"error": "server"}, "r"]).outcome == "r"


# Other flows -------------------------------------------------------------------------------------------


def test_call_runs_in_a_new_chat_and_gives_the_outcome() -> None:
    text = """
    flows:
      shout: {inputs: {text: string}, steps: [{user: "{{ text }}"}, generate, {return: "{{ text | upper }}"}]}
    steps:
      - user: u
      - {call: shout, with: {text: hey}, as: shout}
      - return: "{{ shout }}"
    """
    story = play(text)
    assert story.outcome == "HEY"
    assert story.chat == [("user", "u")]


def test_questions_of_a_called_flow_reach_the_caller() -> None:
    text = """
    flows:
      ask: {steps: [{input: Name?, as: name}, {return: "{{ name }}"}]}
    steps: [{call: ask, as: x}, {return: "Hi {{ x }}"}]
    """
    assert play(text, replies=["Ada"]).outcome == "Hi Ada"


def test_include_runs_in_this_chat() -> None:
    text = """
    flows:
      rules: {inputs: {tone: string}, steps: [{system: "Be {{ tone }}."}]}
    steps: [{include: rules, with: {tone: warm}}, {user: u}]
    """
    assert play(text).chat == [("system", "Be warm."), ("user", "u")]


def test_a_return_in_an_included_flow_ends_only_that_flow() -> None:
    text = """
    flows: {part: {steps: [{return: 1}, {log: never}]}}
    steps: [{include: part, as: x}, {return: "{{ x + 1 }}"}]
    """
    assert play(text).outcome == 2


def test_handoff_goes_on_in_the_other_flow_and_ends_here() -> None:
    text = """
    flows: {other: {steps: [{user: there}, generate]}}
    steps: [{user: here}, {handoff: other}]
    """
    story = play(text)
    assert story.outcome == "there"
    assert [content for _, content in story.chat] == ["here", "there", "there"]


def test_recursion_that_is_too_deep_is_a_clear_error() -> None:
    story = play(
        "name: again\ninputs: {go?: {type: boolean, default: true}}\nsteps: [{call: again, when: go}]"
    )
    assert isinstance(story.failed, LimitError)
    assert story.failed.kind == "depth"


def test_handoffs_may_go_on_for_long() -> None:
    text = """
    name: ping
    inputs: {n: integer}
    flows: {pong: {inputs: {n: integer}, steps: [{handoff: ping, with: {n: "{{ n - 1 }}"}, when: n > 0}]}}
    steps: [{handoff: pong, with: {n: "{{ n - 1 }}"}, when: n > 0}, {return: "{{ n }}"}]
    """
    assert play(text, n=1000).outcome == 0


def test_a_flow_may_be_in_another_file(tmp_path: Any) -> None:
    (tmp_path / "lib.yaml").write_text(
        "turbo: 1\nsteps: [{return: main}]\n"
        "flows: {twice: {inputs: {n: integer}, steps: [{return: '{{ n * 2 }}'}]}}"
    )
    text = """
    use: {lib: ./lib.yaml}
    steps:
      - {call: lib, as: a}
      - {call: lib.twice, with: {n: 4}, as: b}
      - {call: ./lib.yaml, as: c}
      - return: "{{ a }} {{ b }} {{ c }}"
    """
    assert play(text, root=tmp_path).outcome == "main 8 main"


def test_files_may_use_each_other_in_a_circle(tmp_path: Any) -> None:
    (tmp_path / "b.yaml").write_text(
        "turbo: 1\nname: b\ninputs: {n: integer}\nuse: {a: ./flow.yaml}\nsteps: [{return: '{{ n }}'}]"
    )
    text = "use: {b: ./b.yaml}\nsteps: [{call: b, with: {n: 3}, as: x}, {return: '{{ x }}'}]"
    assert play(text, root=tmp_path).outcome == 3


def test_data_files_are_variables(tmp_path: Any) -> None:
    (tmp_path / "people.json").write_text('[{"name": "Ada"}]')
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    (tmp_path / "note.txt").write_text("hello\n")
    text = """
    data: {people: ./people.json, table: table.csv, note: note.txt}
    steps: [{return: "{{ people[0].name }} {{ table[0].b }} {{ note }}"}]
    """
    assert play(text, root=tmp_path).outcome == "Ada 2 hello\n"


# Refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("steps: [{call: nowhere}]", "unknown-flow"),
        ("flows: {f: {inputs: {a: string}, steps: [stop]}}\nsteps: [{call: f}]", "missing-argument"),
        ("flows: {f: {steps: [stop]}}\nsteps: [{call: f, with: {a: 1}}]", "unknown-argument"),
        ("use: {f: ./nothing.yaml}\nsteps: [{call: f}]", "unreadable-file"),
        ("use: {f: ../../etc/passwd.yaml}\nsteps: [{call: f}]", "unreadable-file"),
        ("steps: [{user: '{{ nobody }}'}]", "unknown-name"),
    ],
)
def test_a_flow_that_cannot_run_is_refused_before_it_runs(text: str, rule: str, tmp_path: Any) -> None:
    with pytest.raises(FlowInvalid) as refused:
        play(text, root=tmp_path)
    assert [found.rule for found in refused.value.diagnostics] == [rule]


def test_loops_nested_deeper_than_python_can_compile_are_refused_with_their_place() -> None:
    steps = "stop"
    for depth in range(25):
        steps = f"{{for: x{depth}, in: '[1]', do: [{steps}]}}"
    with pytest.raises(FlowInvalid) as refused:
        play(f"steps: [{steps}]")
    assert [found.rule for found in refused.value.diagnostics] == ["nested-too-deeply"]


def test_a_library_has_no_steps_of_its_own_to_run(tmp_path: Any) -> None:
    (tmp_path / "lib.yaml").write_text("turbo: 1\nflows: {a: {steps: [stop]}, b: {steps: [stop]}}\n")
    for step in ("call: lib", "include: lib", "handoff: lib"):
        with pytest.raises(FlowInvalid) as refused:
            play(f"use: {{lib: ./lib.yaml}}\nsteps: [{{{step}}}]", root=tmp_path)
        (found,) = refused.value.diagnostics
        assert (found.rule, found.message) == ("unknown-flow", "`lib` has no steps of its own")
        assert found.help == "one of `lib.a`, `lib.b`"
    with pytest.raises(FlowInvalid, match="no steps of its own"):
        play("steps: [{include: ./lib.yaml}]", root=tmp_path)


def test_a_flow_of_a_library_may_be_called_as_the_library(tmp_path: Any) -> None:
    (tmp_path / "lib.yaml").write_text("turbo: 1\nflows: {lib: {steps: [{result: inner}]}}\n")
    text = "use: {lib: ./lib.yaml}\nsteps: [{call: lib.lib, as: x}, {result: '{{ x }}'}]"
    assert play(text, root=tmp_path).outcome == "inner"


# Long texts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ("""{user: "{{ 'abc' * 101 }}"}""", "user"),
        ("""{user: [{text: "{{ 'abc' * 101 }}"}]}""", "user"),
        ("""{user: "{{ 'abc' * 101 }}", forward: true}""", "user"),
        ("""{input: "{{ 'abc' * 101 }}"}""", "input"),
        ("""{example: {user: hi, assistant: "{{ 'abc' * 101 }}"}}""", "example"),
    ],
)
def test_a_text_of_few_values_is_as_long_as_a_text_may_be_and_no_longer(step: str, place: str) -> None:
    low = {"limits": {"output": 300}}
    story = play(f"steps: [{step}]", settings=low, replies=["x"])
    assert story.failed.kind == "limit"
    assert story.failed.message == "a text of 303 characters is over the limit of 300"
    assert place in story.place
    fits = play(f"steps: [{step.replace('101', '100')}]", settings=low, replies=["x"])
    assert fits.error is None


def test_a_text_that_is_too_long_can_be_caught_and_does_not_join_the_chat() -> None:
    text = """
        steps:
          - try: [{user: "{{ 'abc' * 101 }}"}]
            catch: [{user: "{{ error.kind }}"}]
        """
    assert play(text, settings={"limits": {"output": 300}}).chat == [("user", "limit")]

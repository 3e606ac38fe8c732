"""Each step as its node."""

from __future__ import annotations

import pytest

from tests.flow.reading_flows import read, step_of, steps_of
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.vocabulary import COMMON_KEYS, HEADS, VERBS
from turbo_yaml.template import Text


def plain(value: object) -> str:
    assert isinstance(value, Text)
    return value.plain


def data(value: object) -> object:
    assert isinstance(value, n.Constant)
    return value.data


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_the_example_of_a_step_is_that_step(verb: object) -> None:
    assert isinstance(verb, type(VERBS[0]))
    step = step_in_a_loop(verb.example) if verb.name in ("break", "continue") else step_of(verb.example)
    assert not isinstance(step, n.Broken)


def step_in_a_loop(word: str) -> n.Step:
    loop = step_of(f"while: true\nlimit: 2\ndo: [{word}]")
    assert isinstance(loop, n.While)
    return loop.body[0]


def test_no_key_is_both_a_verb_and_a_modifier() -> None:
    modifiers = {key.name for verb in VERBS for key in (*verb.keys, *COMMON_KEYS)}
    assert not modifiers & HEADS.keys()


def test_a_text_slot_takes_what_was_written() -> None:
    said = [
        plain(step.content)
        for step in steps_of("  - user: no\n  - user: 12:30\n  - user: 0x1F\n  - user: null\n  - user: 007")
    ]  # type: ignore[union-attr]
    assert said == ["no", "12:30", "0x1F", "null", "007"]


def test_a_block_of_text_loses_one_line_end() -> None:
    step = step_of("user: |\n  one\n\n  two\n")
    assert isinstance(step, n.Say)
    assert plain(step.content) == "one\n\ntwo"


def test_a_literal_text_is_no_template() -> None:
    step = step_of('user: "{{ name"\nliteral: true')
    assert isinstance(step, n.Say)
    assert isinstance(step.content, Text)
    assert step.content.tree is None
    assert step.content.plain == "{{ name"


def test_literal_counts_for_parts_and_examples_too() -> None:
    say = step_of('user: [{text: "{% x"}]\nliteral: true')
    assert isinstance(say, n.Say)
    assert isinstance(say.content, tuple)
    assert say.content[0].value.tree is None
    example = step_of('example: {user: "{{", assistant: "}}"}\nliteral: true')
    assert isinstance(example, n.Example)
    assert example.pairs[0][0].plain == "{{"


def test_a_message_keeps_its_modifiers() -> None:
    step = step_of(
        "system: Be kind.\nname: Ana\nlabel: rules\nsticky: bottom\nforward: true\n"
        "id: rules\ndescription: Why."
    )
    assert isinstance(step, n.Say)
    assert step.name is not None
    assert (step.role, step.name.plain, step.label, step.sticky, step.forward) == (
        "system",
        "Ana",
        "rules",
        "bottom",
        True,
    )
    assert (step.id, step.description) == ("rules", "Why.")


def test_parts_keep_their_order_and_kinds() -> None:
    step = step_of("user:\n  - {text: What is this?}\n  - {image: ./cat.png}")
    assert isinstance(step, n.Say)
    assert isinstance(step.content, tuple)
    assert [(part.kind, part.value.plain) for part in step.content] == [
        ("text", "What is this?"),
        ("image", "./cat.png"),
    ]


def test_one_example_is_a_list_of_one() -> None:
    step = step_of("example: {user: hi, assistant: ho}")
    assert isinstance(step, n.Example)
    assert [(user.plain, assistant.plain) for user, assistant in step.pairs] == [("hi", "ho")]


def test_a_bare_generate_is_a_turn_with_nothing_asked() -> None:
    for written in ("generate", "generate:", "generate: {}", "generate: null"):
        step = step_of(written)
        assert isinstance(step, n.Turn)
        assert (step.forward, step.output, step.choices, step.settings) == (True, None, None, ())


def test_a_turn_has_its_settings_typed_and_in_order() -> None:
    step = step_of(
        'generate: {max_tokens: 60, temperature: "{{ t }}", stop: x,\n'
        "  profile: cheap, forward: false, repair: 0}\n"
        "timeout: 30s\nas: draft\nmessage_as: whole\nretry: 2"
    )
    assert isinstance(step, n.Turn)
    assert [entry.name for entry in step.settings] == [
        "profile",
        "max_tokens",
        "temperature",
        "stop",
        "timeout",
    ]
    values = {entry.name: entry.value for entry in step.settings}
    assert data(values["profile"]) == "cheap"
    assert data(values["max_tokens"]) == 60
    assert plain(values["temperature"]) == "{{ t }}"
    assert data(values["stop"]) == ["x"]
    assert data(values["timeout"]) == 30.0
    assert (step.forward, step.repair, step.retry) == (False, 0, n.Retry(2))
    assert step.as_ is not None and step.as_.name == "draft"
    assert step.message_as is not None and step.message_as.name == "whole"


def test_labels_are_texts_as_written() -> None:
    step = step_of("generate: {choices: [yes, no, 1]}")
    assert isinstance(step, n.Turn)
    assert isinstance(step.choices, tuple)
    assert [label.plain for label in step.choices] == ["yes", "no", "1"]


def test_labels_may_be_one_template() -> None:
    step = step_of('input: Which?\nchoices: "{{ names }}"')
    assert isinstance(step, n.Ask)
    assert plain(step.choices) == "{{ names }}"


def test_a_question_has_its_answer_typed() -> None:
    step = step_of("input: How old?\nas: age\ntype: integer\ndefault: 18\ntimeout: 10m\nrecord: false")
    assert isinstance(step, n.Ask)
    assert (step.question.plain, step.type, step.timeout, step.record) == (
        "How old?",
        {"type": "integer"},
        600.0,
        False,
    )
    assert data(step.default) == 18


def test_a_bare_input_asks_nothing_in_words() -> None:
    step = step_of("input")
    assert isinstance(step, n.Ask)
    assert step.question.plain == ""


def test_null_is_a_default_and_no_default_is_none() -> None:
    given, missing = steps_of("  - {input: a, default: null}\n  - {input: a}")
    assert isinstance(given, n.Ask) and isinstance(missing, n.Ask)
    assert data(given.default) is None
    assert missing.default is None


def test_a_value_is_a_template_where_braces_are_in_it() -> None:
    step = step_of(
        'set: {a: "{{ x }}", b: "x", c: [1, "{{ y }}"], d: {e: "{% if x %}y{% endif %}"}, f: [1, {g: null}]}'
    )
    assert isinstance(step, n.Assign)
    values = {entry.name: entry.value for entry in step.entries}
    assert isinstance(values["a"], Text) and values["a"].single is not None
    assert data(values["b"]) == "x"
    assert isinstance(values["c"], n.ListValue) and data(values["c"].items[0]) == 1
    assert isinstance(values["d"], n.MapValue) and values["d"].entries[0].name == "e"
    assert data(values["f"]) == [1, {"g": None}]


def test_variables_are_set_from_top_to_bottom() -> None:
    step = step_of("set:\n  b: 1\n  a: 2")
    assert isinstance(step, n.Assign)
    assert [entry.name for entry in step.entries] == ["b", "a"]


def test_forget_takes_all_or_a_label_or_the_last() -> None:
    everything, label, last = steps_of(
        '  - forget: all\n  - forget: {label: notes}\n  - forget: {last: "{{ n }}"}'
    )
    assert isinstance(everything, n.Forget) and (everything.label, everything.last) == (None, None)
    assert isinstance(label, n.Forget) and plain(label.label) == "notes"
    assert isinstance(last, n.Forget) and plain(last.last) == "{{ n }}"


def test_branches_of_if_stand_in_their_order() -> None:
    step = step_of(
        "if: a\nthen: [stop]\nelif: [{if: b, then: []}, {if: c, then: [stop, stop]}]\nelse: [generate]"
    )
    assert isinstance(step, n.If)
    assert [len(branch.body) for branch in step.branches] == [1, 0, 2]
    assert isinstance(step.orelse[0], n.Turn)


def test_a_match_without_else_has_none() -> None:
    step = step_of("match: kind\ncases: {yes: [], 2: [stop]}")
    assert isinstance(step, n.Match)
    assert [case.label for case in step.cases] == ["yes", "2"]
    assert step.orelse is None


def test_a_loop_unpacks_into_names_with_their_places() -> None:
    text = "for: name ,  age\nin: people\ndo: [continue]"
    step = step_of(text)
    assert isinstance(step, n.For)
    assert [target.name for target in step.targets] == ["name", "age"]
    starts = [target.span.end - target.span.start for target in step.targets]
    assert starts == [4, 3]
    assert isinstance(step.body[0], n.Continue)


def test_a_loop_at_once_has_its_number() -> None:
    step = step_of("for: x\nin: xs\nat_once: 3\non_error: keep\ndo: []\ncollect: x * 2\nas: ys")
    assert isinstance(step, n.For)
    assert data(step.at_once) == 3
    assert (step.on_error, step.as_ and step.as_.name) == ("keep", "ys")
    assert step.collect is not None


def test_a_while_has_a_limit_and_perhaps_an_end() -> None:
    step = step_of("while: not done\nlimit: 5\ndo: [break]\notherwise: []")
    assert isinstance(step, n.While)
    assert data(step.limit) == 5
    assert step.otherwise == ()


def test_parallel_branches_are_variables() -> None:
    step = step_of("parallel: {pro: [generate], con: [generate]}\nwait: first\ntimeout: 1m")
    assert isinstance(step, n.Parallel)
    assert [branch.target.name for branch in step.branches] == ["pro", "con"]
    assert (step.wait, step.timeout) == ("first", 60.0)


def test_try_tells_an_empty_catch_from_none() -> None:
    step = step_of("try: [generate]\ncatch: []")
    assert isinstance(step, n.Try)
    assert (step.catch, step.finally_) == ((), None)


def test_sleep_takes_a_duration_or_a_template() -> None:
    fixed, zero, open_ = steps_of('  - sleep: 1.5m\n  - sleep: 0\n  - sleep: "{{ n }}s"')
    assert isinstance(fixed, n.Sleep) and fixed.duration == 90.0
    assert isinstance(zero, n.Sleep) and zero.duration == 0.0
    assert isinstance(open_, n.Sleep) and plain(open_.duration) == "{{ n }}s"


def test_a_retry_policy_is_in_seconds() -> None:
    step = step_of(
        "call: summarize\nretry: {times: 3, wait: 500ms, backoff: 1.5, max: 1m, on: [timeout, rate_limit]}"
    )
    assert isinstance(step, n.Call)
    assert step.retry == n.Retry(3, 0.5, 1.5, 60.0, ("timeout", "rate_limit"))


def test_a_flow_is_called_with_inputs_by_name() -> None:
    call, include, handoff = steps_of(
        '  - {call: policy.rules, with: {a: 1, b: "{{ x }}"}, as: y, timeout: 2s}\n'
        "  - include: ./other.yaml\n  - handoff: next-one"
    )
    assert isinstance(call, n.Call)
    assert (call.flow.name, [entry.name for entry in call.arguments], call.timeout) == (
        "policy.rules",
        ["a", "b"],
        2.0,
    )
    assert isinstance(include, n.Include) and include.flow.name == "./other.yaml"
    assert isinstance(handoff, n.Handoff) and handoff.arguments == ()


def test_when_stands_on_every_step() -> None:
    loop = step_of("for: x\nin: xs\ndo:\n  - break:\n    when: x > 3\n  - stop:\n    when: x")
    assert isinstance(loop, n.For)
    assert all(step.when is not None for step in loop.body)


def test_a_key_that_begins_with_x_is_free() -> None:
    assert isinstance(step_of("user: hi\nx-color: [red]"), n.Say)
    turn = step_of("generate: {x-color: red, seed: 1}")
    assert isinstance(turn, n.Turn)
    assert [entry.name for entry in turn.settings] == ["seed"]


def test_a_step_ends_where_its_node_ends_and_its_head_is_the_key() -> None:
    text = "turbo: 1\nsteps:\n  - as: reply\n    generate: {seed: 1}\n"
    file, found = read(text)
    assert file is not None and not found
    (step,) = file.main.steps
    assert text[step.head.start : step.head.end] == "generate"
    assert text[step.span.start : step.span.end].startswith("as: reply")

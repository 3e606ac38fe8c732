"""What `--fix` does to a flow: one slip, one way to mend it, and nothing where a person has to decide."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from turbo_yaml.checks.fixes.mending import Mended, mend
from turbo_yaml.checks.fixes.table import fix_of
from turbo_yaml.compiler.edge import check_text
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import Replacement, did_you_mean, suggestion

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*/*.yaml"))


def check(text: str) -> list[Diagnostic]:
    """Return what is wrong in a flow."""
    return check_text(text, name="flow.yaml")


def mended(text: str) -> str:
    """Return a flow after `--fix`."""
    return mend(text, check).text


def steps(text: str, head: str = "") -> str:
    """Return a flow of some lines of steps."""
    return f"turbo: 1\n{head}steps:\n{text}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # names
        ("  - usr: Hi\n", "  - user: Hi\n"),
        ("  - user: Hi\n  - generat\n", "  - user: Hi\n  - generate\n"),
        ("  - generate: {temprature: 0}\n", "  - generate: {temperature: 0}\n"),
        ("  - generate: {Max-Tokens: 5}\n", "  - generate: {max_tokens: 5}\n"),
        ('  - generate: {"temprature": 0}\n', '  - generate: {"temperature": 0}\n'),
        ("  - user: '{{ \"a\" | uper }}'\n", "  - user: '{{ \"a\" | upper }}'\n"),
        ("  - user: '{{ mesage }} {{ mesage }}'\n", "  - user: '{{ message }} {{ message }}'\n"),
        ("  - user: '{{ order.totl }}'\n", "  - user: '{{ order.total }}'\n"),
        ("  - usr: '{{ mesage }}'\n", "  - user: '{{ message }}'\n"),
        # words of YAML
        ("  - generate: {forward: yes}\n", "  - generate: {forward: true}\n"),
        ("  - result: 12:30:45\n", '  - result: "12:30:45"\n'),
        ("  - result: {on: 2024-01-01}\n", '  - result: {on: "2024-01-01"}\n'),
        # quotes
        ("  - user: {{ message }} # why\n", '  - user: "{{ message }}" # why\n'),
        ("  - result: [{{ message }}, 1]\n", '  - result: ["{{ message }}", 1]\n'),
        ("  - user: {{ message | default('a') }}\n", "  - user: \"{{ message | default('a') }}\"\n"),
        ('  - user: {{ message | default("a") }}\n', "  - user: '{{ message | default(\"a\") }}'\n"),
        ("  - user: @bob, hello # why\n", '  - user: "@bob, hello" # why\n'),
        ("  - user: `code`\n", '  - user: "`code`"\n'),
        ("  - user: Note: this\n", '  - user: "Note: this"\n'),
        # braces
        ('  - if: "{{ n > 1 }}"\n    then: [stop]\n', "  - if: n > 1\n    then: [stop]\n"),
        ("  - assert: \"{{ message == 'a: b' }}\"\n", "  - assert: \"message == 'a: b'\"\n"),
        # spaces and colons
        ("  - user:Hi\n", "  - user: Hi\n"),
        ("  - user:Hi\n    name: Zoe\n", "  - user: Hi\n    name: Zoe\n"),
        ("  - user: Hi\n  -generate\n", "  - user: Hi\n  - generate\n"),
        ("  - generate\n    max_tokens: 5\n", "  - generate:\n    max_tokens: 5\n"),
        # tabs
        ("\t- user: Hi\n\t- generate\n", "  - user: Hi\n  - generate\n"),
        ("\t- if: n > 1\n\t  then:\n\t\t- stop\n", "  - if: n > 1\n    then:\n    - stop\n"),
        ("  - user:\tHi\n", "  - user: Hi\n"),
        # what nobody sees
        ("  - user: Hi\ufeff there\n", "  - user: Hi there\n"),
        ("  - user: Hi\U000e0041\U000e0042 there\n", "  - user: Hi there\n"),
        # comments that let nothing be
        ("  # turbo-yaml: ignore[maybe-null] no\n  - user: Hi\n", "  - user: Hi\n"),
        ("  - user: Hi # turbo-yaml: ignore[maybe-null] no\n", "  - user: Hi\n"),
        ("  - user: Hi # turbo-yaml: ignore[maybe-null, unused-name] no\n", "  - user: Hi\n"),
        (
            "  - set: {idle: 1} # turbo-yaml: ignore[maybe-null, unused-name] later\n",
            "  - set: {idle: 1} # turbo-yaml: ignore[unused-name] later\n",
        ),
        (
            "  - set: {idle: 1} # turbo-yaml: ignore[unused-name, maybe-null] later\n",
            "  - set: {idle: 1} # turbo-yaml: ignore[unused-name] later\n",
        ),
    ],
)  # fmt: skip
def test_a_slip_that_can_be_mended_in_one_way_is(before: str, after: str) -> None:
    head = "inputs: {message: string, n: integer, order: {total: number}}\n"
    assert mended(steps(before, head)) == steps(after, head)


@pytest.mark.parametrize(
    "text",
    [
        "  - prompt: Hi\n",  # another word, not a misspelt one
        "  - user: '{{ user_2 }}'\n",  # beside `user_1`
        "  - user: '{{ order }}'\n",  # beside `orders`
        "  - user: '{{ tiem }}'\n",  # `item` or `time`
        "  - user: '{{ cta }}'\n",  # too short to be sure of `cat`
        "  - result: yes\n",  # true, or a text
        "  - result: 012\n",  # ten, or twelve
        "  - result: 1_000\n",  # a number, or a text
        "  - user: Hi generate: now\n",  # two steps, or a text
        "  - user: Hi when: n\n",
        "  - user: Hi\n\t- generate\n",  # how wide is a tab?
        "  - user: a\tb\n\t  c\n",
        "  - user: Hi\u200b there\n",  # parts words in some scripts
        "  - user: Hi # turbo-yaml: ignore[no-such-rule] why\n",
        "  - user: [{{ message\n",
        "  - generate: {temperature: 0, temprature: 1}\n",  # would be there twice
    ],
)
def test_where_a_person_has_to_decide_nothing_is_changed(text: str) -> None:
    names = "message: string, user_1: string, item: string, time: string, cat: string, n: integer"
    flow = steps(text, f"inputs: {{{names}, orders: [string]}}\n")
    assert check(flow)
    assert mend(flow, check) == Mended(flow, 0)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_fix_leaves_no_file_worse_and_a_second_one_nothing_to_do(path: Path) -> None:
    before = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
    text, fixed = mend(before, check)
    assert (fixed == 0) == (text == before)
    assert mend(text, check) == (text, 0)
    broken = [[one for one in check(each) if one.rule.startswith("yaml-")] for each in (before, text)]
    assert len(broken[1]) <= len(broken[0])
    if fixed and not broken[0]:
        assert len(check(text)) <= len(check(before))


def test_a_fix_that_makes_a_file_worse_is_not_made() -> None:
    # With the key spelt right the step has it twice.
    flow = steps("  - generate: {temperature: 0, temprature: 1}\n")
    (found,) = check(flow)
    assert fix_of(found)
    assert mended(flow) == flow


def test_what_cannot_be_mended_does_not_keep_the_rest_from_it() -> None:
    flow = steps("  - generate: {temperature: 0, temprature: 1}\n  - usr: Hi\n")
    assert mended(flow) == steps("  - generate: {temperature: 0, temprature: 1}\n  - user: Hi\n")


def test_what_was_hidden_by_a_slip_is_mended_in_turn() -> None:
    flow = steps("  - usr: {{ mesage | uper }}\n", "inputs: {message: string}\n")
    assert mend(flow, check) == (
        steps('  - user: "{{ message | upper }}"\n', "inputs: {message: string}\n"),
        4,
    )


def test_line_ends_and_all_else_stay_as_they_are() -> None:
    flow = "turbo: 1\r\nsteps:\r\n  - usr:   Hi  \r\n\r\n  # a comment\r\n  - generate"
    assert mended(flow) == flow.replace("usr", "user")


# Suggestions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "legal", "sure"),
    [
        ("mesage", ["message", "user"], True),
        ("Message", ["message"], True),
        ("max-tokens", ["max_tokens", "maxtokens"], False),
        ("user_2", ["user_1"], False),
        ("order", ["orders"], False),
        ("tiem", ["item", "time"], False),
        ("cta", ["cat"], False),
        ("temprture", ["temperature"], False),
    ],
)
def test_a_suggestion_is_sure_if_one_slip_alone_parts_it_from_one_name_alone(
    name: str, legal: list[str], sure: bool
) -> None:
    help_ = did_you_mean(name, legal)
    assert help_ is not None and help_.startswith("did you mean `")
    assert isinstance(help_, Replacement) == sure


def test_a_suggestion_crosses_processes_whole() -> None:
    before = suggestion("mesage", "message", ["message"])
    after = pickle.loads(pickle.dumps(before))
    assert isinstance(after, Replacement)
    assert (after, after.written, after.instead) == ("did you mean `message`?", "mesage", "message")

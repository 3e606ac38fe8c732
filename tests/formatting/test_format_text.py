"""What `fmt` makes of a text: it means the same, keeps its comments, and is not changed again."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.docs.pages import PAGES, blocks
from tests.flow.reading_flows import read
from tests.formatting.meaning import meaning
from tests.language.random_flows import flows
from tests.syntax.yaml_texts import documents
from turbo_yaml.formatting.layout import WIDTH
from turbo_yaml.formatting.text import comments, format_text
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml

ROOT = Path(__file__).parents[2]


def corpus() -> list[str]:
    """Return flows of the repository: those shown, those of the tests, and those of the docs."""
    files = [*ROOT.glob("flows/**/*.yaml"), *ROOT.glob("tests/golden/*/*.yaml")]
    files += ROOT.glob("tests/conformance/**/*.yaml")
    texts = [path.read_text(encoding="utf-8") for path in sorted(files)]
    return texts + [block.text for page in PAGES for block in blocks(page) if block.kind == "yaml"]


def formatted(text: str) -> str:
    """Return a text as the house writes it; there must be no reason to leave it."""
    new, why = format_text(dedent(text))
    assert new is not None, why
    return new


def hold(text: str) -> None:
    """Assert all that must hold of a text that has no mistakes."""
    new, _ = format_text(text)
    if new is None:
        return
    assert format_text(new) == (new, None)
    assert comments(new.replace("\r\n", "\n").replace("\r", "\n")) == comments(
        text.replace("\r\n", "\n").replace("\r", "\n")
    )
    file, found = read(text)
    again, found_again = read(new)
    assert sorted(one.message for one in found) == sorted(one.message for one in found_again)
    if not found:
        assert meaning(again) == meaning(file)


def test_every_flow_there_is_means_the_same_afterwards() -> None:
    left = []
    for text in corpus():
        if parse_yaml(Source("", text))[1]:
            continue
        hold(text)
        left += [text] if format_text(text)[0] is None else []
    assert not left


@settings(max_examples=20)
@given(flows(300), st.sampled_from(["\n", "\r\n"]))
def test_a_random_flow_means_the_same_afterwards(text: str, end: str) -> None:
    hold(text.replace("\n", end))


@settings(max_examples=120)
@given(documents())
@example("a: |+\n  x\n\nb: 1\n")
@example("a:\n- b\n# c\nd: e # f\n")
@example("a: [b, # c\n  # d\n]\n")
@example("a: >\n  b\n    c\n  d\n\n\n")
def test_any_yaml_without_mistakes_means_the_same_afterwards(text: str) -> None:
    if not parse_yaml(Source("", text))[1]:
        hold(text)


def test_flows_of_the_repository_are_written_so() -> None:
    for path in sorted(ROOT.glob("flows/**/*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert format_text(text) == (text, None), path.name


def test_lists_and_keys_are_indented_and_spaced_in_one_way() -> None:
    before = """\
        turbo:   1


        steps:
        -   user : hi

        -    generate:   { choices: [ a,b ],forward: false }
             as:   kind
        -
            if: kind == "a"
            then:
                    - stop
        """
    assert formatted(before) == dedent("""\
        turbo: 1

        steps:
          - user: hi

          - generate: {choices: [a, b], forward: false}
            as: kind
          - if: kind == "a"
            then:
              - stop
        """)


def test_comments_stay_with_what_they_stand_beside() -> None:
    before = """\
        # the file
        steps:   # all of them
        # the first
        - user: hi   # said
          # the end of the first
        - if: x   # why
          then: [stop]
        # about tests

        tests: []
        # the end
        """
    assert formatted(before) == dedent("""\
        # the file
        steps:   # all of them
          # the first
          - user: hi   # said
            # the end of the first
          - if: x   # why
            then: [stop]
        # about tests

        tests: []
        # the end
        """)


def test_a_text_of_several_lines_becomes_a_block() -> None:
    new = formatted("""\
        - user: "one {{ x }}\\n\\n  two: \\"three\\"" # why
        """)
    assert new == '- user: |- # why\n    one {{ x }}\n\n      two: "three"\n'


def test_a_long_text_is_folded_between_words_and_never_inside_a_template() -> None:
    words = " ".join(["word"] * 22) + ' {{ a | default("a text of some words") }} ' + " ".join(["word"] * 20)
    new = formatted(f"- user: '{words}'\n")
    assert new.startswith("- user: >-\n    word")
    assert 'default("a text of some words") }}' in new
    assert all(len(line) <= WIDTH for line in new.splitlines())


def test_brackets_that_are_too_long_or_have_comments_are_opened_up() -> None:
    long = ", ".join(["a" * 20] * 6)
    assert formatted(f"a: [{long}] # why\n").startswith("# why\na:\n  - aaa")
    assert formatted("a: {b: 1, # one\n  c: 2}\n") == "a:\n  b: 1 # one\n  c: 2\n"
    assert formatted("a: [b,\n  c]\n") == "a: [b, c]\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'warm'", "warm"),
        ('"two words, both plain"', "two words, both plain"),
        ("'yes'", '"yes"'),
        ('"12:30"', '"12:30"'),
        ("'7'", '"7"'),
        ("''", '""'),
        ("'a: b'", '"a: b"'),
        ("'a #b'", '"a #b"'),
        ("'{{ x }}'", '"{{ x }}"'),
        ("'say \"x\"'", 'say "x"'),
        ("'\"x\" is said'", "'\"x\" is said'"),
        ('"\\u00e9"', '"\\u00e9"'),
        ("[ 'a', 'b, c', 'd?' ]", '[a, "b, c", "d?"]'),
        ("| # why\n    x", "| # why\n  x"),
        ('!env "X"', '!env "X"'),
        ("&x 'y'", '&x "y"'),
    ],
)
def test_a_text_has_quotes_only_where_it_needs_them(before: str, after: str) -> None:
    assert formatted(f"a: {before}\n") == f"a: {after}\n"


def test_line_ends_stay_as_they_are() -> None:
    assert format_text("a:   1\r\nb: |\r\n   x\r\n") == ("a: 1\r\nb: |\r\n  x\r\n", None)


def test_what_cannot_be_written_otherwise_is_left() -> None:
    new, why = format_text('? "a\n  b"\n: 1\n')
    assert new is None
    assert why == "a key has more than one line"

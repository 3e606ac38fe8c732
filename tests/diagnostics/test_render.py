"""What an author reads: the exact text of findings and failures."""

from __future__ import annotations

from itertools import pairwise
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.diagnostics.render import render, render_failure, render_one, summary
from turbo_yaml.diagnostics.visible import cells
from turbo_yaml.errors import FlowError, ModelError, UsageError
from turbo_yaml.source import Source, Span

FLOW = """\
turbo: 1
model: a
model: b
steps:
  - if: x
    then:
      - user: one
      - user: two
      - user: three
      - user: four

  - user: |
      The customer is {{ custmer.name }},
"""
SOURCE = Source("flows/support.yaml", FLOW)


def span_of(part: str, text: str = FLOW) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def finding(part: str, **fields: object) -> Diagnostic:
    return at(SOURCE, span_of(part), **fields)


def at(source: Source, span: Span, **fields: object) -> Diagnostic:
    given = {"rule": "unknown-name", "message": "`custmer` is not defined here"} | fields
    return Diagnostic(source=source, span=span, **given)  # type: ignore[arg-type]


def shown(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_a_finding_is_underlined_in_its_line_with_the_next_move() -> None:
    assert render_one(finding("custmer", help="did you mean `customer`?")) == shown("""
        error[unknown-name]: `custmer` is not defined here
          --> flows/support.yaml:13:26
           |
        13 |       The customer is {{ custmer.name }},
           |                          ^^^^^^^
           = help: did you mean `customer`?
        """)


def test_a_related_place_is_drawn_below_with_its_own_line() -> None:
    first = Related("the first one is here", SOURCE, span_of("model"))
    second = Span(FLOW.rindex("model"), FLOW.rindex("model") + 5)
    found = at(SOURCE, second, rule="duplicate-key", message="`model` is here twice", related=(first,))
    assert render_one(found) == shown("""
        error[duplicate-key]: `model` is here twice
         --> flows/support.yaml:3:1
          |
        3 | model: b
          | ^^^^^
        note: the first one is here
         --> flows/support.yaml:2:1
          |
        2 | model: a
          | -----
        """)


def test_a_span_of_several_lines_is_bracketed_without_the_blank_lines_at_its_end() -> None:
    start = FLOW.index("then:")
    found = at(SOURCE, Span(start, FLOW.index("  - user: |")))
    assert render_one(found) == shown("""
        error[unknown-name]: `custmer` is not defined here
          --> flows/support.yaml:6:5
           |
         6 | /     then:
         7 | |       - user: one
         8 | |       - user: two
         9 | |       - user: three
        10 | |       - user: four
           | |__________________^
        """)


def test_a_bracket_that_opens_inside_a_line_points_at_its_first_character() -> None:
    source = Source("a.yaml", "- if: [a,\n  b]\n")
    assert render_one(at(source, Span(6, 14))) == shown("""
        error[unknown-name]: `custmer` is not defined here
         --> a.yaml:1:7
          |
        1 |   - if: [a,
          |  _______^
        2 | |   b]
          | |____^
        """)


def test_the_middle_of_a_long_span_is_left_out() -> None:
    text = "".join(f"line {n}\n" for n in range(1, 41))
    assert render_one(at(Source("a.yaml", text), Span(0, len(text)))) == shown("""
        error[unknown-name]: `custmer` is not defined here
          --> a.yaml:1:1
           |
         1 | / line 1
         2 | | line 2
         3 | | line 3
        ...
        40 | | line 40
           | |_______^
        """)


def test_the_end_of_the_text_can_be_pointed_at() -> None:
    assert render_one(at(Source("a.yaml", "turbo: 1\n"), Span(9, 9))) == shown("""
        error[unknown-name]: `custmer` is not defined here
         --> a.yaml:2:1
          |
        2 |
          | ^
        """)


def test_a_text_without_any_line_has_none_to_show() -> None:
    assert render_one(at(Source("gone.yaml", ""), Span(0, 0))) == shown("""
        error[unknown-name]: `custmer` is not defined here
         --> gone.yaml:1:1
        """)


def test_a_place_past_the_end_of_the_text_is_drawn_at_its_end() -> None:
    assert render_one(at(Source("a.yaml", "abc"), Span(90, 99))).splitlines()[3:] == ["1 | abc", "  |    ^"]


def test_tabs_and_wide_characters_keep_the_mark_under_its_place() -> None:
    source = Source("a.yaml", "\t- 日本語: {{ bar }}\n")
    assert render_one(at(source, Span(11, 14))).splitlines()[3:] == [
        "1 |     - 日本語: {{ bar }}",
        "  |                  ^^^",
    ]
    assert render_one(at(source, Span(3, 6))).splitlines()[4] == "  |       ^^^^^^"


def test_combining_marks_take_no_column() -> None:
    source = Source("a.yaml", "e\u0301e\u0301: x")
    assert render_one(at(source, Span(6, 7))).splitlines()[4] == "  |     ^"


def test_control_and_direction_characters_are_escaped_everywhere() -> None:
    source = Source("a\x1b.yaml", "x\x1b[31m\u202e y\u200b\ud800")
    drawn = render_one(at(source, Span(7, 8), message="a \x07 b", help="no \x9b"))
    assert drawn == shown(r"""
        error[unknown-name]: a \x07 b
         --> a\x1b.yaml:1:8
          |
        1 | x\x1b[31m\u202e y\u200b\ud800
          |                ^
          = help: no \x9b
        """)


def test_a_long_line_is_cut_on_both_sides_of_the_place() -> None:
    source = Source("a.yaml", "x" * 300 + " {{ foo }} " + "y" * 300)
    text, mark = render_one(at(source, Span(304, 307))).splitlines()[3:]
    assert len(text) == 80
    assert text.startswith("1 | ...xxx") and text.endswith("yyy...")
    assert text[mark.index("^") : mark.rindex("^") + 1] == "foo"


def test_a_long_line_starts_at_its_start_where_the_place_is_near_it() -> None:
    source = Source("a.yaml", "- user: " + "x" * 300)
    text, mark = render_one(at(source, Span(2, 6))).splitlines()[3:]
    assert text == "1 | - user: " + "x" * 65 + "..."
    assert mark == "  |   ^^^^"


def test_findings_come_sorted_with_a_summary() -> None:
    found = [finding("custmer"), finding("if"), finding("model", severity="warning")]
    lines = render(found).splitlines()
    assert [line for line in lines if "-->" in line] == [
        " --> flows/support.yaml:2:1",
        " --> flows/support.yaml:5:5",
        "  --> flows/support.yaml:13:26",
    ]
    assert lines[-1] == "2 errors, 1 warning in flows/support.yaml"
    assert lines[0].startswith("warning[")


def test_a_summary_names_the_file_or_counts_the_files() -> None:
    warning = finding("if", severity="warning")
    elsewhere = at(Source("b.yaml", "x"), Span(0, 1))
    assert summary([warning]) == "1 warning in flows/support.yaml"
    assert summary([warning, elsewhere]) == "1 error, 1 warning in 2 files"
    assert render([]) == ""


def test_colour_adds_nothing_but_escape_sequences() -> None:
    import re

    found = [finding("custmer", help="try", related=(Related("here", SOURCE, span_of("turbo")),))]
    colored = render(found, color=True)
    assert "\x1b[1;31merror[unknown-name]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(found)


def test_a_failed_run_shows_its_place_like_a_finding() -> None:
    error = FlowError("division by zero", kind="value", hint="look at `n`")
    error.source, error.span = SOURCE, span_of("custmer.name")
    assert render_failure(error) == shown("""
        error[value]: division by zero
          --> flows/support.yaml:13:26
           |
        13 |       The customer is {{ custmer.name }},
           |                          ^^^^^^^^^^^^
           = help: look at `n`
        """)


def test_a_failure_without_a_place_is_one_line_and_its_next_move() -> None:
    error = ModelError("no key for `openai`", kind="auth", hint="set OPENAI_API_KEY, or use `-m echo`")
    assert render_failure(error) == shown("""
        error[auth]: no key for `openai`
          = help: set OPENAI_API_KEY, or use `-m echo`
        """)
    assert render_failure(UsageError("no such flow")) == "error: no such flow\n"


def test_a_message_of_several_lines_is_indented() -> None:
    assert render_failure(UsageError("first\nsecond", hint="a\nb")) == shown("""
        error: first
          second
          = help: a
                  b
        """)


TEXTS = st.text(
    alphabet=st.sampled_from("ab {}-:\t\r\n\x1b\u202e日é\u0301\ud800😀"), min_size=1, max_size=300
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(-3, 310), st.integers(-3, 310), st.integers(30, 90))
def test_any_span_of_any_text_is_drawn_within_the_width_and_without_raw_controls(
    text: str, start: int, end: int, width: int
) -> None:
    drawn = render_one(at(Source("a.yaml", text), Span(max(start, 0), end)), width=width)
    frame = [line for line in drawn.splitlines() if " |" in line]
    assert frame
    assert all(sum(cell.width for cell in cells(line)) <= width for line in frame)
    assert all(char.isprintable() or char == "\n" for char in drawn)
    assert "^" in drawn


@settings(max_examples=300, deadline=None)
@given(TEXTS.filter(lambda text: text.strip()))
def test_every_single_character_is_marked_under_itself(text: str) -> None:
    source = Source("a.yaml", text)
    for offset, char in enumerate(text):
        if char.isspace():
            continue
        row, mark = render_one(at(source, Span(offset, offset + 1)), width=9_999).splitlines()[3:5]
        before, under = mark.index("^"), mark.count("^")
        drawn = cells(row)
        edges = [sum(cell.width for cell in drawn[:i]) for i in range(len(drawn) + 1)]
        covered = [
            c.text
            for c, (a, b) in zip(drawn, pairwise(edges), strict=True)
            if a >= before and b <= before + under
        ]
        assert "".join(cell.text for cell in cells(char)) in "".join(covered) or cells(char)[0].width == 0


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("generate: {api_key: 'Plum4711tree-x'", "generate: {api_key: '**************'"),
        ("OPENAI_API_KEY=Plum4711tree-x y: [", "OPENAI_API_KEY=************** y: ["),
        ("  authorization: Bearer Plum4711tree-x", "  authorization: Bearer **************"),
        ('  password: "Plum4711tree-x', '  password: "**************'),
        ("inputs: {token: string, secret: integer", "inputs: {token: string, secret: integer"),
        ("  user: 'the token: {{ token_of_order_1 }}", "  user: 'the token: {{ token_of_order_1 }}"),
        ("max_tokens: 1000000000000", "max_tokens: 1000000000000"),
    ],
)
def test_what_stands_in_the_place_of_a_key_is_starred_where_a_line_is_shown(line: str, seen: str) -> None:
    source = Source("broken.yaml", f"turbo: 1\n{line}\nsteps: [\n")
    begin, end = source.starts[1], source.starts[1] + len(line)
    for span in (Span(begin, begin + 1), Span(end - 1, end), Span(begin, end)):
        assert seen in render_one(at(source, span))
    assert len(seen) == len(line)

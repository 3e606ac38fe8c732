"""A mistake in a template: the exact place, what was wanted, and the next move."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source
from turbo_yaml.syntax import Scalar
from turbo_yaml.template import parse_expression, parse_text


def problems_of(text: str) -> list[Diagnostic]:
    found, problems = parse_text(Source("flow.yaml", text), Scalar(text, 0, len(text), ""))
    assert (found is None) == bool(problems)
    return problems


def problems_of_expression(text: str) -> list[Diagnostic]:
    found, problems = parse_expression(Source("flow.yaml", text), Scalar(text, 0, len(text), ""))
    assert (found is None) == bool(problems)
    return problems


def shown(problem: Diagnostic) -> tuple[str, str, str | None]:
    """Return the marked part of the text, the message and the help."""
    part = problem.source.text[problem.span.start : problem.span.end]
    return part, problem.message, problem.help


SYNTAX = (
    ("{{ name", "{{", "`{{` is not closed", "end it with `}}`"),
    ("{{ name }", "}", "`{{` is closed by one `}` only", "write `}}`"),
    ("a {{ b }} c {{ d", "{{", "`{{` is not closed", "end it with `}}`"),
    ("{% if x", "{%", "`{%` is not closed", "end it with `%}`"),
    ("{# note", "{#", "`{#` is not closed", "end the comment with `#}`"),
    ("{% raw %} x", "{% raw %}", "`{% raw %}` is not closed", "end it with `{% endraw %}`"),
    ("{{ }}", "}}", "a value is wanted here, not `}}`", None),
    ("{{ a b }}", "b", "`}}` is wanted here, not `b`", None),
    ("{{ a | }}", "}}", "a name is wanted here, not `}}`", None),
    ("{{ a. }}", "}}", "a name is wanted after the dot", None),
    ("{{ a is odd is even }}", "is", "two tests in a row are joined with `and`", None),
    ("{% call m %}{% endcall %}", "call", "the call of a macro is wanted after `call`", None),
    ("{% macro m(a=1, b) %}{% endmacro %}", ")", "a parameter without a default stands before those with one", None),
    ("{{ f(a=1, 2) }}", "(", "values in order stand before named ones", None),
    ("{{ (a }}", "(", "`(` is not closed", "end it with `)` before `}`"),
    ("{{ [a, (b] }}", "(", "`(` is not closed", "end it with `)` before `]`"),
    ("{{ a) }}", ")", "`)` closes nothing", None),
    ("{{ 'open }}", "'open }}", "this text in quotes is not closed", "end it with `'`"),
    ("{{ a && b }}", "&", "`&` has no meaning in an expression", "write `and`"),
    ("{{ !a }}", "!", "`!` has no meaning in an expression", "write `not`, or `!=` to compare"),
    ("{{ $name }}", "$", "`$` has no meaning in an expression", "a name stands alone, without `$`"),
    ("{{ a ? b : c }}", "?", "`?` has no meaning in an expression", "write `a if test else b`"),
    ("{{ “a” }}", "“", "`“` has no meaning in an expression", "use plain quotes: `'` or `\"`"),
    ("{{ '\\x4' }}", "'\\x4'", "a `\\` in this text begins an escape that does not end", "write `\\\\`"),
    ("{% if a %}b", "if", "`{% if %}` is not closed", "end it with `{% endif %}`"),
    ("{% for a in b %}{% if c %}{% endif %}", "for", "`{% for %}` is not closed", "end it with `{% endfor %}`"),
    ("{% endif %}", "endif", "`{% endif %}` has no `{% if %}` before it", None),
    ("{% else %}", "else", "`{% else %}` has no `{% if %}` before it", None),
    (
        "{% if a %}{% for b in c %}{% endif %}",
        "endif",
        "`{% endif %}` stands inside `{% for %}`, which is not closed",
        "end that with `{% endfor %}` first",
    ),
    ("{% fro a in b %}", "fro", "`fro` is not a statement", "did you mean `for`?"),
    ("{% for a of b %}", "of", "`in` is wanted here, not `of`", None),
    ("{% set 1 = a %}", "1", "only a name can be given a value", None),
    ("{% %}", "%}", "a statement is wanted after `{%`", "one of `if`, `for`, `set`, `with`, `filter`, `macro`, `call`, `include`, `print`, `raw`"),
    ("{{ " + "9" * 400 + " }}", "9" * 400, "this number has more than 300 digits", None),
    ("{% macro m(a, a) %}{% endmacro %}", "a", "there are two parameters `a`", None),
    ("{% for loop in a %}{% endfor %}", "loop", "`loop` is the loop itself", "choose another name"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "part", "message", "help_"), SYNTAX)
def test_a_syntax_error_is_told_at_its_place(text: str, part: str, message: str, help_: str | None) -> None:
    [problem] = problems_of(text)
    assert problem.rule == "template-syntax"
    assert shown(problem) == (part, message, help_)


WORDS = (
    ("{{ a | uper }}", "unknown-filter", "uper", "there is no filter `uper`", "did you mean `upper`?"),
    ("{{ a is strng }}", "unknown-test", "strng", "there is no test `strng`", "did you mean `string`?"),
    ("{{ a | map('uper') }}", "unknown-filter", "'uper'", "there is no filter `uper`", "did you mean `upper`?"),
    ("{{ a | select('od') }}", "unknown-test", "'od'", "there is no test `od`", "did you mean `odd`?"),
    ("{{ a | selectattr('x', 'eqq', 1) }}", "unknown-test", "'eqq'", "there is no test `eqq`", "did you mean `eq`?"),
    ("{{ a | selectattr | list }}", "filter-arguments", "selectattr",
     "`selectattr` needs a value for `attribute` first", None),
    ("{{ a | upper(1) }}", "filter-arguments", "1", "`upper` takes no values in brackets", None),
    ("{{ a | round(1, 'ceil', 2) }}", "filter-arguments", "2", "`round` takes at most 2 values in brackets", None),
    ("{{ a | truncate(lenght=3) }}", "filter-arguments", "lenght", "`truncate` takes no `lenght`", "did you mean `length`?"),
    ("{{ a | truncate(3, length=3) }}", "filter-arguments", "length", "`length` is given to `truncate` twice", None),
    ("{{ a | replace('b') }}", "filter-arguments", "replace", "`replace` needs a value for `new`", None),
    ("{{ a is divisibleby }}", "filter-arguments", "divisibleby", "`divisibleby` needs a value for `num`", None),
    ("{{ f(b=1, b=2) }}", "filter-arguments", "b", "`b` is given twice", None),
    (
        "{% macro m(one) %}{% endmacro %}{{ m(tow=1) }}",
        "filter-arguments",
        "tow",
        "the macro `m` takes no `tow`",
        "one of `one`",
    ),
    ("{% macro m() %}{% endmacro %}{{ m(1) }}", "filter-arguments", "1", "the macro `m` takes no values in brackets", None),
    ("{% extends 'a' %}", "refused-statement", "extends 'a'", "`extends` is not for texts", "a text stands alone: use `{% include 'file.md' %}`"),
    ("{% block a %}{% endblock %}", "refused-statement", "block a", "`block` is not for texts", "a text stands alone: use `{% if %}` or a macro"),
    ("{% import 'a' as b %}", "refused-statement", "import 'a' as b", "`import` is not for texts", "write the macro in this text, or use `{% include 'file.md' %}`"),
    ("{% from 'a' import b %}", "refused-statement", "from 'a' import b", "`import` is not for texts", "write the macro in this text, or use `{% include 'file.md' %}`"),
    ("{% autoescape true %}{% endautoescape %}", "refused-statement", "autoescape true", "`autoescape` is not for texts", "use the filter `escape` where HTML is wanted"),
    ("{% include name %}", "refused-statement", "include name", "the name of an included file is written out, in quotes", None),
    ("{% include 'a.md' %}", "include-unreadable", "'a.md'", "files cannot be included here", None),
)  # fmt: skip


@pytest.mark.parametrize(("text", "rule", "part", "message", "help_"), WORDS)
def test_a_word_that_there_is_not_is_told_at_its_place(
    text: str, rule: str, part: str, message: str, help_: str | None
) -> None:
    [problem] = problems_of(text)
    assert problem.rule == rule
    assert shown(problem) == (part, message, help_)


def test_several_mistakes_of_one_text_are_told_together_in_their_order() -> None:
    problems = problems_of("{{ a | uper }} {{ b is strng }} {% for x in c | srot %}{% endfor %}")
    assert [problem.rule for problem in problems] == ["unknown-filter", "unknown-test", "unknown-filter"]
    assert [problem.span.start for problem in problems] == [7, 23, 48]


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("{{ score > 3 }}", "write `score > 3`"),
        (" {{- done -}} ", "write `done`"),
        ("{{ a }} and {{ b }}", "leave out the braces"),
        ("{% if a %}b{% endif %}", "leave out the braces"),
    ],
)
def test_braces_in_a_condition_are_told_with_the_condition_to_write(text: str, help_: str) -> None:
    [problem] = problems_of_expression(text)
    assert (problem.rule, problem.help) == ("template-in-condition", help_)


@pytest.mark.parametrize(
    ("text", "rule", "part", "message"),
    [
        ("", "template-syntax", "", "an expression is wanted here"),
        ("a b", "template-syntax", "b", "the expression ends before this"),
        ("a, b", "template-syntax", ",", "the expression ends before this"),
        ("a = 1", "template-syntax", "=", "the expression ends before this"),
        ("a | uper == 'X'", "unknown-filter", "uper", "there is no filter `uper`"),
        ("a ==", "template-syntax", "", "a value is wanted here, not the end"),
    ],
)
def test_a_mistake_in_a_condition_is_told_at_its_place(text: str, rule: str, part: str, message: str) -> None:
    [problem] = problems_of_expression(text)
    assert (problem.rule, *shown(problem)[:2]) == (rule, part, message)


@pytest.mark.parametrize("text", ["x == '{{'", "{'a': {'b': 1}}['a']", "'{% if %}' in x"])
def test_braces_within_the_quotes_of_a_condition_are_no_template(text: str) -> None:
    assert problems_of_expression(text) == []


@given(st.text("{}%# \n'\"abcif.|()[]:,019éüß", max_size=60))
def test_parsing_never_raises_and_every_mistake_lies_in_the_text(text: str) -> None:
    for problem in (*problems_of(text), *problems_of_expression(text)):
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


@pytest.mark.parametrize("text", ["{{ x[1, 0:1] }}", "{{ x[:, 1] }}"])
def test_a_slice_among_other_places_is_a_mistake(text: str) -> None:
    (problem,) = problems_of(text)
    assert problem.rule == "template-syntax"
    assert shown(problem)[1:] == ("a slice stands alone in its brackets", "such as `items[1:3]`")

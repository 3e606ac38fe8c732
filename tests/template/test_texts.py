"""Texts: what is plain, what is exactly one expression, what names are read, what is included."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

import subprocess
import sys

import pytest

from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Scalar
from turbo_yaml.template import Expression, Text, parse_expression, parse_text, reads


def text_of(text: str, style: str = "") -> Text:
    found, problems = parse_text(Source("flow.yaml", text), Scalar(text, 0, len(text), style))
    assert found is not None, problems
    return found


def expression_of(text: str) -> Expression:
    found, problems = parse_expression(Source("flow.yaml", text), Scalar(text, 0, len(text), ""))
    assert found is not None, problems
    return found


def test_plain_text_is_no_template_and_loads_nothing_of_jinja() -> None:
    assert text_of("a { b } % # {x}").tree is None
    code = (
        "import sys\nfrom turbo_yaml.source import Source\nfrom turbo_yaml.syntax import Scalar\n"
        "from turbo_yaml.template import parse_text, reads\n"
        "text, _ = parse_text(Source('f', 'Hello'), Scalar('Hello', 0, 5, ''))\n"
        "assert text.plain == 'Hello' and reads(text) == []\nassert 'jinja2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_block_loses_exactly_one_line_end() -> None:
    assert text_of("a\n", "|").plain == "a"
    assert text_of("a\n\n", "|").plain == "a\n"
    assert text_of("a\n", '"').plain == "a\n"


@pytest.mark.parametrize(
    "text", ["{{ x }}", "{{x}}", "{{ a.b|f2 }}".replace("f2", "upper"), "{{- x -}}", "{{ x }}{# note #}"]
)
def test_a_text_that_is_exactly_one_expression_is_single(text: str) -> None:
    assert text_of(text).single is not None


@pytest.mark.parametrize(
    "text",
    [
        "{{ x }} ",
        " {{ x }}",
        "{{ x }}{{ y }}",
        "a",
        "{% print x %}",
        "{% if x %}{{ x }}{% endif %}",
        "{{ x }}\n",
    ],
)
def test_a_text_with_anything_more_is_not_single(text: str) -> None:
    assert text_of(text).single is None


def test_a_block_that_is_one_expression_and_its_line_end_is_single() -> None:
    assert text_of("{{ x }}\n", "|").single is not None


def names(text: str) -> list[str]:
    return [f"{read.name}?" if read.soft else read.name for read in reads(text_of(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ a.b[c].d(e, f=g)|upper ~ h }}", "a c e g h"),
        ("{{ a }}{{ a }}", "a a"),
        ("{{ a|default(b) }}{{ c is defined }}{{ d is undefined }}{{ e.f|d(1) }}", "a? b c? d? e?"),
        ("{{ (a if b else c)|default('x') }}", "b a? c?"),
        ("{% set x = a %}{{ x }}{{ b }}", "a b"),
        ("{{ x }}{% set x = 1 %}{{ x }}", "x"),
        ("{% set x = x + 1 %}{{ x }}", "x"),
        ("{% if a %}{% set x = 1 %}{% endif %}{{ x }}", "a x?"),
        ("{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}", "a"),
        ("{% for i in xs if i > n %}{{ i }}{{ loop.index }}{% set y = i %}{{ y }}{% else %}{{ z }}{% endfor %}{{ y }}", "xs n z y"),
        ("{% for k, (v, w) in xs %}{{ k }}{{ v }}{{ w }}{% endfor %}{{ k }}", "xs k"),
        ("{{ loop.index }}", "loop"),
        ("{% with a = b, c = a %}{{ a }}{{ c }}{% endwith %}{{ c }}", "b a c"),
        ("{% macro m(p, q=r) %}{{ p }}{{ q }}{{ s }}{{ caller() }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(t) }}", "r s t"),
        ("{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}", "x?"),
        ("{% call(i) m(a) %}{{ i }}{{ b }}{% endcall %}", "b m a"),
        ("{% filter replace(a, b) %}{{ c }}{% endfilter %}", "c a b"),
        ("{% set x | replace(a, 'b') %}{{ c }}{% endset %}{{ x }}", "c a"),
        ("{% set ns = namespace(a=b) %}{% set ns.a = c %}{{ ns.a }}", "namespace? b c"),
        ("{% set ns.a = 1 %}", "ns"),
        ("{{ range(n) }}{{ dict(a=b) }}{{ now() }}", "range? n dict? b now?"),
        ("{% print a, b %}", "a b"),
        ("{# {{ a }} #}{% raw %}{{ b }}{% endraw %}plain", ""),
    ],
)  # fmt: skip
def test_the_names_that_a_text_reads_from_outside(text: str, expected: str) -> None:
    assert names(text) == expected.split()


def test_a_read_has_the_place_of_the_name() -> None:
    text = text_of("é {{ user.name }} {% for x in xs %}{{ other }}{% endfor %}")
    places = [text.plain[read.span.start : read.span.end] for read in reads(text)]
    assert places == ["user", "xs", "other"]


def test_an_expression_tells_what_it_reads() -> None:
    expression = expression_of("a > b.c and d is defined")
    assert [(read.name, read.soft) for read in reads(expression)] == [("a", False), ("b", False), ("d", True)]


# Includes ----------------------------------------------------------------------------------------------

FILES = {
    "plain.md": "Be kind.\n",
    "hello.md": "Hello {{ name }}\n",
    "list.md": "{% for x in xs %}{{ x }}{{ name }}{% endfor %}\n",
    "both.md": "{% include 'hello.md' %}{% include 'plain.md' %}",
    "self.md": "{% include 'self.md' %}",
    "ring.md": "{% include 'ring2.md' %}",
    "ring2.md": "{% include 'ring.md' %}",
    "broken.md": "fine\n{{ oops",
}
for _depth in range(12):
    FILES[f"deep{_depth}.md"] = f"{{% include 'deep{_depth + 1}.md' %}}"


def read_file(name: str, span: Span) -> Source | str:
    if name not in FILES:
        return f"there is no file `{name}`"
    return Source(name, FILES[name])


def parsed(text: str) -> tuple[Text | None, list[str]]:
    found, problems = parse_text(Source("flow.yaml", text), Scalar(text, 0, len(text), ""), read_file)
    return found, [f"{problem.where()} {problem.message}" for problem in problems]


def test_the_names_of_an_included_file_are_read_where_it_is_included() -> None:
    text, _ = parsed("a {% include 'hello.md' %} {% for xs in ys %}{% include 'list.md' %}{% endfor %}")
    assert text is not None
    assert [read.name for read in reads(text)] == ["name", "ys", "name"]
    assert [text.plain[read.span.start : read.span.end] for read in reads(text)] == [
        "include 'hello.md'",
        "ys",
        "include 'list.md'",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a {% include 'no.md' %}", "flow.yaml:1:14 there is no file `no.md`"),
        ("{% include 'self.md' %}", "self.md:1:12 `self.md` includes itself"),
        ("{% include 'ring.md' %}", "ring2.md:1:12 `ring.md` includes itself"),
        ("{% include 'broken.md' %}", "broken.md:2:1 `{{` is not closed"),
        ("{% include 'deep0.md' %}", "deep7.md:1:12 files include one another deeper than 8 levels"),
    ],
)
def test_a_file_that_cannot_be_included_is_told_at_its_place(text: str, problem: str) -> None:
    assert parsed(text) == (None, [problem])


def test_a_file_that_may_be_missing_is_no_mistake() -> None:
    text, problems = parsed("{% include 'no.md' ignore missing %}x")
    assert text is not None
    assert problems == []

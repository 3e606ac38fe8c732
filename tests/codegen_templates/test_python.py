"""The Python that a text becomes is the Python that a person would write."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

import ast

import pytest

from tests.codegen_templates.rendering import lowered, parsed, parsed_expression
from turbo_yaml.source import Source, Span
from turbo_yaml.template import Expression, Text
from turbo_yaml.types import Kind

KINDS: dict[str, Kind] = {
    "name": "string",
    "n": "integer",
    "ready": "boolean",
    "score": "number",
    "user": "any",
    "xs": "any",
    "text": "any",
}


def python(what: Text | Expression, how: str, unset: tuple[str, ...] = ()) -> str:
    """Return the printed module without the function that stands for the flow."""
    printed = lowered(what, KINDS, how, unset).python()
    head, _, body = printed.partition("def flow(")
    value = body.partition("return ")[2]
    return f"{head.strip()}\n{value}".strip()


def printed(code: str) -> str:
    """Return code as this version of Python prints it: they quote f-strings in different ways."""
    try:
        return ast.unparse(ast.parse(code, mode="eval"))
    except SyntaxError:
        return ast.unparse(ast.parse(code))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", "'Hello'"),
        ("Hello {{ name }}!", "f'Hello {name}!'"),
        ("{{ name }}", "name"),
        ("{{ n }}", "f'{n}'"),
        ("{{ ready }}", "text(ready)"),
        ("{{ user }}", "text(user)"),
        ("{{ user.name }} is {{ n + 1 }}", """f"{text(attr(user, 'name'))} is {n + 1}\""""),
        ("{{ xs[0] }}", "text(item(xs, 0))"),
        ("{{ xs[1:] }}", "text(cut(xs, 1, None))"),
        ("{{ name | upper }}", "filters.upper(name)"),
        ("{{ xs | join(', ') }}.", """f"{filters.join(xs, ', ')}.\""""),
        ("{{ xs | join('\\n') }}.", """filters.join(xs, '\\n') + '.'"""),
        ("{{ user.nick | default('you') }}", "text(filters.default(get(user, 'nick'), 'you'))"),
        ("{{ name.split(',') }}", "text(method(name, 'split', ','))"),
        ("{{ name ~ n }}", "concat(name, n)"),
        ("Dear{% if ready %} {{ name }}{% endif %},", "'Dear' + (f' {name}' if ready else '') + ','"),
        ("{{ 'yes' if ready else 'no' }}", "'yes' if ready else 'no'"),
        ("{{ text }}", "text(text_)"),
    ],
)
def test_a_text_is_one_expression(text: str, expected: str) -> None:
    assert python(parsed(text), "text") == printed(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ n + 1 }}", "n + 1"),
        ("{{ n + score }}", "add(n, score)"),
        ("{{ n * 2 }}", "mul(n, 2)"),
        ("{{ xs }}", "xs"),
        ("{{ [n, name] }}", "[n, name]"),
        ("{{ {'a': n} }}", "{'a': n}"),
        ("{{ xs | length }}", "filters.length(xs)"),
        ("{{ xs | map('upper') | list }}", "filters.list(filters.map(xs, 'upper'))"),
        ("{{ user.a.b | default(user.c) }}", "found if (found := get(get(user, 'a'), 'b')) is not missing else attr(user, 'c')"),
        ("a {{ name }} {{ user }}", "bounded(f'a {name} {text(user)}')"),
        ("{{ range(3) }}", "number_range(3)"),
    ],
)  # fmt: skip
def test_a_value_is_one_expression(text: str, expected: str) -> None:
    assert python(parsed(text), "value") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n > 3", "n > 3"),
        ("ready and not n == 2", "ready and n != 2"),
        ("user == 'yes'", "user == 'yes'"),
        ("user == xs", "eq(user, xs)"),
        ("user > 3", "gt(user, 3)"),
        ("1 < n < 5", "1 < n and n < 5"),
        ("name in xs", "is_in(name, xs)"),
        ("user", "truth(user)"),
        ("not user", "not truth(user)"),
        ("user.done", "truth(attr(user, 'done'))"),
        ("user is none", "user is None"),
        ("n is even", "tests.even(n)"),
    ],
)
def test_a_condition_is_one_expression(text: str, expected: str) -> None:
    assert python(parsed_expression(text), "condition") == expected


def test_a_variable_that_may_be_unset_is_asked_for() -> None:
    assert python(parsed("{{ user }}"), "text", ("user",)) == "text(known(user, 'user'))"
    assert (
        python(parsed("{{ user | default('x') }}"), "value", ("user",))
        == "user if user is not missing else 'x'"
    )
    assert python(parsed("{{ user is defined }}"), "value", ("user",)) == "user is not missing"


LOOP = """\
Your orders:
{% for order in xs if order.open %}
- {{ loop.index }}. {{ order.title }}{% if order.late %} (late){% endif %}

{% else %}
none
{% endfor %}
Bye, {{ name }}"""

LOOP_IN_PYTHON = """\
@renders
def text_1(out, xs, name):
    out.write('Your orders:\\n')
    rows = [order for order in out.each(xs) if attr(order, 'open')]
    for loop, order in out.loop(rows):
        out.write(f"- {loop.index}. {text(attr(order, 'title'))}" + (' (late)' if attr(order, 'late') else '') + '\\n')
    if not rows:
        out.write('none\\n')
    out.write(f'Bye, {name}')
text_1(xs, name)"""

MACRO = """\
{% macro row(label, value='-') %}
{{ label }}: {{ value }}
{% endmacro %}
{% set total = n + 1 %}
{{ row('total', total) }}{{ row(value=n, label='count') }}"""

MACRO_IN_PYTHON = """\
@renders
def text_1(out, n):

    def row(label=missing, value='-'):
        part = out.part()
        part.write(f"{text(known(label, 'label'))}: {text(value)}\\n")
        return part.text()
    total = n + 1
    out.write(f"{text(row('total', total))}{text(row(value=n, label='count'))}")
text_1(n)"""


@pytest.mark.parametrize(("text", "expected"), [(LOOP, LOOP_IN_PYTHON), (MACRO, MACRO_IN_PYTHON)])
def test_a_text_with_statements_is_a_function(text: str, expected: str) -> None:
    assert python(parsed(text), "text") == printed(expected)


# Included files ----------------------------------------------------------------------------------------

FILES = {
    "greeting.md": "Hello {{ name }}\n",
    "list.md": "{% for x in xs %}{{ x }}{{ loop.index }},{% endfor %}\n",
    "rules.md": "Be {kind}.\n",
    "bad.md": "one\n{{ user.gone }}\n",
    "outer.md": "[{% include 'greeting.md' %}]\n",
    "state.md": "{{ loop.index }}",
}


def including(text: str) -> Text:
    def read(name: str, span: Span) -> Source | str:
        return Source(name, FILES[name])

    return parsed(text, read)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {% include 'rules.md' %} b", "a Be {kind}. b"),
        ("{% include 'greeting.md' %}!", "Hello Bo!"),
        ("{% set name = 'Al' %}{% include 'greeting.md' %}", "Hello Al"),
        ("{% for name in xs %}{% include 'greeting.md' %};{% endfor %}{{ name }}", "Hello 1;Hello 2;Bo"),
        ("{% include 'outer.md' %}", "[Hello Bo]"),
        ("{% set xs = [7] %}{% include 'list.md' %}", "71,"),
        ("{% for x in xs %}{% include 'state.md' %}{% endfor %}", "12"),
        ("{% if ready %}{% include 'rules.md' %}{% endif %}", "Be {kind}."),
        ("{% set x %}{% include 'greeting.md' %}{% endset %}{{ x|upper }}", "HELLO BO"),
        ("{% macro m(name) %}{% include 'greeting.md' %}{% endmacro %}{{ m('Cy') }}", "Hello Cy"),
    ],
)
def test_an_included_text_sees_what_can_be_seen_where_it_is_included(text: str, expected: str) -> None:
    data = {"name": "Bo", "xs": [1, 2], "ready": True}
    assert lowered(including(text), [*data]).run(data) == expected


def test_a_failure_in_an_included_file_has_the_name_and_place_of_that_file() -> None:
    made = lowered(including("x {% include 'bad.md' %}"), ["user"])
    with pytest.raises(Exception, match="gone") as caught:
        made.run({"user": {}})
    lines = [(str(entry.path), entry.lineno + 1) for entry in caught.traceback]
    assert ("bad.md", 2) in lines
    assert ("flow.yaml", 1) in lines


def test_what_is_included_without_context_sees_no_variables() -> None:
    with pytest.raises(Exception, match="`name` is not defined"):
        lowered(including("{% include 'greeting.md' without context %}"), ["name"]).run({"name": "Bo"})

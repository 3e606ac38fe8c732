"""Our lexer and parser read what stock Jinja reads, and know where each token stands."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateSyntaxError

from turbo_yaml.template.extents import Extents
from turbo_yaml.template.faults import Fault
from turbo_yaml.template.lexer import tokens_of_expression, tokens_of_text
from turbo_yaml.template.parser import parse_condition, parse_template
from turbo_yaml.template.scoping import _Reader
from turbo_yaml.template.shortcut import Shortcut
from turbo_yaml.template.words import every_node

STOCK = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
PIECES = (
    "{{ a }}", "{{- b -}}", "{%- if x %}", "{% if x %}", "{% endif -%}", "{% endif %}", "{% if y +%}", "{%+ endif %}",
    "{# c #}", "{#- d -#}", "{#+ e +#}", "{#f#}\n", "{% for i in z -%}", "{%- endfor %}", "{% else %}", "{% elif a %}",
    " ", "\n", "  \n  ", "\t", "text", "é😀", '{{ "s{{" }}', "{% raw %}{{ q }}{%- endraw %}", "{%- raw -%} r {% endraw -%}",
    "{{ a[1]|upper }}", "{% set v = 3 %}", "{{ x", "%}", "}}", "{%", "{{", "{#", '{{ a ~ "b\\"" }}', "{{\n a\n}}",
    '{{ {"k": {"l": 1}}["k"] }}', "# x", "{{ 1.5e3 + 0x1F - 1_000 }}", "{{ 'a' 'b' }}", "{{ a.b.c(1, *d, e=2, **f) }}",
    "{{ not a is defined and (b or c) }}", "{{ a if b else c }}", "{{ -a ** 2 // 3 % 4 }}", "{{ a[1:2, ::3] }}",
    "{% macro m(a, b=1) %}", "{% endmacro %}", "{% call(x) m() %}", "{% endcall %}", "{% filter upper|trim %}",
    "{% endfilter %}", "{% with a=1, b=(2, 3) %}", "{% endwith %}", "{% set x | upper %}", "{% endset %}", "{{ (,) }}",
    "{{ a is not divisibleby 3 }}", "{{ 'it\\'s \\n \\x41 \\u00e9' }}", "{{ a.0.b }}", "{{ () }}{{ (a,) }}", "{ {", "} }",
    "\r\n", "\r", "{{ '\r\n' }}", "{%\r\n if x %}", "{{ a$ }}", "{{ a | }}", "{{ 'open }}", "{% print a, b %}", "{{ a.b|c(d) is e }}",
)  # fmt: skip


def ours(text: str) -> nodes.Template | Fault:
    try:
        return parse_template(lambda: tokens_of_text(text))[0]
    except Fault as fault:
        return fault


def theirs(text: str) -> nodes.Template | TemplateSyntaxError:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return STOCK.parse(text)
        except TemplateSyntaxError as error:
            return error


def assert_same(text: str) -> None:
    found, expected = ours(text), theirs(text)
    if isinstance(expected, TemplateSyntaxError):
        assert isinstance(found, Fault), text
        assert 0 <= found.start <= found.end <= len(text) + 1
    elif isinstance(found, Fault):
        # Stock Jinja overlooks what is opened at the very end.
        assert found.message in ("`{#` is not closed", "`{% raw %}` is not closed"), (text, found.message)
        assert text.endswith(("{#", "{#-", "{#+", "%}")), text
    else:
        assert found == expected, text


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_a_template_has_the_tree_that_stock_jinja_gives_it_or_a_fault_where_that_has_an_error(
    text: str,
) -> None:
    assert_same(text)


def test_thousands_of_random_templates_have_the_trees_of_stock_jinja() -> None:
    chance = random.Random(3)
    for _ in range(1500):
        assert_same("".join(chance.choice(PIECES) for _ in range(chance.randint(1, 7))))


@given(st.text("{}%#-+ \n'\"\\abc.|()[]:,0123é\r", max_size=40))
def test_any_text_gives_a_tree_or_a_fault_within_the_text(text: str) -> None:
    assert_same(text)


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_every_token_stands_where_it_says(text: str) -> None:
    try:
        stream = tokens_of_text(text)
    except Fault:
        return
    end_before = 0
    for token, end in zip(stream.tokens, stream.ends, strict=True):
        assert end_before <= token.lineno <= end <= len(text)
        if token.type in ("name", "operator"):
            assert text[token.lineno : end] == token.value
        elif token.type == "data":
            assert text[token.lineno : end].replace("\r\n", "\n").replace("\r", "\n") == token.value
        end_before = end


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a.b[0] == 'x'",
        "not a or b and c",
        "a if b else c",
        "x|f(1)|g",
        "a, b",
        "",
        "a b",
        "(a",
        "a)",
        "{'k': v}.k",
    ],
)
def test_an_expression_has_the_tree_that_stock_jinja_gives_it(text: str) -> None:
    try:
        found: object = parse_condition(lambda: tokens_of_expression(text))[0]
    except Fault as fault:
        found = fault
    expected: object
    try:
        expected = STOCK._parse(f"{{{{ {text} }}}}", None, None).body[0].nodes[0]
    except (TemplateSyntaxError, IndexError):
        expected = None
    if expected is None or isinstance(expected, nodes.Tuple):
        assert isinstance(found, Fault)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"'\d+\s'", r"\d+\s"),
        (r"'a\nb\tc'", "a\nb\tc"),
        (r"'\x41\u00e9\U0001F600\101'", "Aé😀A"),
        (r"'it\'s'", "it's"),
        ("'é😀'", "é😀"),
        (r"'\777'", "\u01ff"),
    ],
)
def test_an_escape_in_a_text_is_read_without_a_warning(text: str, value: str) -> None:
    node, _ = parse_condition(lambda: tokens_of_expression(text))
    assert isinstance(node, nodes.Const)
    assert node.value == value


# Short cuts --------------------------------------------------------------------------------------------

CHAINS = st.sampled_from(
    [
        "a", "a.b", "a.b.c", "a[0]", "a[10].b[2]", "a|upper", "a.b|trim | length", "a | default", "a|d|upper", "not", "true",
        "none", "range", "a.0", "a[01]", "a|nofilter", "a|replace", "in", "is", "a . b", "a[ 0 ]", "é", "a|first[0]", "a.b()",
        " a", "a ", "-a", "a if b", "a|trusted|default", "x_1", "_x", "A", "a.b|join.c", "a\n", "a.true", "a['b']",
    ]
)  # fmt: skip
AROUND = st.sampled_from(
    ["", " ", "text", "\n", "{", "}", "{ {", "%}", "é😀", "{#c#}", "{{ b }}", "\r", "{%", "}}", "{{", "'"]
)


@given(
    st.lists(
        st.one_of(AROUND, CHAINS.map(lambda chain: f"{{{{ {chain} }}}}"), CHAINS.map("{{{{{}}}}}".format)),
        max_size=6,
    )
)
def test_a_short_cut_gives_the_tree_the_places_and_the_reads_of_the_whole_way(pieces: list[str]) -> None:
    text = "".join(pieces)
    shortcut = Shortcut()
    tree = shortcut.template(text)
    if tree is None or not text:
        return
    whole, tokens = parse_template(lambda: tokens_of_text(text))
    assert tree == whole
    assert_same_extents(shortcut, tree, whole, Extents(tokens))


@given(
    st.sampled_from(["", "not ", "not  ", " ", "nota ", "- "]),
    CHAINS,
    st.sampled_from(
        [
            "",
            " == 1",
            "!='x'",
            ' < "y"',
            " >= 00",
            " > -1",
            " == b",
            "=1",
            " == 'a' ",
            " <= 1.5",
            " == '\\n'",
            " in b",
        ]
    ),
)
def test_a_short_cut_of_a_condition_gives_the_tree_of_the_whole_way(
    before: str, chain: str, after: str
) -> None:
    text = f"{before}{chain}{after}"
    shortcut = Shortcut()
    tree = shortcut.condition(text)
    if tree is None:
        return
    whole, tokens = parse_condition(lambda: tokens_of_expression(text))
    assert tree == whole
    assert_same_extents(shortcut, tree, whole, Extents(tokens))


def assert_same_extents(shortcut: Shortcut, tree: nodes.Node, whole: nodes.Node, extents: Extents) -> None:
    pairs = zip(every_node(tree), every_node(whole), strict=True)
    for mine, other in pairs:
        if isinstance(mine, nodes.Expr) and not isinstance(mine, nodes.TemplateData):
            assert shortcut.extents[id(mine)] == extents.of(other)
    reader = _Reader(None)
    found = reader.expression(whole) if isinstance(whole, nodes.Expr) else reader.body(whole.body)  # type: ignore[attr-defined]
    expected = [(name, extents.of(node)[0], soft) for node, name, soft in found]
    assert shortcut.reads == expected

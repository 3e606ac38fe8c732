"""What stock Jinja renders, we render; the differences are those of the language, and each has its test."""

from __future__ import annotations

import ast
import re
import warnings

import pytest
from hypothesis import given
from jinja2 import UndefinedError

from tests.codegen_templates.corpus import DATA, templates
from tests.codegen_templates.grammar import bodies
from tests.codegen_templates.rendering import lowered, parsed, rendered, stock
from turbo_yaml.errors import FlowError
from turbo_yaml.template.vocabulary import FILTERS, TESTS

OURS = {
    "code", "fromcsv", "fromjson", "fromjsonl", "fromyaml", "json", "lines", "regex_findall",
    "regex_search", "shuffle", "trusted", "words", "zip",
}  # fmt: skip


def outcome_of_stock(template: str) -> str | Exception:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return stock(template, DATA)
        except Exception as error:
            return error


@pytest.mark.parametrize("template", templates())
def test_a_template_of_the_corpus_renders_as_in_stock_jinja(template: str) -> None:
    expected = outcome_of_stock(template)
    assert isinstance(expected, str), expected
    assert rendered(template, DATA) == expected


def test_the_corpus_uses_every_filter_and_test_that_stock_jinja_has() -> None:
    text = "\n".join(templates())
    used = set(re.findall(r"\|\s*(\w+)|map\('(\w+)'|(?:filter|\|) (\w+)", text))
    filters = {name for found in used for name in found}
    tests = set(re.findall(r"is (?:not )?(\w+)", text))
    assert set(FILTERS) - OURS - filters == {"random"}
    assert set(TESTS) - tests == set()


@given(bodies())
def test_a_generated_template_renders_as_in_stock_jinja(template: str) -> None:
    expected = outcome_of_stock(template)
    if isinstance(expected, str):
        assert rendered(template, DATA) == expected
    else:
        with pytest.raises(FlowError) as caught:
            rendered(template, DATA)
        assert (caught.value.kind == "undefined") == isinstance(expected, UndefinedError)


@given(bodies())
def test_the_printed_python_of_a_generated_template_is_the_same_tree(template: str) -> None:
    made = lowered(parsed(template), [*DATA])
    again = ast.parse(made.python())
    assert ast.dump(again) == ast.dump(ast.parse(ast.unparse(again)))
    assert _shape(again) == _shape(made.module)


def _shape(tree: ast.AST) -> str:
    """Return a tree without what printing cannot keep: neighbouring constants of an f-string are one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.type_params = []  # Python 3.12 does not fill it in by itself
        if isinstance(node, ast.JoinedStr):
            merged: list[ast.expr] = []
            for value in node.values:
                if isinstance(value, ast.Constant) and merged and isinstance(merged[-1], ast.Constant):
                    merged[-1] = ast.Constant(f"{merged[-1].value}{value.value}")
                else:
                    merged.append(value)
            node.values = merged
    return ast.dump(tree)


# The differences ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{{ yes }} {{ no }}", "true false"),
        ("{{ xs }} {{ o }}", '[3,1,2] {"name":"N","inner":{"x":[1,{"y":"deep"}]},"n-1":"dash","7":"seven"}'),
        ("{{ [none, 'é', 1.0] }}", '[null,"é",1.0]'),
        ("{{ (1, 2) }}{{ range(2) }}", "[1,2][0,1]"),
        ("{{ xs|map('string') }}{{ d.items() }}{{ xs|reverse }}", '["3","1","2"][["a",1],["b",2]][2,1,3]'),
        ("{{ yes ~ '' }}{{ [yes]|join }}{{ '%s' % yes }}{{ '{}'.format(xs) }}", "truetruetrue[3,1,2]"),
    ],
)
def test_data_in_a_text_prints_as_json(template: str, printed: str) -> None:
    assert rendered(template, DATA) == printed


@pytest.mark.parametrize(
    "template",
    ["{{ nil }}", "{{ nil ~ 'a' }}", "{{ [nil]|join }}", "{{ '%s' % nil }}", "{{ '{}'.format(nil) }}"],
)
def test_null_does_not_print(template: str) -> None:
    with pytest.raises(FlowError, match="null"):
        rendered(template, DATA)


@pytest.mark.parametrize(
    "template",
    [
        "{{ s.upper }}", "{{ range }}", "{% macro m() %}{% endmacro %}{{ m }}", "{{ [s.upper] }}",
        "{{ namespace() }}", "{% for x in xs %}{{ loop }}{% endfor %}", "{{ s.upper ~ '' }}",
    ],
)  # fmt: skip
def test_a_function_or_another_object_does_not_print(template: str) -> None:
    with pytest.raises(FlowError, match="cannot show") as caught:
        rendered(template, DATA)
    assert caught.value.kind == "type"


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_a_number_that_json_has_not_does_not_print(number: float) -> None:
    with pytest.raises(FlowError, match="infinite"):
        rendered("{{ x }}", {"x": number})


def test_keys_win_over_methods() -> None:
    order = {"items": ["tea"], "get": 1, "name": "n"}
    assert (
        rendered("{{ order.items }}{{ order.get }}{{ order['items'] }}", {"order": order})
        == '["tea"]1["tea"]'
    )
    assert rendered("{{ order | items | length }}", {"order": order}) == "3"
    with pytest.raises(FlowError, match="`items` is a key of this map, which holds a list"):
        rendered("{{ order.items() }}", {"order": order})


@pytest.mark.parametrize("text", ["", "no", "false", "yes"])
@pytest.mark.parametrize("condition", ["x", "not x", "x and true", "false or x", "x if true else false"])
def test_a_condition_that_is_text_is_an_error(text: str, condition: str) -> None:
    with pytest.raises(FlowError, match="text") as caught:
        rendered(condition, {"x": text}, "condition")
    assert caught.value.kind == "type"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [("n", True), ("z", False), ("xs", True), ("empty", False), ("nil", False), ("yes and not no", True)],
)
def test_a_condition_that_is_no_text_is_taken_as_python_takes_it(condition: str, holds: bool) -> None:
    assert bool(rendered(condition, DATA, "condition")) is holds


def test_the_text_of_a_template_may_ask_whether_a_text_is_empty() -> None:
    assert rendered("{% if e %}a{% else %}b{% endif %}{{ 'c' if s }}{{ e or 'd' }}", DATA) == "bcd"


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{% set x = nothing %}", "nothing"),
        ("{{ [nothing]|length }}", "nothing"),
        ("{{ {'a': o.nothing}|length }}", "nothing"),
        ("{% macro m(a) %}{% endmacro %}{{ m(o.nothing) }}", "nothing"),
        ("{% set x = 'a' if no %}", "else"),
    ],
)
def test_what_is_undefined_is_an_error_where_it_is_read_and_not_where_it_is_printed(
    template: str, name: str
) -> None:
    with pytest.raises(FlowError, match=name) as caught:
        rendered(template, DATA)
    assert caught.value.kind == "undefined"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ o.a.b.c|default('x') }}", "x"),
        ("{{ nothing.at.all|default('x') }}", "x"),
        ("{{ o.inner.x[7].y|default('x') }}", "x"),
        ("{{ nil.a|default('x') }}", "x"),
        ("{{ o.a.b is defined }}{{ nothing.a is undefined }}", "falsetrue"),
        ("{{ (xs|select('gt', 9)|first)|default('x') }}", "x"),
        ("{{ ('a' if no)|default('x') }}", "x"),
    ],
)
def test_a_default_stands_in_for_every_link_of_a_chain(template: str, text: str) -> None:
    assert rendered(template, DATA) == text


def test_a_default_is_worked_out_only_where_it_is_needed() -> None:
    assert rendered(
        "{{ s|default(nothing) }}{{ o.name|default(1 / 0) }}{{ s|default(nothing, true) }}", DATA
    ) == ("Hello WorldNHello World")
    with pytest.raises(FlowError, match="nothing"):
        rendered("{{ e|default(nothing, true) }}", DATA)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "{{ (html|e|upper) }}{{ [html] }}",
            '&LT;B&GT;&#34;IT&#39;S&#34; &AMP; MORE&LT;/B&GT;["<b>\\"it\'s\\" & more</b>"]',
        ),
        ("{{ (d|tojson)|upper }}{{ dict(d, z='a') }}", '{"A": 1, "B": 2}{"a":1,"b":2,"z":"a"}'),
        ("{{ ('<'|e)|trim }}{{ '<' if yes }}", "&lt;<"),
    ],
)
def test_text_that_is_marked_as_safe_escapes_nothing_beside_it(template: str, text: str) -> None:
    assert rendered(template, DATA) == text
    assert type(rendered(template, DATA)) is str


def test_a_name_that_a_block_sets_has_its_old_value_inside_the_block() -> None:
    assert rendered("{% set s %}[{{ s }}]{% endset %}{{ s }}", DATA) == "[Hello World]"

"""A failing expression is underlined exactly, in every style of YAML scalar."""

from __future__ import annotations

import json
from itertools import islice
from types import TracebackType

import pytest

from tests.codegen_templates.rendering import STYLES, lowered, scalar_of, written
from turbo_yaml.errors import FlowError
from turbo_yaml.source import Source
from turbo_yaml.template import parse_expression, parse_text

DATA = {
    "user": {"name": "Bo", "tags": ["x"], "café": 1},
    "xs": [1, 2],
    "n": 5,
    "s": "text",
    "nil": None,
    "pairs": [[1, 2, 3]],
}

# The text, and the part of it that cannot work.
FAILING = (
    ("é {{ boom }} x", "boom"),
    ("é {{ n }} and {{ user.first }}", "user.first"),
    ("é {{ user.name.first.last }}", "user.name.first"),
    ("é {{ user.café.crème }}", "user.café.crème"),
    ("é {{ xs[9] }}", "xs[9]"),
    ("é {{ xs[ n ] }}!", "xs[ n ]"),
    ("é {{ n / 0 }}", "n / 0"),
    ("é {{ 1 + (n + xs) * 2 }}", "n + xs"),
    ("é {{ n < user }}", "n < user"),
    ("é {{ 1 < 2 < s }}", "1 < 2 < s"),
    ("é {{ nil }} {{ n }}", "nil"),
    ("é {{ (user) ~ nil }}", "(user) ~ nil"),
    ("é {{ user() }}", "user()"),
    ("é {{ s.shout() }}", "s.shout()"),
    ("é {{ s.upper }}", "s.upper"),
    ("é {{ -s }}", "-s"),
    ("é {{ n in n }}", "n in n"),
    ("é {{ n is divisibleby(0) }}", "n is divisibleby(0)"),
    ("é {{ n is divisibleby 0 }}", "n is divisibleby 0"),
    ("é {{ s | upper | truncate(1) | lower }}", "s | upper | truncate(1)"),
    ("é {{ n | round(method=s) }}", "n | round(method=s)"),
    ("é {{ xs | map(s) | join }}", "xs | map(s)"),
    ("é {{ 1 if user.old else 2 }}", "user.old"),
    ("é {{ [1, boom] }}", "boom"),
    ("é {{ s[n:xs] }}", "s[n:xs]"),
    ("é {{ range(n, s) }}", "range(n, s)"),
    ("é {{ n.x | default(user.y) }}", "user.y"),
    ("é {% for x in n %}{{ x }}{% endfor %}", "n"),
    ("é {% for x in xs %}\n- {{ x.y }}\n{% endfor %}", "x.y"),
    ("é {% for a, b in pairs %}{{ a }}{% endfor %}", "pairs"),
    ("é {% for x in xs if x.z %}{{ x }}{% endfor %}", "x.z"),
    ("é {% for x in xs %}\n{{ x }}\n{% else %}\n{% endfor %}\n{{ user.z }}", "user.z"),
    ("é {% if n > user %}a{% endif %}", "n > user"),
    ("é {% if n %}\n{{ user.deep }}\n{% endif %}\nx", "user.deep"),
    ("é {% set x = user.x %}{{ x }}", "user.x"),
    ("é {% set a, b = xs, 2, 3 %}{{ a }}", "xs, 2, 3"),
    ("é {% set x %}{{ boom }}{% endset %}", "boom"),
    ("é {% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}", "a"),
    ("é {% macro m(a) %}{{ a / 0 }}{% endmacro %}{{ m(1) }}", "a / 0"),
    ("é {% filter truncate(1) %}abcdefghij{% endfilter %}", "truncate(1)"),
    ("é {% with a = user.q %}{{ a }}{% endwith %}", "user.q"),
    ("one {{ n }}\ntwo {{ s }}\nthree {{ user.three }}\nfour", "user.three"),
    ("é {#note#}{{- user.gone -}} x", "user.gone"),
)
QUOTED = (
    ("it's {{ user['first'] }}", "user['first']"),
    ("é {{ s + 'it\\'s' + 1 }}", "s + 'it\\'s' + 1"),
    ('say "{{ user["no"] }}"', 'user["no"]'),
    ("tab\tand {{ n ~ 'a\\n' ~ nil }}", "n ~ 'a\\n' ~ nil"),
)


def place_of(problem: BaseException, source: Source) -> str:
    """Return what the innermost line of the flow's own file in a traceback underlines."""
    found: TracebackType | None = None
    traceback = problem.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == source.name:
            found = traceback
        traceback = traceback.tb_next
    assert found is not None
    positions = found.tb_frame.f_code.co_positions()
    line, end_line, column, end_column = next(islice(positions, found.tb_lasti // 2, None))
    assert line is not None
    assert end_line is not None
    assert column is not None
    assert end_column is not None
    start, end = source.offset_of_byte(line, column), source.offset_of_byte(end_line, end_column)
    return source.text[start:end]


def in_style(part: str, style: str) -> str:
    """Return how a part of a text is spelt in a style of YAML."""
    if style == "'":
        return part.replace("'", "''")
    return json.dumps(part, ensure_ascii=False)[1:-1] if style == '"' else part


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("text", "part"), FAILING)
def test_a_traceback_underlines_the_failing_expression(text: str, part: str, style: str) -> None:
    source, scalar = scalar_of(written(text, style))
    parsed, problems = parse_text(source, scalar)
    assert parsed is not None, problems
    assert parsed.plain == text
    with pytest.raises(FlowError) as caught:
        lowered(parsed, [*DATA]).run(DATA)
    assert place_of(caught.value, source) == in_style(part, style)


@pytest.mark.parametrize("style", ["'", '"', "|", ">"])
@pytest.mark.parametrize(("text", "part"), QUOTED)
def test_quotes_and_escapes_of_the_style_are_within_the_underlined_part(
    text: str, part: str, style: str
) -> None:
    source, scalar = scalar_of(written(text, style))
    parsed, problems = parse_text(source, scalar)
    assert parsed is not None, problems
    with pytest.raises(FlowError) as caught:
        lowered(parsed, [*DATA]).run(DATA)
    assert place_of(caught.value, source) == in_style(part, style)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("n > 1 and user.old", "user.old"),
        ("not s", "s"),
        ("n == 5 and s", "s"),
        ("(n + 1) in n", "(n + 1) in n"),
        ("user.café and boom", "boom"),
    ],
)
def test_a_condition_is_underlined_where_it_fails(text: str, part: str, style: str) -> None:
    source, scalar = scalar_of(written(text, style))
    parsed, problems = parse_expression(source, scalar)
    assert parsed is not None, problems
    with pytest.raises(FlowError) as caught:
        lowered(parsed, [*DATA], "condition").run(DATA)
    assert place_of(caught.value, source) == in_style(part, style)

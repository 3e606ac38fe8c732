"""What expressions do at run time: our filters, time and chance, limits, and what failures say."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from tests.codegen_templates.rendering import rendered
from turbo_yaml.errors import FlowError, LimitError
from turbo_yaml.runtime.values.bounds import metered
from turbo_yaml.runtime.values.chance import CHANCE
from turbo_yaml.runtime.values.filters.patterns import regex_findall, regex_search
from turbo_yaml.template.vocabulary import FILTERS, TESTS

REPLY = 'Here you are:\n\n```python\nprint(1)\n```\nand\n~~~\nplain\n~~~\n```JSON\n{"a": [1]}\n```'


def value(expression: str, **data: Any) -> Any:
    return rendered(f"{{{{ {expression} }}}}", data, "value")


# Our filters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("reply|code", "print(1)"),
        ("reply|code('json')|fromjson", {"a": [1]}),
        ("reply|code('ruby')", ""),
        ("'no fence '|code", "no fence"),
        ("'```\\nopen'|code", "open"),
        ("'a b\\n c'|words", ["a", "b", "c"]),
        ("'a\\r\\nb\\n\\nc\\n'|lines", ["a", "b", "", "c"]),
        ("''|lines", []),
        ("{'b': [1, true], 'a': none}|json", '{\n  "b": [\n    1,\n    true\n  ],\n  "a": null\n}'),
        ("[1]|json(indent=0)", "[\n1\n]"),
        ("'[1, {\"a\": null}]'|fromjson", [1, {"a": None}]),
        ("'{\"n\": 1}\\n\\n[2]\\r\\n'|fromjsonl", [{"n": 1}, [2]]),
        ("''|fromjsonl", []),
        ("'a,b\\n1,\"x, y\"\\n'|fromcsv", [{"a": "1", "b": "x, y"}]),
        ("'a: [1, x]\\nb: true'|fromyaml", {"a": [1, "x"], "b": True}),
        ("''|fromyaml", None),
        ("[1, 2]|zip(['a', 'b'], 'xyz')|list", [(1, "a", "x"), (2, "b", "y")]),
        ("'x'|trusted", "x"),
        ("'Order 66, total: 12.50'|regex_search('[0-9]+')", "66"),
        ("'Order 66'|regex_search('order (\\\\d+)', ignorecase=true)", "66"),
        ("'a=1'|regex_search('(\\\\w)=(\\\\w)')", ["a", "1"]),
        ("'a'|regex_search('b')", None),
        ("'a1b2'|regex_findall('[a-z]\\\\d')", ["a1", "b2"]),
        ("'a1b2'|regex_findall('([a-z])(\\\\d)')", [["a", "1"], ["b", "2"]]),
        ("'x\\ny'|regex_findall('^.', multiline=true)", ["x", "y"]),
    ],
)
def test_a_filter_of_ours_gives_what_its_page_says(expression: str, expected: Any) -> None:
    assert value(expression, reply=REPLY) == expected


def test_the_run_time_has_every_filter_and_test_of_the_vocabulary_with_its_parameters() -> None:
    import inspect

    from turbo_yaml.runtime.values import filters, tests

    assert {*filters.NAMES} == {*FILTERS}
    for name, signature in FILTERS.items():
        parameters = [*inspect.signature(getattr(filters, name)).parameters.values()][1:]
        if not signature.open:
            plain = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
            assert tuple(p.name for p in plain) == signature.parameters, name
            assert sum(p.default is p.empty for p in plain) == signature.required, name
    assert {*TESTS} <= {*tests.TESTS}


# Regular expressions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(", "not closed"),
        ("a{3,1}", "at least 3 and at most 1"),
        ("(?=a)", "look-around cannot be used"),
        ("(?<!a)b", "look-around cannot be used"),
        (r"(a)\1", "cannot refer back"),
        ("(?>a)", "this kind of group"),
        ("a{5000}", "larger than 1000 states"),
        ("a" * 501, "at most 500 characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, problem: str) -> None:
    with pytest.raises(FlowError, match=problem):
        regex_search("a", pattern)


def test_a_search_that_takes_too_many_steps_is_given_up() -> None:
    with pytest.raises(LimitError, match="too much work"), metered():
        regex_findall("a" * 500_000, "(a|b)*c(a|b)*d")


# Time and chance ---------------------------------------------------------------------------------------


class Recorded:
    """A source that gives what was recorded."""

    def now(self) -> str:
        return "2026-11-22T17:34:05+02:00"

    def index(self, count: int) -> int:
        return count - 1

    def order(self, count: int) -> list[int]:
        return [*reversed(range(count))]


def test_time_and_chance_come_from_the_source_of_the_run() -> None:
    token = CHANCE.set(Recorded())
    try:
        assert value("now()") == "2026-11-22T17:34:05+02:00"
        assert value("now('%A %d %B %Y, %H:%M')") == "Sunday 22 November 2026, 17:34"
        assert value("[1, 2, 3]|random") == 3
        assert value("[1, 2, 3]|shuffle") == [3, 2, 1]
    finally:
        CHANCE.reset(token)


def test_without_a_source_time_and_chance_are_those_of_the_machine() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", value("now()"))
    assert value("[1, 2, 3]|random") in (1, 2, 3)
    assert sorted(value("range(50)|shuffle")) == [*range(50)]


# What failures say -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "kind", "message", "hint"),
    [
        ("user.nmae", "undefined", "there is no `nmae` in this map", "did you mean `name`?"),
        ("user['zip']", "undefined", "there is no `zip` in this map", "it has `name`, `tags`"),
        ("user.tags[5]", "undefined", "there is no place 5 in a list of 2 items", "places count from 0"),
        ("'abc'[7]", "undefined", "there is no place 7 in text of 3 characters", "places count from 0"),
        ("nil.name", "undefined", "null has no `name`", "use `default`, or test it with `is none`"),
        ("n.name", "undefined", "a whole number has no `name`", None),
        ("user.tags['first']", "undefined", "a list has no `first`", None),
        ("usr", "undefined", "`usr` is not defined here", "did you mean `user`?"),
        ("[]|first", "undefined", "there is no first item: the list is empty", "use `| first | default(…)`"),
        ("'a' + 1", "type", "`+` does not work with text and a whole number", "use `~` to put texts together"),
        ("[1] + 1", "type", "`+` does not work with a list and a whole number", None),
        ("user - 1", "type", "`-` does not work with a map and a whole number", None),
        ("n < 'a'", "type", "`<` does not work with a whole number and text", None),
        ("n / 0", "value", "division by zero", None),
        ("1 in n", "type", "`in` looks into a list, a text or a map, not into a whole number", None),
        ("n()", "type", "a whole number cannot be called", None),
        ("user.name.shout()", "undefined", "text has no `shout`", None),
        ("'a'.center()", "type", "`center` cannot work with nothing", None),
        ("'{'|fromjson", "value", "this is no JSON: expecting property name", None),
        ("'NaN'|fromjson", "value", "this is no JSON: `NaN` is no number", None),
        ("'1\\n\\n{\\n'|fromjsonl", "value", "this is no JSON: expecting property name", None),
        ("'a,b\\n1\\n'|fromcsv", "value", "this is no CSV: a row has not as many fields", None),
        ("'a: [1'|fromyaml", "value", "this is no YAML: ", None),
        ("n|fromjson", "type", "`fromjson` takes text, not a whole number", None),
        ("user|sort(attribute='x')", "undefined", "text has no `x`", None),
        ("[1, 'a']|sort", "type", "`sort` cannot put values of different kinds in order", None),
        ("{user: 1}", "type", "a key of a map is a text or a number, not a map", None),
        ("'a'|map(n)", "type", "the name of a filter is text, not a whole number", None),
        ("'%d' % 'a'", "type", "`%d` takes a number, not text", None),
        ("'%s %s' % 'a'", "value", "this format asks for more than the 1 given", None),
        ("'{} {}'.format(1)", "value", "this format asks for number 1, and 1 were given", None),
        ("'{a}'.format(b=1)", "value", "this format asks for `a`, which was not given", None),
        ("'abc'.index('z')", "value", "`index` did not work: substring not found", None),
    ],
)  # fmt: skip
def test_a_failure_says_what_is_what_was_wanted_and_what_to_do(
    expression: str, kind: str, message: str, hint: str | None
) -> None:
    data = {"user": {"name": "Bo", "tags": ["x", "y"]}, "n": 5, "nil": None}
    with pytest.raises(FlowError) as caught:
        value(expression, **data)
    assert caught.value.message.startswith(message)
    assert caught.value.kind == kind
    if hint is not None:
        assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("'ab' * 60000", "a text of 120000 characters is over the limit of 100000"),
        ("2 ** 5000", "a whole number of 5001 bits is over the limit of 4096"),
        ("'x'|center(10001)", "a width of 10001 is over the limit of 10000"),
        ("('x' * 99999)|replace('x', 'y' * 99)", "a text of 9899901 characters is over the limit of 1000000"),
        ("range(200000)", "this range is over the limit of 100000"),
    ],
)
def test_what_is_past_a_limit_names_the_limit(expression: str, message: str) -> None:
    with pytest.raises(LimitError, match=re.escape(message)) as caught:
        value(expression)
    assert caught.value.kind == "limit"
    assert caught.value.hint is not None
    assert "limits." in caught.value.hint


# What it costs to load ---------------------------------------------------------------------------------


def test_the_run_time_of_templates_loads_nothing_of_jinja() -> None:
    code = (
        "import sys\nfrom turbo_yaml.runtime import values\n"
        "out = values.filters.upper('a') + values.filters.escape('<') + values.text({'a': [1]})\n"
        "out += values.filters.tojson([1]) + values.filters.wordwrap('a b', 1)\n"
        "assert not {'jinja2', 'yaml', 'jsonschema'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

"""A hostile template is refused or is harmless, and it ends soon."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

import ast
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.codegen_templates.hostile import DEEP, ESCAPES, GREEDY
from tests.codegen_templates.rendering import block, lowered, parsed
from turbo_yaml.codegen.names import safe_identifier
from turbo_yaml.codegen.templates import SUPPORT
from turbo_yaml.errors import FlowError
from turbo_yaml.runtime.values.filters import NAMES
from turbo_yaml.runtime.values.tests import TESTS
from turbo_yaml.template import parse_text

SOON = 3.0
"""Seconds of CPU."""


class Thing:
    secret = "SECRET"


def unsafe() -> int:
    return 1


def alters() -> int:
    return 1


unsafe.unsafe_callable = True  # type: ignore[attr-defined]
alters.alters_data = True  # type: ignore[attr-defined]


async def later() -> int:
    return 1


def data() -> dict[str, Any]:
    return {
        "xs": [3, 1, 2],
        "d": {"a": 1},
        "a": [1],
        "b": [[1]],
        "long": "The quick brown fox jumps over the lazy dog and rests. " * 2,
        "host": lambda: {"ok": 1},
        "unsafe": unsafe,
        "alters": alters,
        "kind": Thing,
        "later": later,
        "odd": lambda: Thing(),
        "thing": Thing(),
    }


def outcome(template: str, given_data: dict[str, Any]) -> str | FlowError | None:
    """Return the text, the failure of the run, or None where the template is refused before."""
    text, problems = parse_text(*block(template))
    if text is None:
        assert problems
        return None
    try:
        rendered = lowered(text, [*given_data]).run(given_data)
    except FlowError as error:
        return error
    assert isinstance(rendered, str)
    return rendered


@pytest.mark.parametrize("template", ESCAPES)
def test_nothing_beyond_data_and_allowed_methods_can_be_reached(template: str) -> None:
    given_data = data()
    found = outcome(template, given_data)
    assert not isinstance(found, str)
    assert "SECRET" not in str(found)
    assert (given_data["xs"], given_data["d"]) == ([3, 1, 2], {"a": 1})


def test_a_function_of_the_host_can_be_called_and_its_data_used() -> None:
    assert outcome("{{ host().ok }}{% set f = host %}{{ f().ok }}{{ host is callable }}", data()) == "11true"


@pytest.mark.parametrize("template", GREEDY, ids=range(len(GREEDY)))
def test_what_asks_for_too_much_ends_soon(template: str) -> None:
    start = time.process_time()
    found = outcome(template, data())
    assert time.process_time() - start < SOON
    assert not isinstance(found, str) or len(found) <= 1_000_000


@pytest.mark.parametrize("template", DEEP, ids=range(len(DEEP)))
def test_what_is_very_long_or_deep_is_read_or_refused_soon(template: str) -> None:
    start = time.process_time()
    outcome(template, data())
    assert time.process_time() - start < SOON


def test_nothing_is_worked_out_when_a_template_is_compiled() -> None:
    for template in ("{{ 'ab' * 9999 }}", "{{ 9 ** 999 }}", "{{ [1] * 999 }}", "{{ 'a'|center(999) }}"):
        text, _ = parse_text(*block(template))
        assert text is not None
        for _, code in lowered(text, []).codes():
            assert len(repr(code.co_consts)) < 400
            assert len(code.co_code) < 400


# Names -------------------------------------------------------------------------------------------------

HOSTILE_NAMES = (
    "class", "None", "True", "__debug__", "__class__", "__name__", "_", "text", "filters", "out", "self", "memory",
    "ﬁ", "ª", "é", "e\u0301", "a" * 5000, "1a", "", " ", "a b", "a-b", "a.b", "a\nb", "a;b", "import os", "\ud800",
    "a\u200bb", "π", "print", "lambda", "u__61_", "x_", "x__", "await", "match", "type", "\U0001d41a", "yield",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_any_name_gets_a_legal_python_name(name: str) -> None:
    assert_legal(safe_identifier(name))


def assert_legal(identifier: str) -> None:
    assert identifier.isidentifier()
    assert not identifier.startswith("__")
    assert len(identifier) < 1500
    tree = ast.parse(f"{identifier} = 1")
    assert isinstance(tree.body[0], ast.Assign)
    assert isinstance(tree.body[0].targets[0], ast.Name)
    assert tree.body[0].targets[0].id == identifier


@given(st.lists(st.text(max_size=8), max_size=20, unique=True))
def test_two_names_never_share_a_python_name(names: list[str]) -> None:
    given_names = [safe_identifier(name) for name in names]
    for identifier in given_names:
        assert_legal(identifier)
    assert len(set(given_names)) == len(names)


@given(st.text(max_size=30))
def test_the_text_of_a_template_reaches_the_tree_as_constants_only(text: str) -> None:
    plain = text.replace("{", "(")
    quoted = plain.replace("\\", "\\\\").replace("'", "\\'")
    found, problems = parse_text(
        *block(f"{plain}{{{{ x }}}}{{% for i in x %}}{{{{ '{quoted}' }}}}{{% endfor %}}")
    )
    assert found is not None, problems
    made = lowered(found, ["x"])
    names = {node.id for node in ast.walk(made.module) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(made.module) if isinstance(node, ast.Attribute)}
    assert names <= SUPPORT | {"x", "i", "out", "text_1"} | {f"text_{line}" for line in range(40)}
    assert attributes <= {"write", "each"}
    wanted = plain.replace("\r\n", "\n").replace("\r", "\n")
    assert made.run({"x": [1]}).endswith(quoted_value(wanted))


def quoted_value(text: str) -> str:
    return text


def test_every_attribute_in_lowered_code_is_one_of_ours() -> None:
    of_loops = {"index", "index0", "first", "last", "length", "depth", "depth0", "revindex", "revindex0"}
    allowed = {*NAMES, *TESTS, "write", "each", "loop", "part", "text", "is_in", *of_loops}
    for template in (*ESCAPES, *GREEDY):
        text, _ = parse_text(*block(template))
        if text is None:
            continue
        made = lowered(text, [*data()])
        for node in ast.walk(made.module):
            if isinstance(node, ast.Attribute):
                assert node.attr in allowed
            assert not isinstance(node, ast.Import | ast.ImportFrom | ast.Global | ast.Lambda | ast.Subscript)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ '' | urlize(rel=true) }}", "`urlize` takes a text as `rel`, not"),
        ("{{ '' | urlize(target=3) }}", "`urlize` takes a text as `target`, not"),
        ("{{ '{:D}'.format(1) }}", "this format cannot be read: `D` is no format of whole numbers"),
        ("{{ '{:D}'.format('a') }}", "this format cannot be read: `D` is no format of texts"),
    ],
)
def test_a_wrong_argument_is_told_in_the_authors_words(text: str, told: str) -> None:
    with pytest.raises(FlowError) as caught:
        lowered(parsed(text), []).run({})
    assert told in caught.value.message

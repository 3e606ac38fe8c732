"""Whatever its names and texts are, a flow becomes the tree that any other flow of its form becomes."""

from __future__ import annotations

import ast
import keyword
import random
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.cases import EVERYTHING
from tests.hostile.corpus.names import NAMES, TEXTS
from turbo_yaml.compiler.build import Builder
from turbo_yaml.compiler.files import Files, Place
from turbo_yaml.compiler.stages import to_python
from turbo_yaml.source import Source

NAMED = """\
turbo: 1
inputs: {NAME: any}
flows: {other: {inputs: {NAME: any}, steps: [{user: "{{ NAME }}"}]}}
steps:
  - user: "{{ NAME }} {{ NAME.a }}"
  - call: other
    with: {NAME: "{{ NAME }}"}
    as: taken
  - set: {taken: "{{ NAME }}{% set NAME = 1 %}{% for taken in [1] %}{{ NAME }}{% endfor %}"}
  - for: NAME
    in: "[1]"
    do: [{log: "{{ NAME }}{% macro f(NAME=2) %}{{ NAME }}{% endmacro %}{{ f(NAME=3) }}"}]
    collect: NAME
    as: all
  - parallel: {NAME: [{result: 1}], taken: [{result: 2}]}
  - generate:
    as: NAME
  - return: {a: "{{ NAME }}", b: "{{ taken }}", c: "{{ all }}"}
"""


def tree(text: str) -> ast.Module | None:
    """Return the Python tree of a flow; None where the flow is refused."""
    folder = Path("/nonexistent")
    files, place = Files(folder), Place(folder / "flow.yaml", "flow.yaml")
    files.add(place, Source("flow.yaml", text))
    analysed = Builder(files, None, None).analysed(place)
    if not analysed.sound:
        assert analysed.diagnostics
        return None
    module = to_python(analysed).module
    compile(module, "flow.yaml", "exec")
    return module


# ruff: noqa: E501 (a table)
IDENTIFIERS = {
    ast.Name: ("id",), ast.Attribute: ("attr",), ast.arg: ("arg",), ast.keyword: ("arg",), ast.alias: ("name", "asname"),
    ast.FunctionDef: ("name",), ast.AsyncFunctionDef: ("name",), ast.ExceptHandler: ("name",), ast.MatchAs: ("name",),
    ast.ImportFrom: ("module",), ast.Global: ("names",), ast.Nonlocal: ("names",),
}  # fmt: skip


def pairs(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the identifiers of two trees of the same shape side by side; fail where the shapes differ."""
    assert type(one) is type(other)
    if isinstance(one, list):
        assert len(one) == len(other)
        for first, second in zip(one, other, strict=True):
            yield from pairs(first, second)
    elif isinstance(one, ast.Constant):
        assert type(one.value) is type(other.value)
    elif isinstance(one, ast.AST):
        for field in one._fields:
            if field in IDENTIFIERS.get(type(one), ()):
                yield getattr(one, field), getattr(other, field)
            else:
                yield from pairs(getattr(one, field, None), getattr(other, field, None))


def is_alike(found: ast.Module, usual: ast.Module, *, one_to_one: bool) -> bool:
    """Tell whether a tree has the shape of another; only names may differ, and those must be good ones.

    `one_to_one`: each name stands for one other.
    """
    renamed: dict[Any, Any] = {}
    try:
        for new, old in pairs(found, usual):
            if new != old:
                assert new.isidentifier() and not keyword.iskeyword(new)
                assert unicodedata.normalize("NFKC", new) == new and not new.startswith("__")
                assert len(new) < 2000
            assert renamed.setdefault(old, new) == new or not one_to_one
    except AssertionError:
        return False
    return len(set(renamed.values())) == len(renamed) or not one_to_one


@cache
def usual(form: str) -> ast.Module:
    found = tree(form)
    assert found is not None
    return found


ODD = ("Generate", "class", "text", "len")
"""Names that the code has for itself, a word of Python, one that templates have too, a function of Python's."""


def is_usual_with_name(found: ast.Module) -> bool:
    """Tell whether a tree is that of `NAMED` with a usual name, or with one that must be called otherwise."""
    if is_alike(found, usual(NAMED.replace("NAME", "plum")), one_to_one=True):
        return True
    return any(is_alike(found, usual(NAMED.replace("NAME", odd)), one_to_one=False) for odd in ODD)


def is_usual_with_texts(found: ast.Module, count: int) -> bool:
    """Tell whether a tree is that of so many usual texts: words, or texts of several."""
    forms = (
        with_texts([f"plum{number}" for number in range(count)]),
        with_texts([f"{n} b" for n in range(count)]),
    )
    return any(is_alike(found, usual(form), one_to_one=True) for form in forms)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_changes_nothing_but_a_name(name: str) -> None:
    found = tree(NAMED.replace("NAME", name))
    assert found is None or is_usual_with_name(found), ast.unparse(found)


def test_names_that_are_words_elsewhere_are_good_names() -> None:
    for name in ("class", "print", "await", "text", "text_1", "filters", "Generate", "每", "переменная"):
        assert tree(NAMED.replace("NAME", name)) is not None, name


def quoted(text: str) -> str:
    """Return a text in YAML's double quotes."""
    plain = (char if " " <= char <= "~" and char not in '"\\' else f"\\U{ord(char):08x}" for char in text)
    return f'"{"".join(plain)}"'


def with_texts(texts: Sequence[str]) -> str:
    """Return a flow that has texts wherever a text can stand."""
    steps = ["turbo: 1\ninputs: {x: any}\nsteps:\n"]
    for text in texts:
        in_template = text.replace("\\", "\\\\").replace("'", "\\'")
        value = quoted("{{ {'k': '" + in_template + "'} }}")
        mixed = quoted("a{{ x }}" + text.replace("{", "(") + ".")
        looked_up = quoted("{{ x['" + in_template + "'] }}")
        steps += [
            f"  - user: {quoted(text)}\n    literal: true\n",
            f"  - assistant: x\n    label: {quoted('l' + text.replace('{', '('))}\n",
            f"  - set: {{v: {value}, w: {mixed}, y: {looked_up}}}\n",
            f"  - match: x\n    cases: {{{quoted('c' + text)}: [stop]}}\n    else: []\n",
            f"  - return: {{{quoted('k' + text)}: 1}}\n    when: x == 1\n",
        ]
    return "".join(steps)


def test_a_text_changes_nothing_but_a_constant() -> None:
    accepted = 0
    for text in TEXTS:
        found = tree(with_texts([text]))
        if found is not None:
            accepted += 1
            assert is_usual_with_texts(found, 1), ast.unparse(found)
    assert accepted > 150


MANY = 100_000 if EVERYTHING else 600
AT_ONCE = 20
ALPHABETS = (
    "ab_1{}%'\"\\\n #",
    "".join(map(chr, range(32, 127))),
    "".join(map(chr, (*range(160, 0x330), *range(0x2010, 0x2070), *range(0xFB00, 0xFB10)))),
    "\U0001f600\U0001d41a\U000e0061\u200b\u202e\uff5f\uff3f\u3000aZ_",
)


def test_random_texts_change_nothing_but_constants() -> None:
    chance = random.Random(4)
    accepted = 0
    for _ in range(MANY // AT_ONCE):
        texts = [
            f"{number} " + "".join(chance.choices(chance.choice(ALPHABETS), k=chance.randrange(30))) + "."
            for number in range(AT_ONCE)
        ]
        found = tree(with_texts(texts))
        if found is not None:
            accepted += AT_ONCE
            assert is_usual_with_texts(found, AT_ONCE), texts
    assert accepted > MANY * 0.9


def test_random_names_change_nothing_but_names() -> None:
    chance = random.Random(5)
    for _ in range(MANY // 30):
        name = "".join(chance.choices(chance.choice(ALPHABETS), k=chance.randrange(1, 12)))
        found = tree(NAMED.replace("NAME", name))
        assert found is None or is_usual_with_name(found), name

"""The house rules of size and name, held by the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import turbo_yaml

PACKAGE = Path(turbo_yaml.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
TABLES = {"vocabulary.py", "keys.py", "providers.py", "faults.py"}
UNTELLING = {"utils", "util", "helpers", "common", "misc", "base", "manager"}


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_module_is_longer_than_400_lines_and_no_table_than_600() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    long = {
        str(path.relative_to(PACKAGE)): n
        for path, n in lengths.items()
        if n > (600 if path.name in TABLES else 400)
    }
    assert not long


def test_no_function_is_longer_than_50_lines() -> None:
    long = []
    for path in MODULES:
        for function in _functions(ast.parse(path.read_text(encoding="utf-8"))):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > 50:
                long.append(f"{path.relative_to(PACKAGE)}:{function.name} {length}")
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [path.name for path in MODULES if path.stem in UNTELLING]


def test_folders_hold_few_enough_modules_to_see_at_a_glance() -> None:
    counts: dict[str, int] = {}
    for path in MODULES:
        if path.name != "__init__.py":
            folder = str(path.parent.relative_to(PACKAGE))
            counts[folder] = counts.get(folder, 0) + 1
    assert not {folder: n for folder, n in counts.items() if n > 16}


def test_every_public_name_is_there_and_comes_from_where_the_table_says() -> None:
    for name in turbo_yaml.__all__:
        assert getattr(turbo_yaml, name) is not None
    assert set(turbo_yaml._HOME_OF) | {"__version__"} == set(turbo_yaml.__all__)

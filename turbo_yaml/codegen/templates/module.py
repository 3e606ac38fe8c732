"""What lowered templates need of the generated module: names from the run time, and helper functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Final

from turbo_yaml.codegen.build import At
from turbo_yaml.records import Record, field
from turbo_yaml.source import Source

SUPPORT: Final = frozenset(
    {
        "add", "as_key", "attr", "bounded", "concat", "cut", "divide", "eq", "filters", "floordiv", "ge",
        "get", "gt", "invoke", "is_in", "item", "known", "le", "lt", "mapping", "method", "missing", "mod",
        "mul", "namespace", "ne", "neg", "now", "number_range", "plain", "pos", "power", "put", "renders",
        "sub", "taking", "tests", "text", "truth", "undefined", "unpack",
    }
)  # fmt: skip
"""The names that lowered templates may read; `turbo_yaml.runtime.values` has each of them."""


class TemplateModule(Record, frozen=False):
    """Collects what the templates of one generated module need. `fresh` gives a name nothing else has."""

    fresh: Callable[[str], str]
    used: dict[str, None] = field(default_factory=dict)
    """The names of `SUPPORT` that were used, in order."""
    functions: list[tuple[Source, ast.FunctionDef]] = field(default_factory=list)
    """Helper functions, each with the file that it must be compiled under."""


def define(
    name: str, arguments: ast.arguments, body: list[ast.stmt], place: At, decorators: list[ast.expr]
) -> ast.FunctionDef:
    """Return the definition of a function; an empty body is `pass`."""
    return ast.FunctionDef(name, arguments, body or [ast.Pass(**place)], decorators, None, **place)


def parameters_of(names: Iterable[str], place: At) -> ast.arguments:
    """Return plain parameters."""
    return ast.arguments(
        posonlyargs=[],
        args=[ast.arg(name, **place) for name in names],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )

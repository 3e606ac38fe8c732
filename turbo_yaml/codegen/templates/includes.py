"""Included files to functions of their own, compiled under the file's own name."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jinja2 import nodes

from turbo_yaml.codegen.build import At, call, load
from turbo_yaml.codegen.names import Scope
from turbo_yaml.codegen.templates.inline import included_text
from turbo_yaml.source import Source

if TYPE_CHECKING:
    from turbo_yaml.codegen.templates.writer import Writer


def include(out: Writer, node: nodes.Include, place: At) -> list[ast.stmt]:
    """Return the call of a function that writes an included template; it reads what can be read here."""
    from turbo_yaml.codegen.templates.functions import define_text

    included = included_text(out.low, node)
    if included is None or included.tree is None:
        return []
    name = out.root.module.fresh(f"include_{_stem(included.source)}")
    scope: Scope = out.block if node.with_context else _NoNames()
    root = define_text(included, scope, out.root.module, name, [])
    return [ast.Expr(call(name, [load(out.out, place), *root.arguments(place)], place), **place)]


class _NoNames:
    """The scope of what is included `without context`."""

    def find(self, name: str) -> None:
        """Return None."""
        return

    def names(self) -> Iterable[str]:
        """Return nothing."""
        return ()


def _stem(source: Source) -> str:
    name = source.name.replace("\\", "/").rpartition("/")[2].partition(".")[0]
    return "".join(char if char.isascii() and char.isalnum() else "_" for char in name)

"""A generated module to text that a person can read, with the flow's lines as comments."""

from __future__ import annotations

import ast
from pathlib import PurePath

from turbo_yaml.source import Source


def to_text(module: ast.Module, source: Source) -> str:
    """Return the module as Python text. A `# flow.yaml:12` stands where a step begins. Uses up the module."""
    file = PurePath(source.name).name
    for node in ast.walk(module):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                setattr(node, field, _marked(body, source, file))
    return ast.unparse(module) + "\n"


def _marked(body: list[ast.AST], source: Source, file: str) -> list[ast.AST]:
    out: list[ast.AST] = []
    for statement in body:
        begins = getattr(statement, "begins", None)
        if begins is not None:
            # A name is printed letter for letter, so one that begins with `#` prints as a comment.
            mark = f"# {file}:{source.position(begins).line}"
            out.append(ast.Expr(ast.Name(mark, ast.Load())))
        out.append(statement)
    return out

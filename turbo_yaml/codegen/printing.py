"""A generated module to text that a person can read, with the flow's lines as comments."""

from __future__ import annotations

import ast


def to_text(module: ast.Module) -> str:
    """Return the module as Python text. A `# flow.yaml:12` stands where a step begins. Uses up the module."""
    for node in ast.walk(module):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                setattr(node, field, _marked(body))
    return ast.unparse(module) + "\n"


def _marked(body: list[ast.AST]) -> list[ast.AST]:
    out: list[ast.AST] = []
    for statement in body:
        begins = getattr(statement, "begins", None)
        if begins is not None:
            # A name is printed letter for letter, so one that begins with `#` prints as a comment.
            out.append(ast.Expr(ast.Name(f"# {begins}", ast.Load())))
        out.append(statement)
    return out

"""The commonest templates, text around `{{ a.b.c }}`, to their trees without a lexer."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from jinja2 import nodes

_Node = TypeVar("_Node", bound=nodes.Node)

NOT_NAMES = frozenset({"true", "false", "none", "True", "False", "None", "not"})
"""Words that are no names where a value is wanted."""

_CHAIN = re.compile(r"\{\{ *([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*) *\}\}", re.ASCII)
_MOST_LINKS = 20
_OTHER = re.compile(r"\{[{%#]|\{\Z|\r")


def made(kind: type[_Node], place: int, **fields: Any) -> _Node:
    """Return a node as its class makes it, which takes twice as long."""
    node = kind.__new__(kind)
    node.__dict__.update(fields, lineno=place, environment=None)
    return node


def simple_template(text: str) -> nodes.Template | None:
    """Return the tree of a template that holds names and their attributes only; None for any other."""
    parts: list[nodes.Expr] = []
    done = 0
    for found in _CHAIN.finditer(text):
        start = found.start()
        if start > done:
            data = text[done:start]
            if _OTHER.search(data):
                return None
            parts.append(made(nodes.TemplateData, done, data=data))
        done = found.end()
        chain = found[1]
        if chain in NOT_NAMES or chain.count(".") > _MOST_LINKS:
            return None
        parts.append(_chain(chain, found.start(1)))
    if done < len(text):
        data = text[done:]
        if _OTHER.search(data[:-1]) or data[-1] == "\r" or data[-2:] in ("{{", "{%", "{#"):
            return None
        parts.append(made(nodes.TemplateData, done, data=data))
    return made(nodes.Template, 0, body=[made(nodes.Output, 0, nodes=parts)])


def _chain(chain: str, start: int) -> nodes.Expr:
    name, *attributes = chain.split(".")
    node: nodes.Expr = made(nodes.Name, start, name=name, ctx="load")
    start += len(name)
    for attribute in attributes:
        node = made(nodes.Getattr, start, node=node, attr=attribute, ctx="load")
        start += len(attribute) + 1
    return node

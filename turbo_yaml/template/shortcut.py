"""The commonest templates and conditions, `{{ a.b[0] | upper }}` and `a.b > 3`, to trees without a lexer."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from jinja2 import nodes

from turbo_yaml.template.vocabulary import FILTERS, GLOBALS, SOFT_FILTERS

_Node = TypeVar("_Node", bound=nodes.Node)

NOT_NAMES = frozenset({"true", "false", "none", "True", "False", "None", "not"})
"""Words that are no names where a value is wanted."""

_NAME = r"[A-Za-z_]\w*"
_INTEGER = r"0|[1-9]\d{0,8}"
_CHAIN = rf"{_NAME}(?:\.{_NAME}|\[(?:{_INTEGER})\])*(?: *\| *{_NAME})*"
_OUTPUT = re.compile(rf"\{{\{{ *({_CHAIN}) *\}}\}}", re.ASCII)
_CONDITION = re.compile(
    rf"\s*(not +)?({_CHAIN})(?: *(==|!=|<=|>=|<|>) *(?:({_INTEGER})|'([^'\\]*)'|\"([^\"\\]*)\"))?\s*",
    re.ASCII,
)
_LINK = re.compile(rf"\.({_NAME})|\[(\d+)\]| *\| *({_NAME})", re.ASCII)
_FIRST = re.compile(_NAME, re.ASCII)
_OPERATORS = {"==": "eq", "!=": "ne", "<=": "lteq", ">=": "gteq", "<": "lt", ">": "gt"}
_MOST_LINKS = 20
_OTHER = re.compile(r"\{[{%#]|\{\Z|\r")


def made(kind: type[_Node], place: int, **fields: Any) -> _Node:
    """Return a node as its class makes it, which takes three times as long."""
    node = kind.__new__(kind)
    fields["lineno"], fields["environment"] = place, None
    node.__dict__ = fields
    return node


class _TooMuch(Exception):
    """The short cut does not lead there."""


class Shortcut:
    """A tree that was read without a lexer, where its nodes stand in the text, and the names it reads."""

    __slots__ = ("extents", "reads")

    def __init__(self) -> None:
        self.extents: dict[int, tuple[int, int]] = {}
        self.reads: list[tuple[str, int, bool]] = []
        """A name, where it starts, and whether it need not have a value."""

    def template(self, text: str) -> nodes.Template | None:
        """Return the tree of a template of text and chains; None for any other."""
        parts: list[nodes.Expr] = []
        done = 0
        for found in _OUTPUT.finditer(text):
            start = found.start()
            if start > done:
                data = text[done:start]
                if _OTHER.search(data):
                    return None
                parts.append(made(nodes.TemplateData, done, data=data))
            done = found.end()
            try:
                parts.append(self._chain(found[1], found.start(1)))
            except _TooMuch:
                return None
        if done < len(text):
            data = text[done:]
            if _OTHER.search(data[:-1]) or data[-1] == "\r" or data[-2:] in ("{{", "{%", "{#"):
                return None
            parts.append(made(nodes.TemplateData, done, data=data))
        return made(nodes.Template, 0, body=[made(nodes.Output, 0, nodes=parts)])

    def condition(self, text: str) -> nodes.Expr | None:
        """Return the tree of a chain, or of one that is compared with a constant; None for any other."""
        found = _CONDITION.fullmatch(text)
        if found is None:
            return None
        try:
            node = self._chain(found[2], found.start(2))
        except _TooMuch:
            return None
        if found[3] is not None:
            node = self._compared(node, found)
        if found[1] is not None:
            negated = made(nodes.Not, found.start(1), node=node)
            self.extents[id(negated)] = (found.start(1), self.extents[id(node)][1])
            node = negated
        return node

    def _compared(self, node: nodes.Expr, found: re.Match[str]) -> nodes.Expr:
        group = 4 if found[4] is not None else 5 if found[5] is not None else 6
        start, end = found.span(group)
        if group == 4:
            constant = made(nodes.Const, start, value=int(found[4]))
        else:
            start, end = start - 1, end + 1
            constant = made(nodes.Const, start, value=found[group])
        operand = made(nodes.Operand, start, op=_OPERATORS[found[3]], expr=constant)
        compared = made(nodes.Compare, end, expr=node, ops=[operand])
        self.extents[id(constant)] = self.extents[id(operand)] = (start, end)
        self.extents[id(compared)] = (found.start(2), end)
        return compared

    def _chain(self, chain: str, start: int) -> nodes.Expr:
        """Return `name.attribute[0] | filter`."""
        first = _FIRST.match(chain)
        assert first is not None
        name = first[0]
        if name in NOT_NAMES:
            raise _TooMuch
        node: nodes.Expr = made(nodes.Name, start, name=name, ctx="load")
        self.extents[id(node)] = (start, start + len(name))
        soft = name in GLOBALS
        at = first.end()
        if at < len(chain):
            filters: list[str] = []
            for count, link in enumerate(_LINK.finditer(chain, at)):
                if count > _MOST_LINKS:
                    raise _TooMuch
                node = self._link(link, node, start)
                self.extents[id(node)] = (start, start + link.end())
                if link[3] not in (None, "trusted"):
                    filters.append(link[3])
            soft = soft or (bool(filters) and filters[0] in SOFT_FILTERS)
        self.reads.append((name, start, soft))
        return node

    def _link(self, link: re.Match[str], node: nodes.Expr, start: int) -> nodes.Expr:
        attribute, index, filter_ = link.groups()
        if attribute is not None:
            return made(nodes.Getattr, start + link.start(), node=node, attr=attribute, ctx="load")
        if index is not None:
            place = start + link.start(2)
            constant = made(nodes.Const, place, value=int(index))
            self.extents[id(constant)] = (place, place + len(index))
            return made(nodes.Getitem, place - 1, node=node, arg=constant, ctx="load")
        signature = FILTERS.get(filter_)
        if signature is None or signature.required or filter_ == "map":
            raise _TooMuch
        fields: dict[str, Any] = {"args": [], "kwargs": [], "dyn_args": None, "dyn_kwargs": None}
        return made(nodes.Filter, start + link.start(3), node=node, name=filter_, **fields)

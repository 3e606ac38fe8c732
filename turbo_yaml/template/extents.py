"""Nodes of Jinja's tree to the tokens they were read from: Jinja itself keeps one line number of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from jinja2 import nodes

from turbo_yaml.template.stream import Tokens

_OPENERS = frozenset({"lparen", "lbracket", "lbrace"})
_CLOSERS = frozenset({"rparen", "rbracket", "rbrace"})


class Extent(NamedTuple):
    """The first and the last token of something, both inclusive."""

    first: int
    last: int


class Extents:
    """The extents of the nodes that one run over `tokens` gave."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens.tokens
        self.ends = tokens.ends
        self._at = {token.lineno: index for index, token in enumerate(self.tokens)}
        self._partner: dict[int, int] = {}
        opened: list[int] = []
        for index, token in enumerate(self.tokens):
            if token.type in _OPENERS:
                opened.append(index)
            elif token.type in _CLOSERS and opened:
                self._partner[opened.pop()] = index

    def of(self, node: nodes.Node) -> tuple[int, int]:
        """Return where a node starts and ends in the template's text; a statement's is its first tag."""
        return self._offsets(self._extent(node))

    def of_name(self, node: nodes.Node) -> tuple[int, int]:
        """Return where the name stands that a node adds: an attribute, a filter, a test, a named argument."""
        match node:
            case nodes.Getattr():
                index = self._at[node.lineno] + 1
                return self._offsets(Extent(index, index))
            case nodes.Filter():
                return self._offsets(self._dotted(self._at[node.lineno]))
            case nodes.Test():
                return self._offsets(self._dotted(self._test_name(node)))
            case nodes.Keyword():
                index = self._outer(node.value).first - 2
                return self._offsets(Extent(index, index))
            case nodes.Macro():
                index = self._at[node.lineno] + 1
                return self._offsets(Extent(index, index))
        return self.of(node)

    def _offsets(self, extent: Extent) -> tuple[int, int]:
        return self.tokens[extent.first].lineno, self.ends[extent.last]

    def _extent(self, node: nodes.Node) -> Extent:
        rule = _RULES.get(type(node))
        if rule is not None:
            return rule(self, node)
        if isinstance(node, nodes.BinExpr):
            return self._between(node.left, node.right)
        return self._tag(node)

    def _outer(self, node: nodes.Node) -> Extent:
        """Return the extent of an operand with the brackets around it."""
        first, last = self._extent(node)
        while (
            first > 0 and self.tokens[first - 1].type == "lparen" and self._partner.get(first - 1) == last + 1
        ):
            first, last = first - 1, last + 1
        return Extent(first, last)

    def _between(self, left: nodes.Node, right: nodes.Node) -> Extent:
        return Extent(self._outer(left).first, self._outer(right).last)

    def _tag(self, node: nodes.Node) -> Extent:
        """Return the extent of a statement's tag, from its word to the end of the tag."""
        first = last = self._at[node.lineno]
        while self.tokens[last + 1].type not in ("block_end", "variable_end", "eof", "data"):
            last += 1
        return Extent(first, last)

    def _dotted(self, index: int) -> Extent:
        last = index
        while self.tokens[last + 1].type == "dot" and self.tokens[last + 2].type == "name":
            last += 2
        return Extent(index, last)

    def _arguments(self, name: Extent) -> int:
        """Return the last token of a name with the arguments in brackets that may follow it."""
        return self._partner.get(name.last + 1, name.last)

    def _test_name(self, node: nodes.Test) -> int:
        index = self._at[node.lineno] + 1
        after = self.tokens[index]
        return index + 1 if after.type == "name" and after.value == "not" else index

    # One rule a kind of node -------------------------------------------------------------------------------

    def _one(self, node: nodes.Node) -> Extent:
        index = self._at[node.lineno]
        return Extent(index, index)

    def _const(self, node: nodes.Const) -> Extent:
        first = last = self._at[node.lineno]
        if self.tokens[first].type == "string":
            while self.tokens[last + 1].type == "string":
                last += 1
        return Extent(first, last)

    def _output(self, node: nodes.Output) -> Extent:
        return self._between(node.nodes[0], node.nodes[-1]) if node.nodes else self._tag(node)

    def _nsref(self, node: nodes.NSRef) -> Extent:
        index = self._at[node.lineno]
        return Extent(index, index + 2)

    def _getattr(self, node: nodes.Getattr) -> Extent:
        return Extent(self._outer(node.node).first, self._at[node.lineno] + 1)

    def _getitem(self, node: nodes.Getitem) -> Extent:
        index = self._at[node.lineno]
        return Extent(self._outer(node.node).first, self._partner.get(index, index + 1))

    def _call(self, node: nodes.Call) -> Extent:
        return Extent(self._outer(node.node).first, self._partner[self._at[node.lineno]])

    def _filter(self, node: nodes.Filter) -> Extent:
        name = self._dotted(self._at[node.lineno])
        operand = node.node
        first = name.first if operand is None else self._outer(operand).first
        return Extent(first, self._arguments(name))

    def _test(self, node: nodes.Test) -> Extent:
        last = self._arguments(self._dotted(self._test_name(node)))
        if node.args:
            last = max(last, self._extent(node.args[-1]).last)
        return Extent(self._outer(node.node).first, last)

    def _not(self, node: nodes.Not) -> Extent:
        index = self._at[node.lineno]
        if self.tokens[index].value == "is":
            return self._extent(node.node)
        return Extent(index, self._outer(node.node).last)

    def _sign(self, node: nodes.UnaryExpr) -> Extent:
        return Extent(self._at[node.lineno], self._outer(node.node).last)

    def _concat(self, node: nodes.Concat) -> Extent:
        return self._between(node.nodes[0], node.nodes[-1])

    def _compare(self, node: nodes.Compare) -> Extent:
        return self._between(node.expr, node.ops[-1].expr)

    def _condexpr(self, node: nodes.CondExpr) -> Extent:
        return self._between(node.expr1, node.test if node.expr2 is None else node.expr2)

    def _bracketed(self, node: nodes.Node) -> Extent:
        index = self._at[node.lineno]
        return Extent(index, self._partner[index])

    def _tuple(self, node: nodes.Tuple) -> Extent:
        if not node.items:
            index = self._at[node.lineno]
            return Extent(index - 1, index)
        first, last = self._between(node.items[0], node.items[-1])
        if self.tokens[last + 1].type == "comma":
            last += 1
        if first > 0 and self.tokens[first - 1].type == "lparen" and self._partner.get(first - 1) == last + 1:
            first, last = first - 1, last + 1
        return Extent(first, last)

    def _slice(self, node: nodes.Slice) -> Extent:
        first = last = self._at[node.lineno]
        for part in (node.start, node.stop, node.step):
            if part is not None:
                last = self._outer(part).last
        while self.tokens[last + 1].type == "colon":
            last += 1
        return Extent(first, last)

    def _pair(self, node: nodes.Pair) -> Extent:
        return self._between(node.key, node.value)

    def _keyword(self, node: nodes.Keyword) -> Extent:
        first, last = self._outer(node.value)
        return Extent(first - 2, last)

    def _operand(self, node: nodes.Operand) -> Extent:
        return self._extent(node.expr)


_RULES: dict[type[nodes.Node], Callable[[Extents, Any], Extent]] = {
    nodes.Name: Extents._one,
    nodes.TemplateData: Extents._one,
    nodes.Const: Extents._const,
    nodes.Output: Extents._output,
    nodes.NSRef: Extents._nsref,
    nodes.Getattr: Extents._getattr,
    nodes.Getitem: Extents._getitem,
    nodes.Call: Extents._call,
    nodes.Filter: Extents._filter,
    nodes.Test: Extents._test,
    nodes.Not: Extents._not,
    nodes.Neg: Extents._sign,
    nodes.Pos: Extents._sign,
    nodes.Concat: Extents._concat,
    nodes.Compare: Extents._compare,
    nodes.CondExpr: Extents._condexpr,
    nodes.List: Extents._bracketed,
    nodes.Dict: Extents._bracketed,
    nodes.Tuple: Extents._tuple,
    nodes.Slice: Extents._slice,
    nodes.Pair: Extents._pair,
    nodes.Keyword: Extents._keyword,
    nodes.Operand: Extents._operand,
}

"""Tokens to Jinja's tree, by Jinja's own parser; the commonest expressions take a short cut to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final, NoReturn

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.parser import Parser

from turbo_yaml.template.faults import Fault, depth_fault, syntax_fault
from turbo_yaml.template.shortcut import NOT_NAMES, made
from turbo_yaml.template.stream import Tokens

MAX_DEPTH = 40
MAX_BLOCKS = 12
MAX_BRANCHES = 100

_ENDS = frozenset({"variable_end", "block_end", "comma", "rparen", "rbracket", "rbrace", "eof"})
_OUTPUT_ENDS = frozenset({"variable_end"})
_FILTER_GOES_ON = frozenset({"dot", "lparen"})
_CONSTANTS = frozenset({"string", "integer", "float"})


def parse_template(tokens: Callable[[], Tokens]) -> tuple[nodes.Template, Tokens]:
    """Return the tree of a template and its tokens. Raises `Fault`."""
    parser = _Parser(tokens())
    tree = nodes.Template(parser.run(parser.body), lineno=0)
    _check_depth(tree, parser.stream)
    return tree, parser.stream


_WORDS: Final = {
    "contains": "write `'…' in x`",
    "equals": "`==` compares",
    "includes": "write `'…' in x`",
    "matches": "write `x | regex_search('…')`",
    "startswith": "write `x.startswith('…')`",
}
"""Words that other languages compare with, to what is written here."""


def parse_condition(tokens: Callable[[], Tokens]) -> tuple[nodes.Expr, Tokens]:
    """Return the tree of a lone expression and its tokens. Raises `Fault`."""
    parser = _Parser(tokens())
    node = parser.run(parser.parse_expression)
    rest = parser.stream.current
    if rest.type != "eof":
        start, end = rest.lineno, parser.stream.ends[parser.stream.index]
        hint = "`==` compares" if rest.type == "assign" else _WORDS.get(str(rest.value))
        raise syntax_fault("the expression ends before this", start, end, hint)
    _check_depth(node, parser.stream)
    return node, parser.stream


class _Parser(Parser):
    """Jinja's parser over tokens that were read before."""

    stream: Tokens

    def __init__(self, stream: Tokens) -> None:
        self.stream = stream
        self.name = None
        self.filename = None
        self.closed = False
        self.extensions = {}
        self._last_identifier = 0
        self._tag_stack = []
        self._end_token_stack = []
        self._blocks: list[int] = []

    def run(self, parse: Callable[[], Any]) -> Any:
        """Return what `parse` reads. Every complaint of Jinja's becomes a `Fault`."""
        try:
            return parse()
        except TemplateSyntaxError as error:
            from turbo_yaml.template.complaints import complaint

            raise complaint(error.message or "", error.lineno, self.stream, self._blocks) from None
        except RecursionError:
            token = self.stream.current
            raise depth_fault("this template", MAX_DEPTH, token.lineno, token.lineno) from None

    def fail(
        self,
        msg: str,
        lineno: int | None = None,
        exc: type[TemplateSyntaxError] = TemplateSyntaxError,
    ) -> NoReturn:
        raise exc(msg, self.stream.current.lineno if lineno is None else lineno)

    def body(self) -> list[nodes.Node]:
        """Return the statements of the whole template; without `{% %}` that is one output."""
        stream = self.stream
        if "block_begin" in stream.kinds:
            return self.subparse()
        parts: list[nodes.Expr] = []
        start = stream.current.lineno
        while (token := stream.current).type != "eof":
            stream.seek(stream.index + 1)
            if token.type == "data":
                parts.append(made(nodes.TemplateData, token.lineno, data=token.value))
            else:
                parts.append(self._short(_OUTPUT_ENDS) or self.parse_tuple())
                stream.expect("variable_end")
        return [made(nodes.Output, start, nodes=parts)] if parts else []

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        token = self.stream.current
        self._blocks.append(self.stream.index)
        if len(self._blocks) > MAX_BLOCKS:
            end = self.stream.ends[self.stream.index]
            raise depth_fault("this `{% %}` block", MAX_BLOCKS, token.lineno, end)
        node = super().parse_statement()
        self._blocks.pop()
        if isinstance(node, nodes.If) and len(node.elif_) > MAX_BRANCHES:
            late = node.elif_[MAX_BRANCHES]
            message = f"this `if` has more than {MAX_BRANCHES} branches"
            raise Fault("template-depth", message, late.lineno, late.lineno + 1, "look the value up in a map")
        return node

    def parse_expression(self, with_condexpr: bool = True) -> nodes.Expr:
        return self._short(_ENDS) or super().parse_expression(with_condexpr)

    def _short(self, ends: frozenset[str]) -> nodes.Expr | None:
        """Return a constant, or `a.b.c` with filters that take nothing, if there is no more before an end."""
        tokens = self.stream.tokens
        index = self.stream.index
        token = tokens[index]
        node: nodes.Expr
        if token.type == "name":
            if token.value in NOT_NAMES:
                return None
            node = made(nodes.Name, token.lineno, name=token.value, ctx="load")
            index += 1
            while tokens[index].type == "dot" and tokens[index + 1].type == "name":
                attr = tokens[index + 1].value
                node = made(nodes.Getattr, tokens[index].lineno, node=node, attr=attr, ctx="load")
                index += 2
            while tokens[index].type == "pipe" and tokens[index + 1].type == "name":
                if tokens[index + 2].type in _FILTER_GOES_ON:
                    return None
                name = tokens[index + 1]
                filter_ = made(nodes.Filter, name.lineno, node=node, name=name.value, args=[], kwargs=[])
                filter_.dyn_args = filter_.dyn_kwargs = None
                node = filter_
                index += 2
        elif token.type in _CONSTANTS:
            node = made(nodes.Const, token.lineno, value=token.value)
            index += 1
        else:
            return None
        if tokens[index].type not in ends:
            return None
        self.stream.seek(index)
        return node


def _check_depth(root: nodes.Node, stream: Tokens) -> None:
    """Refuse a tree whose expressions are too deep to be walked safely."""
    if len(stream.tokens) < MAX_DEPTH:
        return
    todo: deque[tuple[nodes.Node, int]] = deque([(root, 0)])
    while todo:
        node, depth = todo.popleft()
        if depth > MAX_DEPTH:
            raise depth_fault("this expression", MAX_DEPTH, node.lineno, node.lineno + 1)
        deeper = 0 if isinstance(node, nodes.Stmt) else depth + 1
        todo.extend([(child, deeper) for child in node.iter_child_nodes()])

"""Scalars to texts and expressions, with every mistake in them as a diagnostic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source
from turbo_yaml.syntax import Scalar
from turbo_yaml.syntax.scalars import slot_text
from turbo_yaml.template.faults import Fault
from turbo_yaml.template.text import Expression, Places, ReadInclude, Text

if TYPE_CHECKING:
    from jinja2 import nodes

    from turbo_yaml.template.stream import Tokens

MAX_INCLUDES = 8
"""How deep files may be included in one another."""

_MARK = re.compile(r"\{[{%#]")
_WRAPPED = re.compile(r"\s*\{\{[-+]?\s*(.*?)\s*-?\}\}\s*", re.DOTALL)


def parse_text(
    source: Source, scalar: Scalar, read_include: ReadInclude | None = None
) -> tuple[Text | None, list[Diagnostic]]:
    """Return a scalar as a text. Plain text costs one search and does not load Jinja."""
    plain = slot_text(scalar)
    if _MARK.search(plain) is None:
        return Text(source, scalar, plain), []
    return _Texts(read_include).parse(source, scalar, plain, ())


class _Texts:
    """Parses a text and the files that it includes. `within`: the names of the files around."""

    def __init__(self, read_include: ReadInclude | None) -> None:
        self.read_include = read_include
        self.found: list[Diagnostic] = []

    def parse(
        self, source: Source, scalar: Scalar, plain: str, within: tuple[str, ...]
    ) -> tuple[Text | None, list[Diagnostic]]:
        from turbo_yaml.template.lexer import tokens_of_text
        from turbo_yaml.template.parser import parse_template

        whole_file = bool(within)
        try:
            tree, tokens = parse_template(lambda: tokens_of_text(plain))
        except Fault as fault:
            places = Places(source, scalar, None, whole_file)
            return None, [*self.found, _diagnostic(fault, source, places)]
        places = Places(source, scalar, tokens, whole_file)
        if _needs_a_look(tokens):
            self._look(tree, source, places)
        includes = self._includes(tree, source, places, within)
        text = Text(source, scalar, plain, tree, _single(tree, tokens), includes, places)
        return (None if self.found else text), self.found

    def _look(self, tree: nodes.Template, source: Source, places: Places) -> None:
        from turbo_yaml.template.words import faults_of

        assert places.extents is not None
        for fault in faults_of(tree, places.extents):
            self.found.append(_diagnostic(fault, source, places))

    def _includes(
        self, tree: nodes.Template, source: Source, places: Places, within: tuple[str, ...]
    ) -> dict[int, Text]:
        from jinja2 import nodes

        includes: dict[int, Text] = {}
        for node in tree.find_all(nodes.Include) if "include" in _statements(places) else ():
            if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
                continue
            included = self._include(node, node.template.value, source, places, within)
            if included is not None:
                includes[id(node)] = included
        return includes

    def _include(
        self, node: nodes.Include, name: str, source: Source, places: Places, within: tuple[str, ...]
    ) -> Text | None:
        span = places.of(node.template)
        problem = "files cannot be included here"
        if self.read_include is not None:
            file = self.read_include(name, span)
            if isinstance(file, Source):
                inside = (*within, source.name)
                if file.name not in inside and len(inside) <= MAX_INCLUDES:
                    plain = file.text[:-1] if file.text.endswith("\n") else file.text
                    scalar = Scalar(file.text, 0, len(file.text), "|")
                    if _MARK.search(plain) is None:
                        return Text(file, scalar, plain)
                    return self.parse(file, scalar, plain, inside)[0]
                problem = (
                    f"`{name}` includes itself"
                    if file.name in inside
                    else "files include one another too deep"
                )
            else:
                problem = file
                if node.ignore_missing:
                    return None
        self.found.append(Diagnostic("include-unreadable", problem, source, span))
        return None


def parse_expression(source: Source, scalar: Scalar) -> tuple[Expression | None, list[Diagnostic]]:
    """Return a scalar as an expression: a condition, or the list of a loop. There is no `{{ }}` in it."""
    from turbo_yaml.template.lexer import tokens_of_expression
    from turbo_yaml.template.parser import parse_condition

    written = slot_text(scalar)
    try:
        node, tokens = parse_condition(lambda: tokens_of_expression(written))
    except Fault as fault:
        return None, [_not_an_expression(fault, written, source, scalar)]
    places = Places(source, scalar, tokens)
    if _needs_a_look(tokens):
        from turbo_yaml.template.words import faults_of

        assert places.extents is not None
        found = [_diagnostic(fault, source, places) for fault in faults_of(node, places.extents)]
        if found:
            return None, found
    return Expression(source, scalar, node, places), []


def _needs_a_look(tokens: Tokens) -> bool:
    """Tell whether there is anything that must be one of the words there are."""
    return any(
        token.type in ("pipe", "lparen", "block_begin") or token.value == "is" for token in tokens.tokens
    )


def _statements(places: Places) -> set[str]:
    extents = places.extents
    return set() if extents is None else {token.value for token in extents.tokens if token.type == "name"}


def _not_an_expression(fault: Fault, written: str, source: Source, scalar: Scalar) -> Diagnostic:
    wrapped = _WRAPPED.fullmatch(written)
    if wrapped is not None and wrapped[1]:
        message = "an expression is wanted here, which stands without `{{ }}`"
        return Diagnostic("template-in-condition", message, source, scalar.span, help=f"write `{wrapped[1]}`")
    if not written.strip():
        return Diagnostic("template-syntax", "an expression is wanted here", source, scalar.span)
    if "{%" in written or "{{" in written:
        message = "an expression is wanted here, not a template"
        return Diagnostic("template-in-condition", message, source, scalar.span, help="leave out the braces")
    return _diagnostic(fault, source, Places(source, scalar, None))


def _diagnostic(fault: Fault, source: Source, places: Places) -> Diagnostic:
    span = places.span(fault.start, fault.end)
    return Diagnostic(fault.rule, fault.message, source, span, help=fault.help)


def _single(tree: nodes.Template, tokens: Tokens) -> nodes.Expr | None:
    """Return the one expression of a text that is nothing else."""
    from jinja2 import nodes

    if len(tree.body) != 1 or tokens.tokens[0].type != "variable_begin":
        return None
    output = tree.body[0]
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return None
    only = output.nodes[0]
    return None if isinstance(only, nodes.TemplateData) else only

"""Templates and expressions to their trees, with every mistake in them as a diagnostic."""

from __future__ import annotations

import re

from jinja2 import nodes

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source
from turbo_yaml.syntax import Scalar
from turbo_yaml.template.faults import Fault
from turbo_yaml.template.lexer import tokens_of_expression, tokens_of_text
from turbo_yaml.template.parser import parse_condition, parse_template
from turbo_yaml.template.places import Places
from turbo_yaml.template.stream import Tokens
from turbo_yaml.template.text import Expression, ReadInclude, Text
from turbo_yaml.template.words import every_node, faults_of

MAX_INCLUDES = 8
"""How deep files may be included in one another."""

_MARK = re.compile(r"\{[{%#]")
_WRAPPED = r"(?s)\s*\{\{[-+]?\s*(.*?)\s*-?\}\}\s*"
_WORTH_A_LOOK = frozenset({"pipe", "lparen", "block_begin", "is", "colon"})


def read_text(
    source: Source, scalar: Scalar, plain: str, read_include: ReadInclude | None
) -> tuple[Text | None, list[Diagnostic]]:
    """Return a template with the files that it includes, and what is wrong in any of them."""
    return _Reading(read_include).text(source, scalar, plain, ())


class _Reading:
    """Reads a text and the files that it includes. `within`: the names of the files around."""

    def __init__(self, read_include: ReadInclude | None) -> None:
        self.read_include = read_include
        self.found: list[Diagnostic] = []

    def text(
        self, source: Source, scalar: Scalar, plain: str, within: tuple[str, ...]
    ) -> tuple[Text | None, list[Diagnostic]]:
        try:
            tree, tokens = parse_template(lambda: tokens_of_text(plain))
        except Fault as fault:
            places = Places(source, scalar, None, whole_file=bool(within))
            self.found.append(_diagnostic(fault, source, places))
            return None, self.found
        places = Places(source, scalar, tokens, whole_file=bool(within))
        includes: dict[int, Text] = {}
        if not tokens.kinds.isdisjoint(_WORTH_A_LOOK):
            every = every_node(tree)
            self.found += _mistakes(every, source, places)
            includes = self._includes(every, source, places, within)
        if self.found:
            return None, self.found
        return Text(source, scalar, plain, tree, _single(tree, tokens), includes, places), []

    def _includes(
        self, every: list[nodes.Node], source: Source, places: Places, within: tuple[str, ...]
    ) -> dict[int, Text]:
        includes: dict[int, Text] = {}
        for node in every:
            if not isinstance(node, nodes.Include):
                continue
            if isinstance(node.template, nodes.Const) and isinstance(node.template.value, str):
                included = self._include(node, node.template.value, source, places, within)
                if included is not None:
                    includes[id(node)] = included
        return includes

    def _include(
        self, node: nodes.Include, name: str, source: Source, places: Places, within: tuple[str, ...]
    ) -> Text | None:
        span = places.of(node.template)
        file: Source | str = "files cannot be included here"
        if self.read_include is not None:
            file = self.read_include(name, span)
            if isinstance(file, str) and node.ignore_missing:
                return None
        inside = (*within, source.name)
        if isinstance(file, Source):
            if file.name in inside:
                file = f"`{name}` includes itself"
            elif len(inside) > MAX_INCLUDES:
                file = f"files include one another deeper than {MAX_INCLUDES} levels"
        if isinstance(file, str):
            self.found.append(Diagnostic("include-unreadable", file, source, span))
            return None
        plain = file.text[:-1] if file.text.endswith("\n") else file.text
        scalar = Scalar(file.text, 0, len(file.text), "|")
        if _MARK.search(plain) is None:
            return Text(file, scalar, plain)
        return self.text(file, scalar, plain, inside)[0]


def _single(tree: nodes.Template, tokens: Tokens) -> nodes.Expr | None:
    """Return the one expression of a text that is nothing else."""
    if len(tree.body) != 1 or tokens.tokens[0].type != "variable_begin":
        return None
    output = tree.body[0]
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return None
    only = output.nodes[0]
    return None if isinstance(only, nodes.TemplateData) else only


def read_expression(
    source: Source, scalar: Scalar, written: str
) -> tuple[Expression | None, list[Diagnostic]]:
    """Return an expression that stands without `{{ }}`, and what is wrong with it."""
    try:
        node, tokens = parse_condition(lambda: tokens_of_expression(written))
    except Fault as fault:
        return None, [_not_an_expression(fault, written, source, scalar)]
    places = Places(source, scalar, tokens)
    if not tokens.kinds.isdisjoint(_WORTH_A_LOOK):
        found = _mistakes(every_node(node), source, places)
        if found:
            return None, found
    return Expression(source, scalar, node, places), []


def _mistakes(every: list[nodes.Node], source: Source, places: Places) -> list[Diagnostic]:
    assert places.extents is not None
    return [_diagnostic(fault, source, places) for fault in faults_of(every, places.extents)]


def _not_an_expression(fault: Fault, written: str, source: Source, scalar: Scalar) -> Diagnostic:
    wrapped = re.fullmatch(_WRAPPED, written)
    if wrapped is not None and wrapped[1] and "{{" not in wrapped[1]:
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

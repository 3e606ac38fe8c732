"""Templates by a grammar of typed expressions, for the data of the corpus."""

# ruff: noqa: E501 (tables, one case a line)

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[str]], str]

WORDS = ("a", "Bc", "x y", "-", "", "é", "l", "o W")
NUMBERS = ("0", "1", "2", "3", "7", "10", "1.5")

TEXTS = {
    0: ("s", "t", "e", "long", "lines", "html", "o.name", "ws[0]", "ms[1].name", "o['n-1']"),
    1: (
        "{text}|upper", "{text}|lower", "{text}|title", "{text}|trim", "{text}|capitalize", "{text} ~ {int}",
        "{text} + {text}", "{text}|replace({word}, {word})", "{text}.upper()", "{text}.strip()",
        "{text}.replace({word}, {text})", "{text} if {test} else {text}", "{texts}|join({word})",
        "{numbers}|join({word})", "{text}[1:3]", "{text}|truncate({int} % 20 + 9)", "{text}|center({int} % 30)",
        "{text}|default({text})", "nothing|default({text})", "o.nothing|default({text})", "{text}|reverse",
        "{texts}|first|default({text})", "{text}|string", "{int}|string", "{text}|e", "{text}|e + {text}",
        "'%s' % ({text})", "'%s/%d' % ({text}, {int})", "'{}-{}'.format({text}, {int})", "{text}|indent(2)",
        "{text}|wordwrap(9)", "({text}) * ({int} % 3)", "{text}|urlencode", "{text}|striptags", "{map}|tojson",
        "{numbers}|tojson", "{text} or {text}", "{text} and {text}", "'a' ~ {text} ~ {int}",
    ),
}  # fmt: skip
INTS = {
    0: ("n", "m", "z", "xs[0]", "d.a", "ms[0].age", "xs|length"),
    1: (
        "{int} + {int}", "{int} - {int}", "{int} * ({int} % 9)", "{int} // 3", "{int} % 7", "{text}|length",
        "{texts}|length", "{numbers}|sum", "{numbers}|max|default({int})", "{numbers}|min|default({int})", "-({int})", "({int})|abs",
        "{text}|wordcount", "{int} if {test} else {int}", "{numbers}|first|default({int})", "{numbers}|last|default({int})", "{text}|int",
        "{numbers}.count({int})", "{text}.count({word})", "{text}.find({word})", "({int} % 5) ** 2", "d.get('b')",
        "{map}|length", "nothing|default({int})", "({int} or {int})", "o.inner.x[0]", "+({int})", "{int}|round",
        "ms|sum(attribute='age')", "{numbers}|sort|first|default(0)", "{numbers}|unique|list|length", "({number})|int",
    ),
}  # fmt: skip
NUMBER = {
    0: ("f", "n", "1.5", "0.25"),
    1: ("{int}", "{number} + {int}", "{number} * 2", "{int} / 4", "({number})|round(1)", "({number})|abs"),
}
TESTS = {
    0: ("yes", "no", "true", "false"),
    1: (
        "{int} == {int}", "{int} < {int}", "{number} >= {int}", "{text} == {text}", "{text} < {text}",
        "{int} in {numbers}", "{word} in {text}", "{word} not in {texts}", "not {test}", "{test} and {test}",
        "{test} or {test}", "{int} is odd", "{int} is divisibleby 3", "{text} is string", "{any} is defined",
        "nothing is defined", "o.nothing is undefined", "{text} is upper", "{numbers} == {numbers}",
        "1 < {int} <= 5 < 9", "{int} is gt {int}", "{text} is in {texts}", "'a' in {map}", "nil is none",
        "({test}) is true", "{text}.startswith({word})", "not {text}", "{numbers} is sequence", "{map} is mapping",
    ),
}  # fmt: skip
NUMBER_LISTS = {
    0: ("xs", "[1, 2, 3]", "[]", "range(3)|list", "ms|map(attribute='age')|list", "d.values()|list"),
    1: (
        "{numbers}|sort", "{numbers}|reverse|list", "{numbers}[1:]", "{numbers} + {numbers}", "[{int}, {int}]",
        "{numbers}|unique|list", "{numbers}|select('odd')|list", "{numbers}|reject('gt', {int})|list",
        "{numbers} * 2", "{texts}|map('length')|list", "{numbers} if {test} else {numbers}", "empty or {numbers}",
        "{numbers}|map('string')|map('int')|list", "{numbers}|sort(reverse={test})", "range({int} % 6)|list",
    ),
}  # fmt: skip
TEXT_LISTS = {
    0: ("ws", "['q', 'r']", "t.split(',')", "ms|map(attribute='name')|list", "d|list"),
    1: (
        "{texts}|sort", "{texts}|map('upper')|list", "{text}.split({word} or ',')", "[{text}, {text}]",
        "{texts}|reverse|list", "{texts}|unique|list", "{texts} + {texts}", "{text}|list", "{texts}[:2]",
        "{texts}|select('ne', {word})|list", "{texts}|map('replace', {word}, {word})|list", "{texts}|reject|list",
    ),
}  # fmt: skip
MAPS = {
    0: ("d", "o.inner", "{'k': 1}", "ms[0].city"),
    1: (
        "dict({map}, z={any})",
        "{'k': {any}, 'l': {numbers}}",
        "{map} if {test} else {map}",
        "ms[{int} % 3]",
    ),
}
KINDS = {
    "text": TEXTS,
    "int": INTS,
    "number": NUMBER,
    "test": TESTS,
    "numbers": NUMBER_LISTS,
    "texts": TEXT_LISTS,
    "map": MAPS,
}
FIELD = re.compile(r"\{(any|text|int|number|test|numbers|texts|map|word)\}")
ANY = ("text", "int", "number", "test", "numbers", "texts", "map")


@st.composite
def expressions(draw: Draw, kind: str = "any", depth: int = 2) -> str:
    """Return an expression of a kind."""
    if kind == "any":
        kind = draw(st.sampled_from(ANY))
    if kind == "word":
        return repr(draw(st.sampled_from(WORDS)))
    if kind == "text" and draw(st.integers(0, 5).map(str)) == "0":
        return repr(draw(st.sampled_from(WORDS)))
    if kind == "int" and draw(st.integers(0, 5).map(str)) == "0":
        return draw(st.sampled_from(NUMBERS[:-1]))
    form = draw(st.sampled_from(KINDS[kind][1 if depth > 0 else 0]))
    pieces = FIELD.split(form)
    for index in range(1, len(pieces), 2):
        inner = draw(expressions(pieces[index], depth - 1))
        simple = inner.replace("_", "").isalnum() or inner == repr(inner[1:-1])
        pieces[index] = inner if simple else f"({inner})"
    return "".join(pieces)


@st.composite
def bodies(draw: Draw, depth: int = 2) -> str:
    """Return a piece of a template: text, outputs and statements."""
    return draw(st.lists(_part(depth), min_size=1, max_size=3).map("".join))


DATA = ("plain", "\n", "  ", "\n  ", " é ", "x\n\n", "- ", "}", "{ ")
SIGNS = ("", "", "", "-", "+")


@st.composite
def _part(draw: Draw, depth: int) -> str:
    kind = draw(
        st.sampled_from(("data", "output", "output", "statement") if depth > 0 else ("data", "output"))
    )
    if kind == "data":
        return draw(st.sampled_from(DATA))
    if kind == "output":
        left, right = draw(st.sampled_from(("{{ ", "{{- "))), draw(st.sampled_from((" }}", " -}}")))
        return f"{left}{draw(expressions())}{right}"
    return draw(_statement(depth - 1))


@st.composite
def _statement(draw: Draw, depth: int) -> str:
    def tag(inside: str) -> str:
        return f"{{%{draw(st.sampled_from(SIGNS))} {inside} {draw(st.sampled_from(SIGNS))}%}}"

    def body() -> str:
        return draw(bodies(depth))

    def one(kind: str) -> str:
        return f"({draw(expressions(kind, 1))})"

    match draw(st.sampled_from(FORMS)):
        case "if":
            return f"{tag('if ' + one('test'))}{body()}{tag('endif')}"
        case "else":
            middle = f"{tag('elif ' + one('any'))}{body()}"
            return f"{tag('if ' + one('any'))}{body()}{middle}{tag('else')}{body()}{tag('endif')}"
        case "for":
            state = "{{ loop.index }}{{ loop.last }}"
            return f"{tag('for v in ' + one('numbers'))}{{{{ v }}}}{state}{body()}{tag('endfor')}"
        case "for if":
            test = f"for v in {one('texts')} if v is ne({one('word')})"
            return f"{tag(test)}{{{{ v }}}}{body()}{tag('else')}{body()}{tag('endfor')}"
        case "for pairs":
            return f"{tag('for k, v in ' + one('map') + '.items()')}{{{{ k }}}}{body()}{tag('endfor')}"
        case "set":
            name = draw(st.sampled_from(("fresh", "other")))
            kind = "int" if name == "other" else "text"
            return f"{tag(f'set {name} = {one(kind)}')}{{{{ {name} }}}}"
        case "set block":
            return f"{tag('set made')}{body()}{tag('endset')}{{{{ made|length }}}}"
        case "with":
            names = f"with s = {one('text')}, w = {one('any')}"
            return f"{tag(names)}{{{{ w }}}}{body()}{tag('endwith')}"
        case "filter":
            return f"{tag('filter upper')}{body()}{tag('endfilter')}"
        case "macro":
            made = f"{tag('macro mac(s, w=1)')}{{{{ s }}}}{{{{ w }}}}{body()}{tag('endmacro')}"
            return f"{made}{{{{ mac({one('text')}) }}}}{{{{ mac({one('text')}, w={one('int')}) }}}}"
        case "namespace":
            loop = f"{tag('for v in ' + one('numbers'))}{tag('set ns.n = ns.n + v')}{tag('endfor')}"
            return f"{tag('set ns = namespace(n=0)')}{loop}{{{{ ns.n }}}}"
    return "{# nothing #}{% raw %}{{ s }}{% endraw %}"


FORMS = (
    "if", "else", "for", "for if", "for pairs", "set", "set block", "with", "filter", "macro", "namespace", "raw",
)  # fmt: skip

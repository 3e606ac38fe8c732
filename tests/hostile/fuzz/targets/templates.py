"""Bytes to a template: refused at a place, failed in a known way, or the text that stock Jinja renders."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from jinja2 import TemplateError

from tests.codegen_templates.corpus import DATA, templates
from tests.codegen_templates.hostile import DEEP, ESCAPES
from tests.codegen_templates.rendering import Refused, block, lowered, stock
from tests.hostile.corpus import escapes
from tests.hostile.fuzz.engine import TooLong
from tests.hostile.fuzz.target import Target
from turbo_yaml.runtime.failures import Failures, as_flow_error
from turbo_yaml.template import parse_text
from turbo_yaml.template.vocabulary import FILTERS, TESTS

_OTHERS = re.compile(
    r"shuffle|random|now|json|lines|words|zip|fromcsv|fromyaml|code|trusted|regex_|pprint|urlize|xmlattr"
    r"|namespace|loop|caller|self|varargs|kwargs|safe|escape|forceescape|\|\s*e\b|tojson|format|%|\*\*|items|\d{3,}"
    r"|is\s*(?:not\s+)?(?:lower|upper)"
)
"""What is another function here than in stock Jinja, or says more of it than its data."""
_JARGON = re.compile(
    r"<locals>|object is not|NoneType|positional arg|unhashable|__\w+__\(|'str'|'int'|'dict'|0x[0-9a-f]{6}"
)


class Templates(Target):
    """Templates, from the lexer to the generated code, beside stock Jinja's own."""

    words = (
        *(f"|{name}".encode() for name in FILTERS),
        *(f" is {name}".encode() for name in TESTS),
        *(f" {name} ".encode() for name in DATA),
        b"{{ ", b" }}", b"{% if ", b"{% for i in xs %}", b"{% endfor %}", b"{% set a = ", b" %}", b"{% endif %}",
        b"{% macro m(a) %}", b"{% endmacro %}", b"{#", b"#}", b"{% raw %}", b"{% endraw %}", b"{{-", b"-%}", b"(",
        b")", b"[", b"]", b"['", b"']", b".", b"~", b"__class__", b"'a'", b"**", b"//", b" in ", b" not ", b" and ",
        b"[::-1]", b"[0]", b", ", b"=", b"==", b"{'a': 1}", b"{% filter upper %}", b"{% endfilter %}", b"{% else %}",
        b"{% with %}", b"{% endwith %}", b"{% call m() %}", b"{% endcall %}", b"{% include 'x' %}", b"none", b"1.5",
        b"attribute='a'", b"range(3)", b"loop.index", b" if ", b" else ", b"|map('", b"|select('", b"|attr('",
    )  # fmt: skip

    def seeds(self) -> Iterable[bytes]:
        """Return templates, good and hostile."""
        hostile = (*escapes.KNOWN, *ESCAPES, *DEEP)
        texts = [
            *templates(),
            *(text for text in hostile if len(text) < 1000 and not re.search(r"\d{4}", text)),
        ]
        return [text.encode("utf-8", "surrogatepass") for text in texts]

    def tried(self, data: bytes) -> None:
        """Render, and hold what comes against what Jinja renders."""
        text = data.decode("utf-8", "replace").replace("\r", "\n")
        parsed, problems = parse_text(*block(text))
        for problem in problems:
            assert 0 <= problem.span.start <= problem.span.end <= len(text), problem
        if parsed is None:
            assert problems
            return
        given = deepcopy(DATA)
        made = lowered(parsed, [*given])
        with self.unwatched():
            function = made.function()
        try:
            ours = function(**made.arguments(given))
        except Failures as problem:
            failure = as_flow_error(problem)
            assert failure.kind and failure.message
            assert not _JARGON.search(failure.message), failure.message
            assert not isinstance(problem.__context__, MemoryError)
            return
        assert given == DATA
        assert isinstance(ours, str)
        if not _OTHERS.search(text):
            with self.unwatched():
                theirs = _stock(text)
            assert theirs is None or _said(ours) == _said(theirs), (ours, theirs)


def _said(text: str) -> str:
    """Return the letters and digits of a text: data that is put into text is JSON here, and Python there."""
    return re.sub(r"[\W_]", "", text.lower())


def _stock(text: str) -> str | None:
    """Return what stock Jinja renders; None where it does not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known: Any = (TemplateError, Refused, ArithmeticError, LookupError, TypeError, ValueError)
        try:
            return stock(text, DATA)
        except (*known, AttributeError, SyntaxError, MemoryError, RecursionError, AssertionError, TooLong):
            return None

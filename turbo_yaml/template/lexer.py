"""Template text to Jinja's tokens, each with its character offset where Jinja keeps a line number."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import lexer as stock
from jinja2._identifier import pattern as name_pattern
from jinja2.lexer import Token

from turbo_yaml.template.faults import Fault, depth_fault, syntax_fault
from turbo_yaml.template.stream import Tokens

MAX_BRACKETS = 24
MAX_PREFIXES = 24
MAX_NUMBER = 300

_ROOT = re.compile(r"(?P<raw>\{%(?P<rawsign>[-+]?)\s*raw\s*(?:-%\}\s*|%\}))|(?P<open>\{[{%#])(?P<sign>[-+]?)")
_COMMENT_END = r"\+#\}|-#\}\s*|#\}\n?"
_RAW_END = r"\{%(?P<sign>[-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\}\n?)"
# Jinja's own pattern of a name takes long to compile: all that is not ASCII is taken, and looked at again.
_TOKEN = (
    r"\s*+(?:(?P<variable_end>-\}\}\s*|\}\})|(?P<block_end>\+%\}|-%\}\s*|%\}\n?)"
    rf"|(?P<float>(?ix:{stock.float_re.pattern}))|(?P<integer>(?ix:{stock.integer_re.pattern}))"
    rf"|(?P<name>[^\x00-/:-@\[-^`{{-\x7f]+)|(?P<string>(?s:{stock.string_re.pattern}))"
    rf"|(?P<operator>{stock.operator_re.pattern}))"
)
_TAGS = {"{{": ("variable_begin", "variable_end"), "{%": ("block_begin", "block_end")}
_ENDS = frozenset(("variable_end", "block_end"))
_BLANK = re.compile(r"\s*")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_ESCAPE = r"(?s)\\([0-7]{1,3}|.)"
_KNOWN_ESCAPES = frozenset("\n\\'\"abfnrtvxuUN")
_SLIPS = {
    "&": "write `and`",
    "!": "write `not`, or `!=` to compare",
    "?": "write `a if test else b`",
    "$": "a name stands alone, without `$`",
    "“": "use plain quotes: `'` or `\"`",
    "”": "use plain quotes: `'` or `\"`",
    "‘": "use plain quotes: `'` or `\"`",
    "’": "use plain quotes: `'` or `\"`",
}
_token: Callable[[tuple[int, str, Any]], Token] = Token._make
_compiled = cache(re.compile)
"""Compiles a pattern when it is first needed: one takes as long as a small flow."""


def tokens_of_text(text: str) -> Tokens:
    """Return the tokens of a template. A fault of the text is raised when the reader comes to its place."""
    return _Lexer(text).text()


def tokens_of_expression(text: str) -> Tokens:
    """Return the tokens of an expression that stands alone, without `{{ }}`."""
    return _Lexer(text).expression()


class _Lexer:
    """One run over one text. `back` maps to the text as it was where line ends had to be made one."""

    def __init__(self, text: str) -> None:
        self.back: list[int] | None = None
        if "\r" in text:
            self.back = _offsets_without_cr(text)
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.source = text
        self.tokens: list[Token] = []
        self.ends: list[int] = []
        self.kinds: set[str] = set()
        self.pos = 0
        self.line_starting = True
        self.open = 0

    def text(self) -> Tokens:
        try:
            while (found := _ROOT.search(self.source, self.pos)) is not None:
                self._tag(found)
            self._data(self.pos, len(self.source))
        except Fault as fault:
            return self._finish(fault)
        return self._finish(None)

    def expression(self) -> Tokens:
        try:
            self._inside("")
        except Fault as fault:
            return self._finish(fault)
        return self._finish(None)

    # Outside of tags -----------------------------------------------------------------------------------

    def _tag(self, found: re.Match[str]) -> None:
        opening = found["open"]
        sign = found["rawsign"] if opening is None else found["sign"]
        self._data(self.pos, self._stripped(self.pos, found.start(), sign, opening != "{{"))
        self.pos = found.end()
        self.line_starting = found.group()[-1] == "\n"
        self.open = found.start()
        if opening is None:
            self._raw()
        elif opening == "{#":
            self._skip_comment()
        else:
            begin, end = _TAGS[opening]
            self._emit(self.open, found.end(), begin, found.group())
            self._inside(end)

    def _stripped(self, start: int, stop: int, sign: str, lstrip: bool) -> int:
        """Return where the data before a tag ends, once the white space that the tag eats is gone."""
        if sign == "-":
            return start + len(self.source[start:stop].rstrip())
        if sign != "+" and lstrip:
            line = self.source.rfind("\n", start, stop) + 1
            if line > start or self.line_starting:
                line = max(line, start)
                if _BLANK.fullmatch(self.source, line, stop):
                    return line
        return stop

    def _raw(self) -> None:
        found = _compiled(_RAW_END).search(self.source, self.pos)
        if found is None:
            raise self._fault("`{% raw %}` is not closed", self.open, self.pos, "end it with `{% endraw %}`")
        self._data(self.pos, self._stripped(self.pos, found.start(), found["sign"], True))
        self._passed(found)

    def _skip_comment(self) -> None:
        found = _compiled(_COMMENT_END).search(self.source, self.pos)
        if found is None:
            raise self._fault("`{#` is not closed", self.open, self.open + 2, "end the comment with `#}`")
        self._passed(found)

    def _passed(self, found: re.Match[str]) -> None:
        self.pos = found.end()
        self.line_starting = found.group()[-1] == "\n"

    def _data(self, start: int, stop: int) -> None:
        if stop > start:
            self._emit(start, stop, "data", self.source[start:stop])
        self.pos = stop

    # Inside of tags ------------------------------------------------------------------------------------

    def _inside(self, end: str) -> None:
        source = self.source
        brackets: list[tuple[str, int]] = []
        prefixes = 0
        match = _compiled(_TOKEN).match
        while (found := match(source, self.pos)) is not None:
            kind = found.lastgroup or ""
            value = found[kind]
            start = found.start(kind)
            self.pos = found.end()
            if kind in _ENDS:
                if kind == end and not brackets:
                    self.line_starting = value[-1] == "\n"
                    self._emit(start, start + len(value.rstrip()), end, value)
                    return
                kind, value, self.pos = "operator", value[0], start + 1
            if kind == "operator":
                if value in "([{":
                    brackets.append((_CLOSERS[value], start))
                    if len(brackets) > MAX_BRACKETS:
                        raise self._located(depth_fault("this expression", MAX_BRACKETS, start, self.pos))
                elif value in ")]}":
                    self._close(brackets, value, start, end)
                kind = stock.operators[value]
                converted: Any = value
            else:
                if kind == "name" and not value.isascii():
                    value = self._name(start)
                converted = self._convert(kind, value, start)
            prefixes = prefixes + 1 if value in ("-", "+", "not") else 0
            if prefixes > MAX_PREFIXES:
                raise self._located(depth_fault("this expression", MAX_PREFIXES, start, self.pos))
            self._emit(start, self.pos, kind, converted)
        self._stuck(brackets, end)

    def _close(self, brackets: list[tuple[str, int]], value: str, start: int, end: str) -> None:
        if not brackets:
            if value == "}" and end == "variable_end":
                raise self._fault("`{{` is closed by one `}` only", start, start + 1, "write `}}`")
            raise self._fault(f"`{value}` closes nothing", start, start + 1)
        wanted, opened = brackets.pop()
        if wanted != value:
            opener = self.source[opened]
            raise self._fault(
                f"`{opener}` is not closed", opened, opened + 1, f"end it with `{wanted}` before `{value}`"
            )

    def _stuck(self, brackets: list[tuple[str, int]], end: str) -> None:
        """Say why no token begins here, unless it is the end of an expression."""
        blank = _BLANK.match(self.source, self.pos)
        at = blank.end() if blank else self.pos
        if at < len(self.source):
            raise self._unexpected(at)
        if brackets:
            wanted, opened = brackets[-1]
            opener = self.source[opened]
            raise self._fault(f"`{opener}` is not closed", opened, opened + 1, f"end it with `{wanted}`")
        if end:
            opener, closer = ("{{", "}}") if end == "variable_end" else ("{%", "%}")
            raise self._fault(
                f"`{opener}` is not closed", self.open, self.open + 2, f"end it with `{closer}`"
            )

    def _unexpected(self, at: int) -> Fault:
        char = self.source[at]
        if char in "'\"":
            line_end = self.source.find("\n", at)
            stop = len(self.source) if line_end < 0 else line_end
            return self._fault("this text in quotes is not closed", at, stop, f"end it with `{char}`")
        return self._fault(f"`{char}` has no meaning in an expression", at, at + 1, _SLIPS.get(char))

    def _convert(self, kind: str, value: str, start: int) -> Any:
        if kind == "name":
            if value == "is":
                self.kinds.add("is")
            elif not value.isidentifier():
                raise self._fault(f"`{value}` is not a name", start, self.pos)
            return value
        if kind == "string":
            return self._unescape(value[1:-1], start) if "\\" in value else value[1:-1]
        if len(value) > MAX_NUMBER:
            raise self._fault(f"this number has more than {MAX_NUMBER} digits", start, self.pos)
        digits = value.replace("_", "")
        return int(digits, 0) if kind == "integer" else literal_eval(digits)

    def _name(self, start: int) -> str:
        """Return the name, in letters of any kind, that begins here."""
        found = name_pattern.match(self.source, start)
        if found is None:
            raise self._unexpected(start)
        self.pos = found.end()
        return found[0]

    def _unescape(self, inner: str, start: int) -> str:
        try:
            return (
                re.sub(_ESCAPE, _plain_escape, inner)
                .encode("ascii", "backslashreplace")
                .decode("unicode-escape")
            )
        except UnicodeDecodeError:
            raise self._fault(
                "a `\\` in this text begins an escape that does not end", start, self.pos, "write `\\\\`"
            ) from None

    # Results -------------------------------------------------------------------------------------------

    def _emit(self, start: int, stop: int, kind: str, value: Any) -> None:
        if self.back is not None:
            start, stop = self.back[start], self.back[stop]
        self.tokens.append(_token((start, kind, value)))
        self.ends.append(stop)
        self.kinds.add(kind)

    def _finish(self, fault: Fault | None) -> Tokens:
        self._emit(len(self.source), len(self.source), stock.TOKEN_EOF, "")
        return Tokens(self.tokens, self.ends, self.kinds, fault)

    def _fault(self, message: str, start: int, stop: int, help: str | None = None) -> Fault:
        return self._located(syntax_fault(message, start, stop, help))

    def _located(self, fault: Fault) -> Fault:
        if self.back is not None:
            fault.start, fault.end = self.back[fault.start], self.back[fault.end]
        return fault


def _plain_escape(found: re.Match[str]) -> str:
    """Spell an escape so that Python's codec reads it as Jinja does, without a warning."""
    after = found[1]
    if after[0] in "01234567":
        return f"\\u{int(after, 8):04x}"
    if after in _KNOWN_ESCAPES or not after.isascii():
        return found[0]
    return f"\\\\{after}"


def _offsets_without_cr(text: str) -> list[int]:
    """Return, for each character of the text with plain line ends (and its end), the offset it came from."""
    offsets = [at for at, char in enumerate(text) if char != "\n" or at == 0 or text[at - 1] != "\r"]
    return [*offsets, len(text)]

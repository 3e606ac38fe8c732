"""PyYAML's pure parser, brought to read what its C parser reads; used where the C parser is missing."""

from __future__ import annotations

import re
from typing import Final

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError
from yaml.tokens import ScalarToken

_BLOCK_WORD: Final = re.compile(r"(?:[^\0 \t\r\n:]|:(?![\0 \t\r\n]))+")
# Inside brackets the C parser takes a `?` as a part of a word and refuses a `:` before a bracket or comma.
_FLOW_WORD: Final = re.compile(r"(?:[^\0 \t\r\n:,\[\]{}]|:(?![\0 \t\r\n,?\[\]{}]))+")
_REFUSED_AFTER_COLON: Final = ",?[]{}"


class PureParser(Reader, Scanner, Parser):
    """The event stream of a text, as `yaml.cyaml.CParser` gives it."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_plain(self) -> ScalarToken:
        """Read a plain scalar word by word."""
        start = end = self.get_mark()
        chunks: list[str] = []
        spaces: list[str] | None = []
        indent = self.indent + 1
        word = _FLOW_WORD if self.flow_level else _BLOCK_WORD
        while self.peek() != "#":
            match = word.match(self.buffer, self.pointer)
            length = 0 if match is None else match.end() - match.start()
            after = self.peek(length + 1) if self.peek(length) == ":" else ""
            if self.flow_level and after and after in _REFUSED_AFTER_COLON:
                self.forward(length)
                raise ScannerError(
                    "while scanning a plain scalar", start, "found unexpected ':'", self.get_mark()
                )
            if not length:
                break
            self.allow_simple_key = False
            chunks += spaces or ()
            chunks.append(self.prefix(length))
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(indent, start)
            if not spaces or (not self.flow_level and self.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def scan_flow_scalar(self, style: str) -> ScalarToken:
        """Read a quoted scalar; half a surrogate pair or a number that is no character is refused."""
        start = self.get_mark()
        try:
            token = super().scan_flow_scalar(style)
            token.value.encode("utf-8")
        except (ValueError, OverflowError):
            raise ScannerError(
                "while parsing a quoted scalar",
                start,
                "found invalid Unicode character escape code",
                self.get_mark(),
            ) from None
        return token

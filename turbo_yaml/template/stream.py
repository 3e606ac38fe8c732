"""A list of tokens as Jinja's parser reads them: with a look ahead, and a way back."""

from __future__ import annotations

from jinja2.lexer import TOKEN_EOF, Token, TokenStream

from turbo_yaml.template.faults import Fault


class Tokens(TokenStream):
    """Tokens with their ends; the last is the end of the text. `fault` is raised when it is reached.

    `kinds`: every type of token there is, and `is` where there is a test.
    """

    def __init__(self, tokens: list[Token], ends: list[int], kinds: set[str], fault: Fault | None) -> None:
        self.name = None
        self.filename = None
        self.closed = False
        self.tokens = tokens
        self.ends = ends
        self.kinds = kinds
        self.fault = fault
        self.index = -1
        self.seek(0)

    def __bool__(self) -> bool:
        return self.current.type is not TOKEN_EOF

    def __next__(self) -> Token:
        token = self.current
        if token.type is not TOKEN_EOF:
            self.seek(self.index + 1)
        return token

    def seek(self, index: int) -> None:
        """Go to a token by its index."""
        self.index = index
        self.current = self.tokens[index]
        if self.fault is not None and self.current.type is TOKEN_EOF:
            raise self.fault

    def look(self) -> Token:
        """Return the token after the current one."""
        return self.tokens[min(self.index + 1, len(self.tokens) - 1)]

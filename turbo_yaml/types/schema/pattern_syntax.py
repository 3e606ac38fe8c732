"""Regular expressions to syntax trees, with the place of what cannot be used."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Final, Literal, NamedTuple, TypeAlias

_MAX_NESTING: Final = 50


class PatternProblem(ValueError):
    """The expression cannot be used. `at` is the character of it that is to blame."""

    def __init__(self, message: str, at: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint


class Atom(NamedTuple):
    """Takes one character."""

    takes: Callable[[str], object]


class Assert(NamedTuple):
    """Takes nothing: the start, the end, the edge of a word or none."""

    what: Literal["^", "$", "b", "B"]


class Then(NamedTuple):
    """One after the other."""

    parts: tuple[Tree, ...]


class Either(NamedTuple):
    """One of several."""

    options: tuple[Tree, ...]


class Repeat(NamedTuple):
    """One, again and again; `most` is None where there is no end."""

    part: Tree
    least: int
    most: int | None


Tree: TypeAlias = Atom | Assert | Then | Either | Repeat

_COUNT = re.compile(r"\{(?:(\d{1,9})(,)?(\d{0,9})|,(\d{1,9}))\}")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_NAMED = re.compile(r"\(\?P?<[^\W\d]\w*>")
_ASSERTIONS: Final[dict[str, Literal["^", "$", "b", "B"]]] = {
    "\\b": "b", "\\B": "B", "\\A": "^", "\\Z": "$", "\\z": "$",
}  # fmt: skip


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.flags = re.RegexFlag(0)
        if text.startswith("(?i)"):
            self.flags, self.at = re.IGNORECASE, 4

    def whole(self) -> Tree:
        tree = self.either(0)
        if self.at < len(self.text):
            raise PatternProblem(
                "this `)` closes nothing", self.at, "a bracket that is meant as text is `\\)`"
            )
        return tree

    def either(self, depth: int) -> Tree:
        if depth > _MAX_NESTING:
            raise PatternProblem(f"brackets are nested deeper than {_MAX_NESTING}", self.at)
        options = [self.sequence(depth)]
        while self.text.startswith("|", self.at):
            self.at += 1
            options.append(self.sequence(depth))
        return options[0] if len(options) == 1 else Either(tuple(options))

    def sequence(self, depth: int) -> Tree:
        parts: list[Tree] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self.repeated(depth))
        return parts[0] if len(parts) == 1 else Then(tuple(parts))

    def repeated(self, depth: int) -> Tree:
        tree = self.single(depth)
        bounds = self.bounds()
        if bounds is None:
            return tree
        if self.text.startswith("?", self.at):
            self.at += 1  # lazy: whether it matches is the same
        elif self.bounds() is not None:
            raise PatternProblem("one repetition follows another", self.at - 1, "put the first in brackets")
        return Repeat(tree, *bounds)

    def bounds(self) -> tuple[int, int | None] | None:
        """Read `*`, `+`, `?` or `{n,m}` if one stands here."""
        sign = self.text[self.at : self.at + 1]
        if sign and sign in "*+?":
            self.at += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        found = _COUNT.match(self.text, self.at) if sign == "{" else None
        if found is None:
            return None
        least = int(found[1] or 0)
        most = int(found[4] or found[3] or -1) if found[2] or found[4] else least
        if 0 <= most < least:
            raise PatternProblem(f"`{found[0]}` asks for at least {least} and at most {most}", self.at)
        self.at = found.end()
        return least, None if most < 0 else most

    def single(self, depth: int) -> Tree:
        sign = self.text[self.at]
        match sign:
            case "(":
                return self.group(depth)
            case "[":
                return self.characters()
            case "\\":
                return self.escape()
            case "^" | "$":
                self.at += 1
                return Assert(sign)
            case "*" | "+" | "?":
                raise PatternProblem(
                    f"nothing stands before this `{sign}`", self.at, f"as text it is `\\{sign}`"
                )
        self.at += 1
        return self.atom("." if sign == "." else re.escape(sign), self.at - 1)

    def group(self, depth: int) -> Tree:
        start = self.at
        named = _NAMED.match(self.text, start)
        if named:
            self.at = named.end()
        elif self.text.startswith("(?:", start):
            self.at += 3
        elif self.text.startswith("(?", start):
            what = (
                "look-around" if self.text[start + 2 : start + 3] in ("=", "!", "<") else "this kind of group"
            )
            raise PatternProblem(
                f"{what} cannot be used in a pattern",
                start,
                "say it with a second type: `allOf: [{pattern: …}, {not: {pattern: …}}]`",
            )
        else:
            self.at += 1
        tree = self.either(depth + 1)
        if not self.text.startswith(")", self.at):
            raise PatternProblem("this bracket is not closed", start)
        self.at += 1
        return tree

    def characters(self) -> Tree:
        """Read `[…]`; `re` knows its insides."""
        start = self.at
        at = start + 1 + self.text.startswith("^", start + 1)
        at += self.text.startswith("]", at)
        while at < len(self.text) and self.text[at] != "]":
            at += 2 if self.text[at] == "\\" else 1
        if at >= len(self.text):
            raise PatternProblem("this `[` is not closed", start)
        self.at = at + 1
        return self.atom(self.text[start : self.at], start)

    def escape(self) -> Tree:
        start = self.at
        found = _ESCAPE.match(self.text, start)
        if found is None:
            raise PatternProblem("nothing follows this `\\`", start, "a backslash as text is `\\\\`")
        self.at = found.end()
        if found[0] in _ASSERTIONS:
            return Assert(_ASSERTIONS[found[0]])
        if found[0][1] in "123456789k":
            raise PatternProblem("a pattern cannot refer back to a group", start)
        return self.atom("\\0" if found[0] == "\\0" else found[0], start)

    def atom(self, written: str, at: int) -> Atom:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # `[[` may once be a set operation
                return Atom(re.compile(written, self.flags).fullmatch)
        except re.error as problem:
            raise PatternProblem(f"`{written}` cannot be read: {problem.msg}", at) from None


def read_pattern(text: str) -> Tree:
    """Return the syntax tree of an expression; `PatternProblem` says what cannot be used, and where."""
    return _Reader(text).whole()

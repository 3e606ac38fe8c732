"""Regular expressions to syntax trees, with the place of what cannot be used.

Two dialects: that of schemas, where `$` is the end of the text, and that of `re`, where it may also stand
before the last line end, and where flags can be set.
"""

from __future__ import annotations

import re
import warnings
from typing import Final, NamedTuple

from turbo_yaml.types.pattern.tree import (
    Assert,
    Atom,
    Either,
    Group,
    PatternProblem,
    Place,
    Repeat,
    Then,
    Tree,
)

_MAX_NESTING: Final = 50
_COUNT = re.compile(r"\{(?:(\d+)(,)?(\d*)|,(\d*))\}")
_ESCAPE = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^}]*\}|0[0-7]{0,2}|.)", re.DOTALL
)
_NAMED = re.compile(r"\(\?P?<[^\W\d]\w*>")
_FLAGS = re.compile(r"\(\?([ims]*)(?:-([ims]+))?([:)])")
_LETTERS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_ASSERTIONS: Final[dict[str, Place]] = {
    "\\b": "edge", "\\B": "no edge", "\\A": "start", "\\Z": "end", "\\z": "end",
}  # fmt: skip


class Read(NamedTuple):
    """An expression that was read: its tree, and how many groups it has."""

    tree: Tree
    groups: int


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str, flags: re.RegexFlag | None) -> None:
        self.text = text
        self.at = 0
        self.groups = 0
        self.of_schemas = flags is None
        self.flags = re.RegexFlag(0) if flags is None else flags
        found = _FLAGS.match(text)
        if found is not None and found[3] == ")" and found[1] and not found[2]:
            self.set_flags(found)

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
            self.at += 1
            return Repeat(tree, *bounds, lazy=True)
        if self.bounds() is not None:
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
        if len(found[0]) > 20:
            raise PatternProblem("this repetition has no end that could be reached", self.at)
        least = int(found[1] or 0)
        most = int(found[4] or found[3] or -1) if found[2] or found[1] is None else least
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
                return Assert(self.edge(sign))
            case "*" | "+" | "?":
                raise PatternProblem(
                    f"nothing stands before this `{sign}`", self.at, f"as text it is `\\{sign}`"
                )
        self.at += 1
        return self.atom("." if sign == "." else re.escape(sign), self.at - 1)

    def edge(self, sign: str) -> Place:
        """Return what `^` or `$` asks for here."""
        if self.flags & re.MULTILINE:
            return "line start" if sign == "^" else "line end"
        if sign == "^":
            return "start"
        return "end" if self.of_schemas else "last line"

    def group(self, depth: int) -> Tree:
        start, outside = self.at, self.flags
        named = _NAMED.match(self.text, start)
        flags = _FLAGS.match(self.text, start)
        number = 0
        if flags is not None and flags[3] == ":" and (flags[0] == "(?:" or not self.of_schemas):
            self.set_flags(flags)
        elif self.text.startswith("(?", start) and named is None:
            raise self.refused_group()
        else:
            self.groups = number = self.groups + 1
            self.at = start + 1 if named is None else named.end()
        tree = self.either(depth + 1)
        if not self.text.startswith(")", self.at):
            raise PatternProblem("this bracket is not closed", start)
        self.at += 1
        self.flags = outside
        return Group(number, tree) if number else tree

    def set_flags(self, found: re.Match[str]) -> None:
        """Set what letters such as `i` ask for, and go on after them."""
        for letter in found[1]:
            self.flags |= _LETTERS[letter]
        for letter in found[2] or "":
            self.flags &= ~_LETTERS[letter]
        self.at = found.end()

    def refused_group(self) -> PatternProblem:
        """Return what is wrong with a bracket that is neither a group nor plain."""
        follows = self.text[self.at + 2 : self.at + 3]
        if follows in ("=", "!", "<"):
            hint = "say it with a second type: `allOf: [{pattern: …}, {not: {pattern: …}}]`"
            message = "look-around cannot be used in a pattern"
            return PatternProblem(message, self.at, hint if self.of_schemas else None)
        if self.text.startswith(("(?P=", "(?("), self.at):
            return PatternProblem("a pattern cannot refer back to a group", self.at)
        return PatternProblem("this kind of group cannot be used in a pattern", self.at)

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
        return self.atom(found[0], start)

    def atom(self, written: str, at: int) -> Atom:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # `[[` may once be a set operation
                return Atom(re.compile(written, self.flags).fullmatch)
        except re.error as problem:
            raise PatternProblem(f"`{written}` cannot be read: {problem.msg}", at) from None


def read_pattern(text: str, flags: re.RegexFlag | None = None) -> Read:
    """Return an expression's syntax tree; `PatternProblem` says what cannot be used, and where.

    With `flags` it is read as `re` does, without as schemas do.
    """
    reader = _Reader(text, flags)
    return Read(reader.whole(), reader.groups)

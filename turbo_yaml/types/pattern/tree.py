"""The syntax tree of an expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

Place: TypeAlias = Literal["start", "end", "last line", "line start", "line end", "edge", "no edge"]
"""What an assertion asks of a place; `last line`: the end, or before a last line end."""


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
    """Takes nothing, and holds at some places."""

    what: Place


class Then(NamedTuple):
    """One after the other."""

    parts: tuple[Tree, ...]


class Either(NamedTuple):
    """One of several, the first that leads to a match."""

    options: tuple[Tree, ...]


class Repeat(NamedTuple):
    """One, again and again; `most` is None where there is no end. `lazy`: as few times as will do."""

    part: Tree
    least: int
    most: int | None
    lazy: bool = False


class Group(NamedTuple):
    """What is found by itself, by number from 1."""

    number: int
    part: Tree


Tree: TypeAlias = Atom | Assert | Then | Either | Repeat | Group

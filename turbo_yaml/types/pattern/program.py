"""Syntax trees to states: each takes a character, asserts something, notes a place, or leads to others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, assert_never

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

MAX_STATES: Final = 1000
ACCEPT: Final = 0
"""The state that has found what was looked for."""


class State(NamedTuple):
    """`to`: the states that it leads to, what is tried first in front. `slot`: where a place is noted."""

    takes: Callable[[str], object] | None = None
    asserts: Place | None = None
    slot: int = -1
    to: tuple[int, ...] = ()


class Program:
    """A list of states, built backwards so that each knows where it leads.

    `groups`: note where the whole match (slots 0 and 1) and each group (2n and 2n + 1) begin and end.
    """

    def __init__(self, tree: Tree, *, groups: bool) -> None:
        self.groups = groups
        self.states: list[State] = [State()]
        self.start = self.add(Group(0, tree), ACCEPT)

    def state(self, state: State) -> int:
        """Add a state; return its number."""
        if len(self.states) >= MAX_STATES:
            raise PatternProblem(
                f"the pattern is larger than {MAX_STATES} states",
                0,
                "a length is said shorter with `minLength` and `maxLength`",
            )
        self.states.append(state)
        return len(self.states) - 1

    def add(self, tree: Tree, after: int) -> int:
        """Add the states of a tree that go on to `after`; return the first."""
        match tree:
            case Atom(takes):
                return self.state(State(takes, to=(after,)))
            case Assert(what):
                return self.state(State(asserts=what, to=(after,)))
            case Then(parts):
                for part in reversed(parts):
                    after = self.add(part, after)
                return after
            case Either(options):
                return self.state(State(to=tuple(self.add(option, after) for option in options)))
            case Repeat():
                return self.repeat(tree, after)
            case Group(number, part):
                if not self.groups:
                    return self.add(part, after)
                end = self.state(State(slot=2 * number + 1, to=(after,)))
                return self.state(State(slot=2 * number, to=(self.add(part, end),)))
            case _:
                assert_never(tree)

    def repeat(self, tree: Repeat, after: int) -> int:
        """Add a repetition, unrolled as far as it has a bound."""
        part, least, most, lazy = tree
        if self.is_empty(part):
            return after

        def fork(inner: int, outer: int) -> State:
            return State(to=(outer, inner) if lazy else (inner, outer))

        if most is None:
            loop = self.state(State())
            self.states[loop] = fork(self.add(part, loop), after)
            after = loop
        else:
            end = after
            for _ in range(most - least):
                after = self.state(fork(self.add(part, after), end))
        for _ in range(least):
            after = self.add(part, after)
        return after

    def is_empty(self, tree: Tree) -> bool:
        """Tell whether a tree takes and notes nothing, so that it need not be repeated."""
        match tree:
            case Then(parts):
                return all(map(self.is_empty, parts))
            case Repeat(part, _, most):
                return most == 0 or self.is_empty(part)
            case Group(_, part):
                return not self.groups and self.is_empty(part)
        return False


def is_word(character: str) -> bool:
    """Tell whether a character belongs to a word; none does not."""
    return character.isalnum() or character == "_"

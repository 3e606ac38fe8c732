"""Regular expressions of schemas to matchers whose time grows with the text's length, never faster.

`re` backtracks: `(a+)+$` takes minutes on thirty characters. Here an expression becomes a set of states that
are followed all at once. That leaves no room for look-around and back references, which are refused by name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from turbo_yaml.types.schema.pattern_syntax import (
    Assert,
    Atom,
    Either,
    PatternProblem,
    Repeat,
    Then,
    Tree,
    read_pattern,
)

MAX_STATES: Final = 1000
MAX_WORK: Final = 5_000_000
"""States times characters: what one match may cost, about a second."""
_MAX_REMEMBERED: Final = 5000


class TextTooLong(ValueError):
    """The text is too long to be matched against this expression."""


# Programs: a state takes a character, asserts something, or leads to other states.
class _State(NamedTuple):
    takes: Callable[[str], object] | None
    asserts: Literal["^", "$", "b", "B"] | None
    to: tuple[int, ...]


_ACCEPT: Final = 0


class _Program:
    """A list of states, built backwards so that each knows where it leads."""

    def __init__(self, tree: Tree) -> None:
        self.states: list[_State] = [_State(None, None, ())]
        self.start = self.add(tree, _ACCEPT)

    def state(self, state: _State) -> int:
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
                return self.state(_State(takes, None, (after,)))
            case Assert(what):
                return self.state(_State(None, what, (after,)))
            case Then(parts):
                for part in reversed(parts):
                    after = self.add(part, after)
                return after
            case Either(options):
                return self.state(_State(None, None, tuple(self.add(option, after) for option in options)))
            case Repeat(part, least, most):
                return self.repeat(part, least, most, after)

    def repeat(self, part: Tree, least: int, most: int | None, after: int) -> int:
        if _is_empty(part):
            return after
        if most is None:
            loop = self.state(_State(None, None, ()))
            self.states[loop] = _State(None, None, (self.add(part, loop), after))
            after = loop
        else:
            end = after
            for _ in range(most - least):
                after = self.state(_State(None, None, (self.add(part, after), end)))
        for _ in range(least):
            after = self.add(part, after)
        return after


def _is_empty(tree: Tree) -> bool:
    match tree:
        case Then(parts):
            return all(map(_is_empty, parts))
        case Repeat(part, _, most):
            return most == 0 or _is_empty(part)
    return False


_Side: TypeAlias = Literal["edge", "word", "other"]


def _side(character: str) -> _Side:
    if not character:
        return "edge"
    return "word" if character.isalnum() or character == "_" else "other"


def _holds(what: str, before: _Side, after: _Side) -> bool:
    if what == "^":
        return before == "edge"
    if what == "$":
        return after == "edge"
    return ((before == "word") != (after == "word")) == (what == "b")


class Pattern:
    """An expression that can be searched for in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._program = _Program(read_pattern(text))
        self._steps: dict[tuple[frozenset[int], _Side, str], frozenset[int] | bool] = {}

    def found_in(self, text: str) -> bool:
        """Tell whether some part of the text matches; raise `TextTooLong` past the work allowed."""
        if len(text) * len(self._program.states) > MAX_WORK:
            raise TextTooLong(f"a text of {len(text)} characters is too long for the pattern `{self.text}`")
        states: frozenset[int] = frozenset((self._program.start,))
        before: _Side = "edge"
        steps = self._steps
        for character in (*text, ""):
            key = (states, before, character)
            after = steps.get(key)
            if after is None:
                if len(steps) >= _MAX_REMEMBERED:
                    steps.clear()
                after = steps[key] = self._step(*key)
            if after is True or after is False:
                return after
            states = after
            before = _side(character)
        raise AssertionError("the end of a text decides")

    def _step(self, states: frozenset[int], before: _Side, character: str) -> frozenset[int] | bool:
        """Return where the states lead on a character (empty: the end), or the verdict."""
        program = self._program.states
        reached = self._closure(states, before, _side(character))
        if _ACCEPT in reached:
            return True
        if not character:
            return False
        after = {self._program.start}
        for state in reached:
            takes = program[state].takes
            if takes is not None and takes(character):
                after.update(program[state].to)
        return frozenset(after)

    def _closure(self, states: frozenset[int], before: _Side, after: _Side) -> set[int]:
        program = self._program.states
        reached: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state in reached:
                continue
            reached.add(state)
            takes, asserts, to = program[state]
            if takes is None and (asserts is None or _holds(asserts, before, after)):
                waiting.extend(to)
        return reached

    def example(self, shortest: int = 0) -> str | None:
        """Return a text of at least so many characters that matches, or None where none is found soon."""
        program = self._program.states
        seen = {(self._program.start, 0)}
        waiting = [(self._program.start, "")]
        for state, text in waiting:
            if state == _ACCEPT:
                padding = "a" * (shortest - len(text))
                for whole in (text, text + padding, padding + text):
                    if len(whole) >= shortest and self.found_in(whole):
                        return whole
            if len(seen) > 20_000:
                return None
            takes, _, to = program[state]
            if takes is not None:
                text += _sample(takes)
            for follower in to:
                key = (follower, min(len(text), shortest))
                if key not in seen:
                    seen.add(key)
                    waiting.append((follower, text))
        return None


_SAMPLES: Final = (
    "a0A-_ " + "".join(map(chr, range(33, 127))) + "\n\t" + "".join(map(chr, range(160, 0x2FFF)))
)


def _sample(takes: Callable[[str], object]) -> str:
    return next((character for character in _SAMPLES if takes(character)), "")


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> Pattern:
    """Return the matcher of an expression; raise `PatternProblem` where it cannot be used."""
    return Pattern(text)

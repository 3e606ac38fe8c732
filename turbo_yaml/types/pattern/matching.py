"""Whether an expression is found in a text, with each step remembered once it was taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from turbo_yaml.types.pattern.program import ACCEPT, Program, is_word
from turbo_yaml.types.pattern.syntax import read_pattern
from turbo_yaml.types.pattern.tree import Place

MAX_WORK: Final = 5_000_000
"""States times characters: what one match may cost, about a second."""
_MAX_REMEMBERED: Final = 5000


class TextTooLong(ValueError):
    """The text is too long to be matched against this expression."""


_Side: TypeAlias = Literal["edge", "word", "other"]


def _side(character: str) -> _Side:
    if not character:
        return "edge"
    return "word" if is_word(character) else "other"


def _holds(what: Place, before: _Side, after: _Side) -> bool:
    match what:
        case "start":
            return before == "edge"
        case "end":
            return after == "edge"
        case "edge" | "no edge":
            return ((before == "word") != (after == "word")) == (what == "edge")
    raise AssertionError(f"no pattern of a schema asks for a {what}")


class Pattern:
    """An expression that can be searched for in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._program = Program(read_pattern(text).tree, groups=False)
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
        if ACCEPT in reached:
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
            takes, asserts, _, to = program[state]
            if takes is None and (asserts is None or _holds(asserts, before, after)):
                waiting.extend(to)
        return reached

    def example(self, shortest: int = 0) -> str | None:
        """Return a text of at least so many characters that matches, or None where none is found soon."""
        program = self._program.states
        seen = {(self._program.start, 0)}
        waiting = [(self._program.start, "")]
        for state, text in waiting:
            if state == ACCEPT:
                padding = "a" * (shortest - len(text))
                for whole in (text, text + padding, padding + text):
                    if len(whole) >= shortest and self.found_in(whole):
                        return whole
            if len(seen) > 20_000:
                return None
            takes, _, _, to = program[state]
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

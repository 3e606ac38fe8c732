"""Regular expressions of schemas to matchers whose time grows with the text's length, never faster.

`re` backtracks: `(a+)+$` takes minutes on thirty characters. Here an expression becomes a set of states that
are followed all at once. That leaves no room for look-around and back references, which are refused by name.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

MAX_STATES: Final = 1000
MAX_WORK: Final = 5_000_000
"""States times characters: what one match may cost, about a second."""
_MAX_NESTING: Final = 50
_MAX_REMEMBERED: Final = 5000


class PatternProblem(ValueError):
    """The expression cannot be used. `at` is the character of it that is to blame."""

    def __init__(self, message: str, at: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint


class TextTooLong(ValueError):
    """The text is too long to be matched against this expression."""


# The syntax tree: an atom takes one character; the others put trees together.
class _Atom(NamedTuple):
    takes: Callable[[str], object]


class _Assert(NamedTuple):
    what: Literal["^", "$", "b", "B"]


class _Then(NamedTuple):
    parts: tuple[_Tree, ...]


class _Either(NamedTuple):
    options: tuple[_Tree, ...]


class _Repeat(NamedTuple):
    part: _Tree
    least: int
    most: int | None


_Tree: TypeAlias = _Atom | _Assert | _Then | _Either | _Repeat

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

    def whole(self) -> _Tree:
        tree = self.either(0)
        if self.at < len(self.text):
            raise PatternProblem(
                "this `)` closes nothing", self.at, "a bracket that is meant as text is `\\)`"
            )
        return tree

    def either(self, depth: int) -> _Tree:
        if depth > _MAX_NESTING:
            raise PatternProblem(f"brackets are nested deeper than {_MAX_NESTING}", self.at)
        options = [self.sequence(depth)]
        while self.text.startswith("|", self.at):
            self.at += 1
            options.append(self.sequence(depth))
        return options[0] if len(options) == 1 else _Either(tuple(options))

    def sequence(self, depth: int) -> _Tree:
        parts: list[_Tree] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self.repeated(depth))
        return parts[0] if len(parts) == 1 else _Then(tuple(parts))

    def repeated(self, depth: int) -> _Tree:
        tree = self.single(depth)
        bounds = self.bounds()
        if bounds is None:
            return tree
        if self.text.startswith("?", self.at):
            self.at += 1  # lazy: whether it matches is the same
        elif self.bounds() is not None:
            raise PatternProblem("one repetition follows another", self.at - 1, "put the first in brackets")
        return _Repeat(tree, *bounds)

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

    def single(self, depth: int) -> _Tree:
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
                return _Assert(sign)
            case "*" | "+" | "?":
                raise PatternProblem(
                    f"nothing stands before this `{sign}`", self.at, f"as text it is `\\{sign}`"
                )
        self.at += 1
        return self.atom("." if sign == "." else re.escape(sign), self.at - 1)

    def group(self, depth: int) -> _Tree:
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

    def characters(self) -> _Tree:
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

    def escape(self) -> _Tree:
        start = self.at
        found = _ESCAPE.match(self.text, start)
        if found is None:
            raise PatternProblem("nothing follows this `\\`", start, "a backslash as text is `\\\\`")
        self.at = found.end()
        if found[0] in _ASSERTIONS:
            return _Assert(_ASSERTIONS[found[0]])
        if found[0][1] in "123456789k":
            raise PatternProblem("a pattern cannot refer back to a group", start)
        return self.atom("\\0" if found[0] == "\\0" else found[0], start)

    def atom(self, written: str, at: int) -> _Atom:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # `[[` may once be a set operation
                return _Atom(re.compile(written, self.flags).fullmatch)
        except re.error as problem:
            raise PatternProblem(f"`{written}` cannot be read: {problem.msg}", at) from None


# Programs: a state takes a character, asserts something, or leads to other states.
class _State(NamedTuple):
    takes: Callable[[str], object] | None
    asserts: Literal["^", "$", "b", "B"] | None
    to: tuple[int, ...]


_ACCEPT: Final = 0


class _Program:
    """A list of states, built backwards so that each knows where it leads."""

    def __init__(self, tree: _Tree) -> None:
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

    def add(self, tree: _Tree, after: int) -> int:
        """Add the states of a tree that go on to `after`; return the first."""
        match tree:
            case _Atom(takes):
                return self.state(_State(takes, None, (after,)))
            case _Assert(what):
                return self.state(_State(None, what, (after,)))
            case _Then(parts):
                for part in reversed(parts):
                    after = self.add(part, after)
                return after
            case _Either(options):
                return self.state(_State(None, None, tuple(self.add(option, after) for option in options)))
            case _Repeat(part, least, most):
                return self.repeat(part, least, most, after)

    def repeat(self, part: _Tree, least: int, most: int | None, after: int) -> int:
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


def _is_empty(tree: _Tree) -> bool:
    match tree:
        case _Then(parts):
            return all(map(_is_empty, parts))
        case _Repeat(part, _, most):
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
        self._program = _Program(_Reader(text).whole())
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

"""Regular expressions followed in all their states at once: their time grows with the text, never faster.

`re` backtracks, so `(a+)+$` takes minutes on thirty characters. It still reads the expressions, and tests
single characters; only how repetitions and choices are gone through is ours. Threads carry what the groups
hold, the one that `re` would try first in front, so that the match is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple, TypeAlias

MAX_STATES: Final = 1000

Groups: TypeAlias = tuple[int, ...]
"""Where the whole match and each group begins and ends; -1 where a group took no part."""


class Unusable(ValueError):
    """The expression asks for what cannot be followed this way."""


class _State(NamedTuple):
    """Takes a character, notes a place, asserts something, or goes on to others, the first one first."""

    takes: Callable[[str], bool] | None = None
    slot: int = -1
    asserts: Any = None
    to: tuple[int, ...] = ()


class Automaton:
    """The states of one expression; state 0 accepts."""

    def __init__(self, pattern: str, flags: int) -> None:
        tree = _parser.parse(pattern, flags)
        self._parsed = tree.state
        self.groups = tree.state.groups - 1
        self.states: list[_State] = [_State()]
        end = self._state(_State(slot=1, to=(0,)))
        body = self._sequence(tree, end, tree.state.flags)
        self.start = self._state(_State(slot=0, to=(body,)))

    # Building, from the end to the start -----------------------------------------------------------------

    def _state(self, state: _State) -> int:
        if len(self.states) >= MAX_STATES:
            raise Unusable("it is too large")
        self.states.append(state)
        return len(self.states) - 1

    def _sequence(self, items: Any, after: int, flags: int) -> int:
        for item in reversed(list(items)):
            after = self._item(item, after, flags)
        return after

    def _item(self, item: Any, after: int, flags: int) -> int:
        code, value = item
        match str(code):
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                return self._state(_State(takes=self._character(item, flags), to=(after,)))
            case "AT":
                return self._state(_State(asserts=(value, bool(flags & re.MULTILINE)), to=(after,)))
            case "BRANCH":
                options = tuple(self._sequence(option, after, flags) for option in value[1])
                return self._state(_State(to=options))
            case "SUBPATTERN":
                return self._group(value, after, flags)
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeat(value, after, flags, lazy=code is _constants.MIN_REPEAT)
            case "ASSERT" | "ASSERT_NOT":
                raise Unusable("it looks ahead or behind")
            case "GROUPREF" | "GROUPREF_EXISTS":
                raise Unusable("it refers back to a group")
        raise Unusable("it does not go back on what it took")

    def _character(self, item: Any, flags: int) -> Callable[[str], bool]:
        """Return the test of one character, which `re` does."""
        single = _parser.SubPattern(self._parsed, [item])
        matches = _compiler.compile(single, flags).fullmatch
        known: dict[str, bool] = {}

        def takes(char: str) -> bool:
            found = known.get(char)
            if found is None:
                found = known[char] = matches(char) is not None
            return found

        return takes

    def _group(self, value: Any, after: int, flags: int) -> int:
        number, added, removed, body = value
        inner = (flags | added) & ~removed
        if number is None:
            return self._sequence(body, after, inner)
        end = self._state(_State(slot=2 * number + 1, to=(after,)))
        return self._state(_State(slot=2 * number, to=(self._sequence(body, end, inner),)))

    def _repeat(self, value: Any, after: int, flags: int, *, lazy: bool) -> int:
        least, most, body = value

        def fork(inner: int, outer: int) -> tuple[int, ...]:
            return (outer, inner) if lazy else (inner, outer)

        if most is _constants.MAXREPEAT:
            loop = self._state(_State())
            self.states[loop] = _State(to=fork(self._sequence(body, loop, flags), after))
            after = loop
        else:
            end = after
            for _ in range(min(int(most), MAX_STATES) - min(int(least), MAX_STATES)):
                after = self._state(_State(to=fork(self._sequence(body, after, flags), end)))
        for _ in range(min(int(least), MAX_STATES)):
            after = self._sequence(body, after, flags)
        return after

    # Following -------------------------------------------------------------------------------------------

    def matches(self, text: str) -> Iterator[Groups]:
        """Yield the matches in a text from left to right, none within another."""
        at = 0
        barred = -1
        while at <= len(text):
            found = self.match(text, at, barred)
            if found is None:
                return
            yield found
            at = found[1]
            # After an empty match the next one may begin at the same place, but not be empty too.
            barred = at if found[0] == at else -1

    def match(self, text: str, start: int, barred: int = -1) -> Groups | None:
        """Return the first match from `start` on, but for an empty one at `barred`."""
        found: Groups | None = None
        empty: Groups = (-1,) * (2 * self.groups + 2)
        threads: list[tuple[int, Groups]] = []
        for at in range(start, len(text) + 1):
            if found is None:
                threads.append((self.start, empty))
            elif not threads:
                break
            threads = self._settled(threads, text, at)
            char = text[at : at + 1]
            after: list[tuple[int, Groups]] = []
            for state, groups in threads:
                if state == 0:
                    if groups[0] == groups[1] == barred:
                        continue
                    found = groups
                    break
                takes = self.states[state].takes
                if takes is not None and char and takes(char):
                    after.append((self.states[state].to[0], groups))
            threads = after
        return found

    def _settled(self, threads: Sequence[tuple[int, Groups]], text: str, at: int) -> list[tuple[int, Groups]]:
        """Return the threads once each stands before a character or has arrived."""
        settled: list[tuple[int, Groups]] = []
        seen: set[int] = set()
        for thread in threads:
            waiting = [thread]
            while waiting:
                state, groups = waiting.pop()
                if state in seen:
                    continue
                seen.add(state)
                takes, slot, asserts, to = self.states[state]
                if takes is not None or state == 0:
                    settled.append((state, groups))
                    continue
                if slot >= 0:
                    groups = (*groups[:slot], at, *groups[slot + 1 :])
                elif asserts is not None and not _holds(asserts, text, at):
                    continue
                waiting.extend((following, groups) for following in reversed(to))
        return settled


def _holds(asserts: tuple[Any, bool], text: str, at: int) -> bool:
    what, multiline = asserts
    match str(what):
        case "AT_BEGINNING":
            return at == 0 or (multiline and text[at - 1] == "\n")
        case "AT_BEGINNING_STRING":
            return at == 0
        case "AT_END":
            return at == len(text) or (text[at] == "\n" and (multiline or at == len(text) - 1))
        case "AT_END_STRING":
            return at == len(text)
        case "AT_BOUNDARY" | "AT_NON_BOUNDARY":
            edge = _is_word(text[at - 1 : at] if at else "") != _is_word(text[at : at + 1])
            return edge == (str(what) == "AT_BOUNDARY")
    raise AssertionError(what)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"

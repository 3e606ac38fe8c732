"""Where an expression is found in a text, and its groups: the match that `re` would find.

Threads carry what the groups hold, the one that `re` would try first in front.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias, assert_never

from turbo_yaml.types.pattern.program import ACCEPT, Program, is_word
from turbo_yaml.types.pattern.syntax import read_pattern
from turbo_yaml.types.pattern.tree import Assert, Atom, Either, Group, Place, Repeat, Then, Tree

Groups: TypeAlias = tuple[int, ...]
"""Where the whole match and each group begins and ends; -1 where a group took no part."""

Spend: TypeAlias = Callable[[int], None]
"""Is told of steps that are to be taken; raises where they are too many."""

_QUICK: Final = 5_000_000
"""Steps that `re` may take at the very worst, so that a search can be left to it."""
_AT_ONCE: Final = 2000
_KNOWN_CHARACTERS: Final = 4096


class Search:
    """An expression that can be searched for."""

    def __init__(self, text: str, flags: re.RegexFlag) -> None:
        read = read_pattern(text, flags)
        self.groups = read.groups
        self.program = Program(read.tree, groups=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.quick = re.compile(text, flags)
        self._ways = _ways(read.tree)
        self._nothing: Groups = (-1,) * (2 * self.groups + 2)
        self._takes: list[dict[str, bool]] = [{} for _ in self.program.states]

    def matches(self, text: str, spend: Spend) -> Iterator[Groups]:
        """Yield the matches in a text from left to right, none within another."""
        if self._ways <= 1 and (len(text) + 1) ** (self._ways + 1) <= _QUICK:
            spend((len(text) + 1) ** (self._ways + 1) // 50)
            for found in self.quick.finditer(text):
                yield tuple(place for number in range(self.groups + 1) for place in found.span(number))
        else:
            yield from self.followed(text, spend)

    def followed(self, text: str, spend: Spend) -> Iterator[Groups]:
        """Yield the matches, found without `re`."""
        at = 0
        barred = -1
        while at <= len(text):
            found = self._match(text, at, barred, spend)
            if found is None:
                return
            yield found
            at = found[1]
            # After an empty match the next one may begin at the same place, but not be empty too.
            barred = at if found[0] == at else -1

    def _match(self, text: str, start: int, barred: int, spend: Spend) -> Groups | None:
        """Return the first match from `start` on, but for an empty one at `barred`."""
        states = self.program.states
        found: Groups | None = None
        threads: list[tuple[int, Groups]] = []
        work = 0
        for at in range(start, len(text) + 1):
            if found is None:
                threads.append((self.program.start, self._nothing))
            elif not threads:
                break
            threads, taken = self._settled(threads, text, at)
            work += taken
            if work > _AT_ONCE:
                spend(work)
                work = 0
            char = text[at : at + 1]
            after: list[tuple[int, Groups]] = []
            for state, groups in threads:
                if state == ACCEPT:
                    if groups[0] == groups[1] == barred:
                        continue
                    found = groups
                    break
                if char and self._taken(state, char):
                    after.append((states[state].to[0], groups))
            threads = after
        spend(work)
        return found

    def _taken(self, state: int, char: str) -> bool:
        """Tell whether a state takes a character, which is remembered."""
        known = self._takes[state]
        taken = known.get(char)
        if taken is None:
            if len(known) >= _KNOWN_CHARACTERS:
                known.clear()
            takes = self.program.states[state].takes
            taken = known[char] = takes is not None and takes(char) is not None
        return taken

    def _settled(
        self, threads: list[tuple[int, Groups]], text: str, at: int
    ) -> tuple[list[tuple[int, Groups]], int]:
        """Return the threads once each stands before a character or has arrived, and the steps it took."""
        states = self.program.states
        settled: list[tuple[int, Groups]] = []
        seen: set[int] = set()
        for thread in threads:
            waiting = [thread]
            while waiting:
                state, groups = waiting.pop()
                if state in seen:
                    continue
                seen.add(state)
                takes, asserts, slot, to = states[state]
                if takes is not None or state == ACCEPT:
                    settled.append((state, groups))
                    continue
                if slot >= 0:
                    groups = (*groups[:slot], at, *groups[slot + 1 :])
                elif asserts is not None and not _holds(asserts, text, at):
                    continue
                waiting.extend((following, groups) for following in reversed(to))
        return settled, len(seen) * (2 + self.groups // 16)


def _holds(what: Place, text: str, at: int) -> bool:
    match what:
        case "start":
            return at == 0
        case "end":
            return at == len(text)
        case "line start":
            return at == 0 or text[at - 1] == "\n"
        case "line end":
            return at == len(text) or text[at] == "\n"
        case "last line":
            return at == len(text) or (at == len(text) - 1 and text[at] == "\n")
        case "edge" | "no edge":
            edge = is_word(text[at - 1 : at] if at else "") != is_word(text[at : at + 1])
            return edge == (what == "edge")
        case _:
            assert_never(what)


def _ways(tree: Tree) -> int:
    """Return how many choices a search must make: of more than one, `re` may try all combinations."""
    match tree:
        case Atom() | Assert():
            return 0
        case Then(parts):
            return sum(map(_ways, parts))
        case Either(options):
            return 1 + sum(map(_ways, options))
        case Repeat(part, least, most):
            times = 2 if most is None or most > 1 else 1
            return _ways(part) * times + (most is None or least < most)
        case Group(_, part):
            return _ways(part)
        case _:
            assert_never(tree)


@lru_cache(maxsize=256)
def compile_search(text: str, flags: re.RegexFlag) -> Search:
    """Return a search for an expression; `PatternProblem` where it cannot be used."""
    return Search(text, flags)

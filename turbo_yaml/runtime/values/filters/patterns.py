"""Filters with regular expressions; what they may cost is known before they run."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from turbo_yaml.errors import LimitError
from turbo_yaml.runtime.values.bounds import spend
from turbo_yaml.runtime.values.filters.automaton import Automaton, Groups, Unusable
from turbo_yaml.runtime.values.filters.texts import as_text
from turbo_yaml.runtime.values.words import described, wrong_kind, wrong_value

LONGEST: Final = 500
"""Characters of an expression."""

_QUICK_WORK: Final = 5_000_000
"""Steps that `re` may take at the very worst, so that it can be left to it."""

_WORK: Final = 2_000_000
"""States times characters: what one search may cost, about a second."""

_REPEATS = re.compile(r"[*+]|\{\d*,\d*\}|\{\d{2,}\}")


class _Expression:
    """An expression with both ways to search for it."""

    def __init__(self, pattern: str, flags: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.automaton = Automaton(pattern, flags)
            self.quick = re.compile(pattern, flags)
        self.repeats = len(_REPEATS.findall(pattern))
        self.groups = self.automaton.groups

    def matches(self, text: str) -> Iterator[Groups]:
        """Yield the matches in a text."""
        if self.repeats <= 1 and (len(text) + 1) ** (self.repeats + 1) <= _QUICK_WORK:
            for found in self.quick.finditer(text):
                yield tuple(place for number in range(self.groups + 1) for place in found.span(number))
            return
        work = len(text) * len(self.automaton.states)
        if work > _WORK:
            raise LimitError(
                f"a text of {len(text)} characters is too long for this pattern", hint="search a part of it"
            )
        spend(work * 20)
        yield from self.automaton.matches(text)


@lru_cache(maxsize=256)
def _compiled(pattern: str, flags: int) -> _Expression:
    return _Expression(pattern, flags)


def _expression(pattern: Any, ignorecase: bool, multiline: bool) -> _Expression:
    if not isinstance(pattern, str):
        raise wrong_kind(f"a pattern is a text, not {described(pattern)}")
    if len(pattern) > LONGEST:
        raise wrong_value(f"a pattern has at most {LONGEST} characters")
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        return _compiled(str(pattern), int(flags))
    except Unusable as problem:
        raise wrong_value(f"this pattern cannot be used: {problem}") from None
    except (re.error, OverflowError, RecursionError) as problem:
        raise wrong_value(f"this pattern cannot be read: {problem}") from None


def regex_search(value: Any, pattern: Any, ignorecase: bool = False, multiline: bool = False) -> Any:
    """Return the first match: its text, or that of its group, or a list of its groups; null without one."""
    text = as_text(value)
    expression = _expression(pattern, ignorecase, multiline)
    for places in expression.matches(text):
        groups = _groups(text, places)
        if expression.groups <= 1:
            return groups[-1]
        return groups[1:]
    return None


def regex_findall(value: Any, pattern: Any, ignorecase: bool = False, multiline: bool = False) -> list[Any]:
    """Return all matches: their texts, or those of their group, or lists of their groups."""
    text = as_text(value)
    expression = _expression(pattern, ignorecase, multiline)
    found: list[Any] = []
    for places in expression.matches(text):
        groups = [group or "" for group in _groups(text, places)]
        found.append(groups[-1] if expression.groups <= 1 else groups[1:])
    return found


def _groups(text: str, places: Groups) -> list[str | None]:
    """Return the texts of the whole match and its groups; None where a group took no part."""
    pairs = zip(places[::2], places[1::2], strict=True)
    return [None if start < 0 or end < 0 else str(text[start:end]) for start, end in pairs]


FILTERS = {function.__name__: function for function in (regex_search, regex_findall)}

"""Filters with regular expressions; what they cost is counted as they go."""

from __future__ import annotations

import re
from typing import Any, Final

from turbo_yaml.runtime.values.bounds import spend
from turbo_yaml.runtime.values.filters.costs import COSTS
from turbo_yaml.runtime.values.filters.texts import as_text
from turbo_yaml.runtime.values.words import described, wrong_kind, wrong_value
from turbo_yaml.types.pattern.searching import Groups, Search, compile_search
from turbo_yaml.types.pattern.tree import PatternProblem

LONGEST: Final = 500
"""Characters of an expression."""

_STEP: Final = 25
"""What a step of a search costs."""


def _spend(steps: int) -> None:
    spend(steps * _STEP)


def _search(pattern: Any, ignorecase: bool, multiline: bool) -> Search:
    if not isinstance(pattern, str):
        raise wrong_kind(f"a pattern is a text, not {described(pattern)}")
    if len(pattern) > LONGEST:
        raise wrong_value(f"a pattern has at most {LONGEST} characters")
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        return compile_search(str(pattern), re.RegexFlag(flags))
    except PatternProblem as problem:
        raise wrong_value(f"this pattern cannot be used: {problem.message}", problem.hint) from None
    except (re.error, OverflowError, RecursionError) as problem:
        raise wrong_value(f"this pattern cannot be read: {problem}") from None


def regex_search(value: Any, pattern: Any, ignorecase: bool = False, multiline: bool = False) -> Any:
    """Return the first match: its text, or that of its group, or a list of its groups; null without one."""
    text = as_text(value, "regex_search")
    search = _search(pattern, ignorecase, multiline)
    for places in search.matches(text, _spend):
        groups = _groups(text, places)
        if search.groups <= 1:
            return groups[-1]
        return groups[1:]
    return None


def regex_findall(value: Any, pattern: Any, ignorecase: bool = False, multiline: bool = False) -> list[Any]:
    """Return all matches: their texts, or those of their group, or lists of their groups."""
    text = as_text(value, "regex_findall")
    search = _search(pattern, ignorecase, multiline)
    found: list[Any] = []
    for places in search.matches(text, _spend):
        groups = [group or "" for group in _groups(text, places)]
        found.append(groups[-1] if search.groups <= 1 else groups[1:])
        if len(found) % 100 == 0:
            spend(100 * (COSTS["list"] + _FOUND * len(groups)))
    return found


_FOUND: Final = 200
"""What a text costs that was found."""


def _groups(text: str, places: Groups) -> list[str | None]:
    """Return the texts of the whole match and its groups; None where a group took no part."""
    pairs = zip(places[::2], places[1::2], strict=True)
    return [None if start < 0 or end < 0 else str(text[start:end]) for start, end in pairs]


FILTERS = {function.__name__: function for function in (regex_search, regex_findall)}

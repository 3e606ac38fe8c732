"""Assertions about text."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.errors import FlowError
from turbo_yaml.testing.assertions.finding import Finding, Look, listed, quoted


def contains(look: Look) -> Finding:
    """Find a text in the subject."""
    holds = look.value in look.text
    return Finding(holds, f"{quoted(look.value)} is {'' if holds else 'not '}in the text", got=look.text)


def icontains(look: Look) -> Finding:
    """Find a text in the subject, in capitals or not."""
    holds = look.value.lower() in look.text.lower()
    return Finding(holds, f"{quoted(look.value)} is {'' if holds else 'not '}in the text", got=look.text)


def contains_all(look: Look) -> Finding:
    """Find all of several texts in the subject."""
    return _all(look, look.value, look.text, list(look.value))


def icontains_all(look: Look) -> Finding:
    """Find all of several texts in the subject, in capitals or not."""
    return _all(look, look.value, look.text.lower(), [text.lower() for text in look.value])


def _all(look: Look, written: list[str], text: str, wanted: list[str]) -> Finding:
    missing = [one for one, folded in zip(written, wanted, strict=True) if folded not in text]
    if not missing:
        return Finding(True, "all of them are in the text", got=look.text)
    verb = "is" if len(missing) == 1 else "are"
    return Finding(False, f"{listed(missing)} {verb} not in the text", got=look.text)


def contains_any(look: Look) -> Finding:
    """Find one of several texts in the subject."""
    return _any(look, [text for text in look.value if text in look.text])


def icontains_any(look: Look) -> Finding:
    """Find one of several texts in the subject, in capitals or not."""
    folded = look.text.lower()
    return _any(look, [text for text in look.value if text.lower() in folded])


def _any(look: Look, there: list[str]) -> Finding:
    if there:
        return Finding(True, f"{quoted(there[0])} is in the text", got=look.text)
    return Finding(False, f"none of {listed(look.value)} is in the text", got=look.text)


def starts_with(look: Look) -> Finding:
    """Compare how the subject begins."""
    holds = look.text.startswith(look.value)
    return Finding(holds, f"the text {'begins' if holds else 'does not begin'} with this", got=look.text)


def ends_with(look: Look) -> Finding:
    """Compare how the subject ends."""
    holds = look.text.endswith(look.value)
    return Finding(holds, f"the text {'ends' if holds else 'does not end'} with this", got=look.text)


def regex(look: Look) -> Finding:
    """Search the subject for a pattern."""
    from turbo_yaml.runtime.values.filters.patterns import regex_search

    try:
        holds = regex_search(look.text, f"(?:{look.value})") is not None
    except FlowError as problem:
        return Finding(False, problem.message)
    return Finding(
        holds, f"the pattern fits {'something' if holds else 'nothing'} in the text", got=look.text
    )


def word_count(look: Look) -> Finding:
    """Count the words of the subject."""
    count = len(look.text.split())
    least, most = look.value.get("min", 0), look.value.get("max", count)
    wanted = f"{least}" if least == look.value.get("max") else _range(look.value)
    return Finding(
        least <= count <= most, f"the text has {count} words, and {wanted} are asked for", got=look.text
    )


def _range(bounds: dict[str, int]) -> str:
    if "max" not in bounds:
        return f"{bounds['min']} or more"
    return f"at most {bounds['max']}" if "min" not in bounds else f"{bounds['min']} to {bounds['max']}"


_REFUSALS: Final = re.compile(
    r"""\b(?:
        (?:i'm|i\ am|we're|we\ are|i)\ +(?:(?:very|really|so|truly)\ +)?(?:sorry|afraid)\b [^.!?\n]{0,60}
            \b(?:cannot|can't|can\ not|unable|not\ able|won't)
        | i\ +(?:cannot|can't|can\ not|won't|will\ not|must\ decline\ to|have\ to\ decline\ to|decline\ to)
            \ +(?:be\ able\ to\ +)?(?:help|assist|answer|provide|comply|do\ that|discuss|write|create|support)
        | (?:unable|not\ able|not\ allowed|not\ permitted)\ +to
            \ +(?:help|assist|answer|provide|comply|do\ that|discuss|write|create|support)
        | as\ an?\ +(?:ai|artificial\ intelligence|(?:large\ +)?language\ +model)
        | (?:goes\ )?against\ +my\ +(?:guidelines|programming|policies|principles)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def is_refusal(look: Look) -> Finding:
    """Look for the words with which models decline; an empty text counts as one."""
    text = look.text.replace("’", "'")
    found = _REFUSALS.search(text[:20_000])
    if found is not None:
        return Finding(True, f"the text declines: {quoted(found[0])}", got=look.text)
    if not text.strip():
        return Finding(True, "the text is empty", got=look.text)
    return Finding(False, "the text does not decline", got=look.text)

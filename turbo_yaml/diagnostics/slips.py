"""Findings to one for each slip: what two of them say of the same slip is told by one."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.diagnostics.diagnostic import Diagnostic
from turbo_yaml.diagnostics.suggest import Replacement

_MOST: Final = 60
"""More findings than these do not come of a few slips, and each is held against each."""
_NEAR: Final = 8
"""Lines that a key may have been moved by."""
_MOVED: Final = frozenset(
    {"yaml-indentation", "yaml-missing-space", "yaml-missing-dash", "yaml-missing-colon"}
)
"""Slips after which the lines that hang below theirs belong to something else."""
_HANGING: Final = frozenset(
    {
        "yaml-colon-in-text",
        "yaml-duplicate-key",
        "yaml-indentation",
        "yaml-reserved-character",
        "yaml-unquoted-template",
    }
)
"""What may be said of lines that hang below a slip."""
_OF_A_NAME: Final = frozenset({"bad-name", "reserved-name"})
_OF_AN_ENTRY: Final = frozenset({"missing-key", "unknown-key", "unknown-type"})
_NEEDS: Final = r" needs (.+)"
_QUOTED: Final = r"`([^`]+)`"
_KEY: Final = r"([A-Za-z_]\w*)\??:\s*\Z"
_WORD: Final = r"[A-Za-z_]+"


def one_for_each_slip(found: list[Diagnostic]) -> list[Diagnostic]:
    """Return the findings without those that another one of them accounts for; of very many, all."""
    if not 1 < len(found) <= _MOST:
        return found
    return [one for one in found if not any(other is not one and _tells(other, one) for other in found)]


def _tells(told: Diagnostic, one: Diagnostic) -> bool:
    """Tell whether a finding accounts for another one."""
    if told.source is not one.source:
        return False
    return _tells_of_keys(told, one) or _tells_of_values(told, one) or _tells_of_neighbours(told, one)


def _tells_of_keys(told: Diagnostic, one: Diagnostic) -> bool:
    """Tell whether a finding accounts for another one, which is about keys, or what stands after them."""
    line, other = _line(told), _line(one)
    match one.rule:
        case "missing-key" if told.rule in ("unknown-key", "unknown-type") and _is_moved(told, one):
            return True
        case "missing-key" if isinstance(told.help, Replacement) and " is there for " in one.message:
            return told.help.instead in _quoted(one)
        case "missing-key" if told.rule == "missing-value":
            return told.span == one.span
        case "missing-key" if told.rule == "missing-key" and " has no `" in one.message:
            return told.span.start < one.span.start and not set(_wanted(told)).isdisjoint(_quoted(one))
        case "missing-argument" if told.rule == "unknown-type":
            return _moved_word(told) in _wanted(one)
        case "missing-argument" if told.rule == "unknown-key":
            return _text(told) == "with" and abs(line - other) <= _NEAR
        case "unknown-key" | "reserved-name" if told.rule == one.rule and _text(told).count('"') % 2 == 1:
            return line == other and told.span.start < one.span.start
        case "unknown-key" | "unknown-type" if told.rule in _MOVED and 0 < other - line <= _NEAR:
            return _hangs(told, line, other)
        case "missing-value" if told.rule in ("unknown-key", "yaml-missing-dash"):
            return other == line + 1
        case "missing-step" if told.rule == "two-steps":
            return 0 < line - other <= _NEAR
        case "wrong-kind" if told.rule in _MOVED:
            return 0 < other - line <= 2
        case "yaml-unquoted-template" if told.rule == "wrong-kind" or told.rule in _MOVED:
            return told.span.start <= one.span.start and other - line <= 4
        case "yaml-unquoted-template" if told.rule == "bad-name":
            return line == other
        case "yaml-unquoted-template" if told.rule == "template-syntax" and "is not closed" in told.message:
            return 0 < other - line <= _NEAR
    return False


def _tells_of_values(told: Diagnostic, one: Diagnostic) -> bool:
    """Tell whether a finding accounts for another one, which is about names and what they hold."""
    match one.rule:
        case "maybe-wrong" | "never-equal" | "unknown-field" if (
            told.rule == "wrong-test" and one.severity == "warning"
        ):
            return not _words(told.message).isdisjoint(_words(" ".join(_quoted(one))))
        case "unknown-case" | "never-equal" if told.rule == one.rule:
            return not _words(_text(one)).isdisjoint(_words_advised(told))
        case "unknown-flow" | "unknown-tool" if told.rule == "wrong-kind":
            return told.message.endswith("there is no name of one above it")
        case "wrong-output" if told.rule == "unknown-field":
            return one.message.endswith((f"`{_text(told)}` is missing", f".{_text(told)}` is missing"))
        case "maybe-missing" if told.rule == "unknown-field":
            return _line(told) == _line(one)
        case "maybe-wrong" if told.rule == "wrong-output":
            return _quoted(one)[:2] == _quoted(told)[:2]
        case "maybe-wrong" if told.rule == "maybe-null":
            return one.span.start <= told.span.start < one.span.end
    return False


def _tells_of_neighbours(told: Diagnostic, one: Diagnostic) -> bool:
    """Tell whether a finding accounts for another one that stands beside it, or hangs below it."""
    line, other = _line(told), _line(one)
    if told.rule == one.rule:
        return told.span.start < one.span.start and _beside(told, one)
    if told.rule == "yaml-missing-colon" and one.rule.startswith("yaml-"):
        return line == other and told.span.start < one.span.start
    if one.rule in _OF_AN_ENTRY and told.rule in _OF_A_NAME:
        return line == other
    if one.rule in _HANGING and told.rule in _MOVED and told.span.start < one.span.start:
        return _hangs(told, line, other)
    return False


def _wanted(one: Diagnostic) -> list[str]:
    """Return the names of the keys that are missing."""
    needs = re.search(_NEEDS, one.message)
    return re.findall(_QUOTED, needs[1]) if needs else []


def _quoted(one: Diagnostic) -> list[str]:
    """Return what stands in backticks in a message."""
    return re.findall(_QUOTED, one.message)


def _is_moved(told: Diagnostic, one: Diagnostic) -> bool:
    """Tell whether what is missing is what stands somewhere near."""
    near = abs(_line(told) - _line(one)) <= _NEAR
    return told.span.start == one.span.start or (near and _moved_word(told) in _wanted(one))


def _words(text: str) -> set[str]:
    return set(re.findall(_WORD, text))


def _moved_word(one: Diagnostic) -> str:
    """Return the key that is not known, or whose type is not."""
    start, end = one.span
    if one.rule == "unknown-type":
        key = re.search(_KEY, one.source.text[one.source.text.rfind("\n", 0, start) + 1 : start])
        return key[1] if key else ""
    word = re.compile(_WORD).match(one.source.text, start, end)
    return word[0] if word else ""


def _beside(told: Diagnostic, one: Diagnostic) -> bool:
    """Tell whether two findings are about items of one list in brackets, neither of which is a word."""
    between = one.source.text[told.span.end : one.span.start]
    return between.strip() == "," and not re.match(_WORD, _text(told)) and not re.match(_WORD, _text(one))


def _words_advised(told: Diagnostic) -> list[str]:
    """Return the other words of the label that is meant instead, where a comma is missing between them."""
    advised = re.findall(_QUOTED, told.help or "")
    words = advised[0].split() if len(advised) == 1 else []
    return words[1:] if words and words[0] in _words(_text(told)) else []


def _text(one: Diagnostic) -> str:
    return one.source.text[one.span.start : one.span.end]


def _hangs(slip: Diagnostic, first: int, last: int) -> bool:
    """Tell whether all lines between a slip and another one are as deep as that of the slip, or deeper."""
    depth = _depth(slip.source.line_text(first))
    below = (slip.source.line_text(number) for number in range(first + 1, last + 1))
    return all(_depth(line) >= depth for line in below if line.strip())


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _line(one: Diagnostic) -> int:
    return one.source.position(one.span.start).line

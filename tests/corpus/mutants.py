"""Good flows to mutants: one small slip each, of the kinds that hands make, drawn with a seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from turbo_yaml.source import Source
from turbo_yaml.syntax import Mapping, Node, Scalar, Sequence
from turbo_yaml.syntax.loader import parse_yaml
from turbo_yaml.syntax.tree import Entry

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_EXPRESSION = re.compile(
    r"(?<=\b(?:if|in): ).+|(?<=\b(?:when): ).+|(?<=\b(?:while|match): ).+|(?<=: )assert: .+"
)
_WORD = re.compile(r"(?<![\w'\"])[a-z_]{3,}\b(?!['\"])", re.IGNORECASE)
_OPERATORS = {"+": "~", "==": "=", "!=": "=!", ">=": "=>", "<=": "=<", " and ": " && ", " or ": " || "}
_TYPES = ("string", "integer", "number", "boolean")
_ODD_VALUES = ("three", "[1, 2]", "{a: 1}", "-1", "null", "yes")


@dataclass(frozen=True)
class Mutant:
    """A flow with one slip: what kind, in which file, where the texts begin to differ."""

    kind: str
    path: Path
    text: str


def mutants(paths: list[Path], count: int, seed: int) -> list[Mutant]:
    """Return so many different mutants, spread over the flows and the kinds of slips."""
    random = Random(seed)
    found: dict[tuple[Path, str], Mutant] = {}
    while len(found) < count:
        path = random.choice(paths)
        kind = random.choice([*KINDS])
        whole = path.read_text("utf-8")
        text, mark, tests = whole.partition("\ntests:\n")
        slips = [*KINDS[kind](text + "\n" if mark else text)]
        if not slips:
            continue
        start, end, new = random.choice(slips)(random)
        mutated = text[:start] + new + text[end:] + mark + tests
        if mutated != whole:
            found.setdefault((path, mutated), Mutant(kind, path, mutated))
    return [*found.values()]


Slip = Callable[[Random], tuple[int, int, str]]
"""What is put in place of what: start, end, text."""


def _of(start: int, end: int, new: str) -> Slip:
    return lambda random: (start, end, new)


# The tree ----------------------------------------------------------------------------------------------


def _entries(text: str) -> Iterator[tuple[Mapping, Entry]]:
    root = parse_yaml(Source("", text))[0]
    waiting: list[Node] = [] if root is None else [root]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            for entry in node.entries.values():
                yield node, entry
                waiting.append(entry.value)


def _delete_key(text: str) -> Iterator[Slip]:
    """Take an entry away with all that is below it."""
    for mapping, entry in _entries(text):
        start, end = entry.key.start, entry.value.end
        if mapping.flow:
            comma = re.compile(r",\s*").match(text, end)
            yield _of(start, comma.end() if comma else end, "")
        else:
            line = text.rfind("\n", 0, start) + 1
            first = text[line:start].strip()
            after = text.find("\n", max(end - 1, start)) + 1 or len(text)
            if not first:
                yield _of(line, after, "")
            elif len(mapping.entries) > 1:  # `- key: …` with more below: the next key takes the place
                yield _of(start, after + len(text[line:start]), "")


def _misspell_key(text: str) -> Iterator[Slip]:
    for _, entry in _entries(text):
        yield _misspelt(entry.key.start, entry.key.end, text)


def _swap_value(text: str) -> Iterator[Slip]:
    """Put a value of another type."""
    for _, entry in _entries(text):
        value = entry.value
        if (isinstance(value, Scalar) and value.style == "" and value.text and "{{" not in value.text) or (
            not isinstance(value, Scalar) and "\n" not in text[value.start : value.end]
        ):
            yield _odd(value.start, value.end)


def _swap_type(text: str) -> Iterator[Slip]:
    for found in re.finditer(rf"(?<=: )\b(?:{'|'.join(_TYPES)})\b", text):
        yield lambda random, found=found: (
            *found.span(),
            random.choice([name for name in _TYPES if name != found[0]]),
        )


def _odd(start: int, end: int) -> Slip:
    return lambda random: (start, end, random.choice(_ODD_VALUES))


def _misspelt(start: int, end: int, text: str) -> Slip:
    """Leave a letter out, write it twice, or swap it with the next one."""

    def slip(random: Random) -> tuple[int, int, str]:
        word = text[start:end]
        at = random.randrange(len(word))
        before, here, after = word[:at], word[at], word[at + 1 :]
        ways = [before + after, before + here + here + after, before + after[:1] + here + after[1:]]
        return start, end, random.choice(ways)

    return slip


# Expressions -------------------------------------------------------------------------------------------


def _expressions(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_TEMPLATE, _EXPRESSION):
        for found in pattern.finditer(text):
            yield found.span()


def _misspell_name(text: str) -> Iterator[Slip]:
    for start, end in _expressions(text):
        for word in _WORD.finditer(text, start, end):
            yield _misspelt(*word.span(), text)


def _other_name(text: str) -> Iterator[Slip]:
    """Put another word of the file's expressions in the place of one."""
    words = [word for start, end in _expressions(text) for word in _WORD.finditer(text, start, end)]
    for word in words:
        yield lambda random, word=word: (*word.span(), random.choice(words)[0])


def _swap_operator(text: str) -> Iterator[Slip]:
    for start, end in _expressions(text):
        for was, is_ in _OPERATORS.items():
            at = text.find(was, start, end)
            if at >= 0:
                yield _of(at, at + len(was), is_)


def _quote_number(text: str) -> Iterator[Slip]:
    for start, end in _expressions(text):
        for found in re.compile(r"(?<![\w.'])\d+(?![\w.'])").finditer(text, start, end):
            yield _of(*found.span(), f"'{found[0]}'")


# Characters --------------------------------------------------------------------------------------------


def _drop(characters: str) -> Callable[[str], Iterator[Slip]]:
    def slips(text: str) -> Iterator[Slip]:
        for at, character in enumerate(text):
            if character in characters:
                yield _of(at, at + 1, "")

    return slips


def _drop_colon(text: str) -> Iterator[Slip]:
    for _, entry in _entries(text):
        yield _of(entry.key.end, entry.key.end + 1, "")


def _drop_space(text: str) -> Iterator[Slip]:
    for found in re.finditer(r"(?<=[:\-]) (?=\S)", text):
        yield _of(*found.span(), "")


# Lines -------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r".+\n", text)]


def _delete_line(text: str) -> Iterator[Slip]:
    for start, end in _lines(text):
        yield _of(start, end, "")


def _repeat_line(text: str) -> Iterator[Slip]:
    for start, end in _lines(text):
        yield _of(end, end, text[start:end])


def _swap_lines(text: str) -> Iterator[Slip]:
    lines = _lines(text)
    for (start, middle), (second, end) in pairwise(lines):
        if middle == second:
            yield _of(start, end, text[second:end] + text[start:middle])


def _shift_line(text: str) -> Iterator[Slip]:
    for start, _ in _lines(text):
        if text.startswith("  ", start):
            yield lambda random, start=start: (start, start + 2, random.choice(["", "    ", "\t", " "]))


KINDS: dict[str, Callable[[str], Iterator[Slip]]] = {
    "delete a key": _delete_key,
    "misspell a key": _misspell_key,
    "put an odd value": _swap_value,
    "swap a type": _swap_type,
    "misspell a name": _misspell_name,
    "use another name": _other_name,
    "swap an operator": _swap_operator,
    "quote a number": _quote_number,
    "drop a bracket": _drop("{}[]()"),
    "drop a quote": _drop("\"'"),
    "drop a sign": _drop("|%-,."),
    "drop a colon": _drop_colon,
    "drop a space": _drop_space,
    "delete a line": _delete_line,
    "repeat a line": _repeat_line,
    "swap two lines": _swap_lines,
    "shift a line": _shift_line,
}
"""Each kind of slip: what yields every one that can be made in a text."""

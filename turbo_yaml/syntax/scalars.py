"""Scalars to text for text slots, and to data by YAML 1.2's core schema for value slots."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source
from turbo_yaml.syntax.tree import Mapping, Node, Scalar, Sequence

_WORDS: Final[dict[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_OLD_TRUE: Final = frozenset(("yes", "on"))
_OLD_WORDS: Final = frozenset(("yes", "on", "no", "off"))
_NUMBER_STARTS: Final = frozenset("-+.0123456789")
_MOST_DIGITS: Final = 20

_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(
    r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|(?:0|[1-9][0-9]*)[eE][-+]?[0-9]+)"
)
# What YAML 1.1 and 1.2 read differently, or what JSON has no form for.
_DOUBTFUL: Final = (
    (r"[-+]?0[0-9_]+(?:[eE][-+]?[0-9]+)?", "an octal number in YAML 1.1 and a decimal one in YAML 1.2"),
    (r"[-+]?0o[0-7_]+", "text in YAML 1.1 and an octal number in YAML 1.2"),
    (r"[-+]?0x[0-9a-fA-F_]+", "a hexadecimal number to some readers and text to others"),
    (r"[-+]?0b[01_]+", "a binary number in YAML 1.1 and text in YAML 1.2"),
    (
        r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?",
        "a number to the base 60 in YAML 1.1 and text in YAML 1.2",
    ),
    (
        r"[-+]?(?=[0-9_.]*_)\.?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?",
        "a number in YAML 1.1 and text in YAML 1.2",
    ),
    (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?", "a date in YAML 1.1 and text in YAML 1.2"),
    (r"[-+]?\.(?:inf|Inf|INF)", "infinity, which JSON has no number for"),
    (r"\.(?:nan|NaN|NAN)", "not a number, which JSON has no form for"),
)


def slot_text(scalar: Scalar) -> str:
    """Return what a scalar says in a text slot: as written, less one line end at the end of a block."""
    text = scalar.text
    return text[:-1] if text.endswith("\n") and scalar.style in ("|", ">") else text


def read_value(scalar: Scalar) -> tuple[object, str | None]:
    """Return the data of a scalar in a value slot, and what is doubtful about it: `yes` reads as …

    Text in quotes or below a `|` is text; plain text follows YAML 1.2's core schema. The data of a doubtful
    scalar is its text. A broken scalar is None without a problem.
    """
    text = scalar.text
    if scalar.style:
        return (None, None) if scalar.style == "broken" else (slot_text(scalar), None)
    if text in _WORDS:
        return _WORDS[text], None
    if text[0] not in _NUMBER_STARTS:
        if len(text) > 3 or text.lower() not in _OLD_WORDS:
            return text, None
        meaning = "true" if text.lower() in _OLD_TRUE else "false"
        return text, f"`{text}` is `{meaning}` in YAML 1.1 and text in YAML 1.2"
    return _number(text)


def data_of(node: Node, source: Source) -> tuple[object, list[Diagnostic]]:
    """Return a node as plain data (dict, list, text, number, bool, None), and what is doubtful in it."""
    found: list[Diagnostic] = []
    return _data(node, source, found), found


def ambiguous(scalar: Scalar, problem: str, source: Source) -> Diagnostic:
    """Return the finding for a scalar that `read_value` has a problem with."""
    shown = scalar.text if len(scalar.text) <= 40 else scalar.text[:39] + "…"
    return Diagnostic(
        "ambiguous-value", problem, source, scalar.span, f'put it in quotes if it is text: `"{shown}"`'
    )


def _data(node: Node, source: Source, found: list[Diagnostic]) -> object:
    if isinstance(node, Scalar):
        value, problem = read_value(node)
        if problem is not None:
            found.append(ambiguous(node, problem, source))
        return value
    if isinstance(node, Sequence):
        return [_data(item, source, found) for item in node.items]
    assert isinstance(node, Mapping)
    return {
        key: _data(entry.value, source, found)
        for key, entry in node.entries.items()
        if entry.key.style != "broken"
    }


def _number(text: str) -> tuple[object, str | None]:
    """Read plain text that begins like a number."""
    if _INTEGER.fullmatch(text):
        if len(text) > _MOST_DIGITS:
            return (
                text,
                f"`{_shown(text)}` has more than {_MOST_DIGITS} digits, more than a whole number may have",
            )
        return int(text), None
    if _FLOAT.fullmatch(text):
        value = float(text)
        if value - value != 0.0:
            return text, f"`{_shown(text)}` is too large for a number"
        return value, None
    if len(text) <= 100:
        for pattern, meaning in _DOUBTFUL:
            if re.fullmatch(pattern, text):
                return text, f"`{_shown(text)}` is {meaning}"
    return text, None


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"

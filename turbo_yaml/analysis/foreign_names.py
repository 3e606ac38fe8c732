"""Names that other languages have, to what is written here instead."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_FILTERS: Final = {
    "abs": "abs",
    "dumps": "tojson",
    "float": "float",
    "int": "int",
    "len": "length",
    "list": "list",
    "lower": "lower",
    "max": "max",
    "min": "min",
    "reversed": "reverse",
    "round": "round",
    "sorted": "sort",
    "str": "string",
    "sum": "sum",
    "upper": "upper",
}
_OTHERS: Final = {
    "enumerate": "`loop.index` counts the rounds of a loop",
    "isinstance": "write `x is string`, or another test",
    "nil": "it is called `none` here",
    "null": "it is called `none` here",
    "print": "a text prints by itself what stands between `{{` and `}}`",
    "steps": "a step's value is read by the name that its `as:` gives it",
    "type": "write `x is string`, or another test",
    "undefined": "`x is defined` asks whether there is a value",
    "zip": "it is a filter: `xs | zip(ys)`",
}
_HOLDERS: Final = frozenset(
    ("args", "context", "ctx", "input", "inputs", "params", "state", "variables", "vars")
)
_MEMBER: Final = r"\s*\.\s*([A-Za-z_]\w*)|\s*\[\s*['\"]([A-Za-z_]\w*)['\"]\s*\]"


def advice_on(name: str, legal: Collection[str], behind: str) -> str | None:
    """Return the next move where a name is from elsewhere. `behind`: what follows it in the text."""
    if name in _FILTERS:
        return f"it is a filter: `x | {_FILTERS[name]}`"
    if name in _HOLDERS:
        member = re.match(_MEMBER, behind)
        word = (member[1] or member[2]) if member else None
        found = f"did you mean `{word}`? " if word in legal else ""
        return f"{found}inputs and variables are read by their names alone"
    return _OTHERS.get(name)

"""Names that an author may give to a variable, and why the others are not free."""

from __future__ import annotations

import unicodedata
from typing import Final

_CONSTANT = "is a constant in expressions"
_OPERATOR = "is an operator in expressions"

RESERVED: Final[dict[str, str]] = {
    "memory": "is the memory's state: `memory.key` reads what `remember` kept",
    "loop": "tells about the round of the loop that is running",
    "error": "tells about the failure that a `catch` deals with",
    "true": _CONSTANT,
    "false": _CONSTANT,
    "none": _CONSTANT,
    "True": _CONSTANT,
    "False": _CONSTANT,
    "None": _CONSTANT,
    "and": _OPERATOR,
    "or": _OPERATOR,
    "not": _OPERATOR,
    "in": _OPERATOR,
    "is": _OPERATOR,
    "if": _OPERATOR,
    "else": _OPERATOR,
}


def name_problem(name: str) -> tuple[str, str] | None:
    """Return why a name cannot be a variable's, and the next move; None where it can."""
    if name in RESERVED:
        return (
            f"`{name}` {RESERVED[name]}, and cannot be a name",
            f"another name, such as `{name.lower()}_value`",
        )
    if name == "_":
        return "`_` is not a name that says what it holds", "a word, such as `answer`"
    if name.startswith("__"):
        return f"`{name}` begins with two underscores, which expressions refuse", _instead(name)
    if not name.isidentifier():
        return (
            f"`{name}` cannot be written in an expression",
            f"letters, digits and `_` can: {_instead(name)}",
        )
    if unicodedata.normalize("NFKC", name) != name:
        return f"`{name}` has letters that look like others", _instead(unicodedata.normalize("NFKC", name))
    return None


def _instead(name: str) -> str:
    kept = "".join(letter if letter.isidentifier() or letter.isdigit() else "_" for letter in name).strip("_")
    kept = unicodedata.normalize("NFKC", kept)
    if not kept.isidentifier():
        kept = f"n{kept}" if f"n{kept}".isidentifier() else "name"
    return f"write `{kept}`"

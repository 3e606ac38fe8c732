"""What a check finds: where, in which words, by which keyword."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from turbo_yaml.records import Record, replace
from turbo_yaml.types.schema.keywords import Path
from turbo_yaml.types.schema.words import place, shown

MAX_FINDINGS: Final = 20
MAX_FOLLOWED: Final = 200_000
"""How many references one check of a value may follow, about a second: forms of forms multiply."""


class TooMuchWork(Exception):
    """The type has so many ways to fit that a value cannot be judged."""


class Finding(Record):
    """What is wrong, with the keyword that says so. `joint` stands between the place and the words."""

    path: Path
    message: str
    rule: str
    joint: str = ": "

    def sentence(self) -> str:
        """Return the place and the words."""
        where = place(self.path)
        return f"{where}{self.joint}{self.message}" if where else self.message


Check: TypeAlias = Callable[[Any], list[Finding] | None]
"""Returns None for a value that fits, so that what fits costs no memory."""


def one(message: str, rule: str) -> list[Finding]:
    """Return one finding about the value itself."""
    return [Finding((), message, rule)]


def under(key: str | int, found: list[Finding]) -> list[Finding]:
    """Return findings about a part as findings about the whole."""
    return [replace(each, path=(key, *each.path)) for each in found]


def nearest_option(found: list[list[Finding]], value: Any, rule: str) -> list[Finding]:
    """Return the findings of the one form whose type fits; where several do, say that none of them fits."""
    kinds = [each for each in found if each[0].path or each[0].rule not in ("type", "const", "enum")]
    if len(kinds) == 1:
        return kinds[0]
    details = list(dict.fromkeys(each[0].sentence() for each in found))
    if len(details) == 1:
        return found[0]
    return one(f"{shown(value)} fits none of {len(found)} forms ({'; '.join(details[:3])})", rule)

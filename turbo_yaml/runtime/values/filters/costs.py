"""What each filter may cost: the table that its work is counted by."""

from __future__ import annotations

from typing import Final

from turbo_yaml.runtime.values.bounds import spend

SMALL: Final = 2000
"""Work that is not worth counting in a filter of texts: some twenty microseconds."""

FLAT: Final = 100
"""What a filter that goes through a list costs before the first item."""

COSTS: Final[dict[str, int]] = {
    # Nothing is gone through.
    "abs": 0, "attr": 0, "count": 0, "d": 0, "default": 0, "filesizeformat": 0, "first": 0, "last": 0,
    "length": 0, "random": 0, "round": 0, "trusted": 0,
    # By the character of the text.
    "capitalize": 1, "center": 1, "code": 15, "e": 5, "escape": 5, "float": 2, "forceescape": 5, "format": 1,
    "fromcsv": 150, "fromjson": 40, "fromjsonl": 100, "fromyaml": 100, "indent": 15,
    "int": 2, "lines": 40, "lower": 1, "regex_findall": 1,
    "regex_search": 1, "replace": 4, "safe": 1, "string": 1, "striptags": 15, "title": 40, "trim": 1,
    "truncate": 1, "upper": 1, "urlencode": 10, "urlize": 200, "wordcount": 20, "words": 40, "wordwrap": 100,
    # By the item of the list, which may be a character.
    "batch": 90, "dictsort": 200, "groupby": 400, "items": 80, "join": 20, "list": 10, "map": 70, "max": 80,
    "min": 80, "reject": 80, "rejectattr": 80, "reverse": 10, "select": 80, "selectattr": 80, "shuffle": 80,
    "slice": 10, "sort": 120, "sum": 40, "unique": 120, "xmlattr": 80, "zip": 90,
    # By the part of the data, and the character in it.
    "json": 80, "pprint": 100, "tojson": 80,
}  # fmt: skip
"""The most that a part costs, in some ten nanoseconds or bytes that are kept.

What a filter does beside that, such as padding, is bounded where it is done.
"""


def charge(name: str, parts: int) -> None:
    """Count what a filter costs that goes through so many parts of a text."""
    work = COSTS[name] * parts
    if work > SMALL:
        spend(work)


def charge_items(name: str, count: int) -> None:
    """Count what a filter costs that goes through so many items of a list."""
    spend(FLAT + COSTS[name] * count)

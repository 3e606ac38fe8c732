"""The words that templates may use: filters, tests and global functions, with their parameters."""

from __future__ import annotations

from typing import NamedTuple


class Signature(NamedTuple):
    """What follows the value: names of parameters, how many must be given, and whether any more may be."""

    parameters: tuple[str, ...] = ()
    required: int = 0
    open: bool = False


def _takes(*parameters: str, open: bool = False) -> Signature:
    """Read `length` as a required parameter, `length=` as one with a default."""
    required = sum(not name.endswith("=") for name in parameters)
    return Signature(tuple(name.rstrip("=") for name in parameters), required, open)


_CASE_AND_ATTRIBUTE = _takes("case_sensitive=", "attribute=")

FILTERS: dict[str, Signature] = {
    "abs": _takes(),
    "attr": _takes("name"),
    "batch": _takes("linecount", "fill_with="),
    "capitalize": _takes(),
    "center": _takes("width="),
    "code": _takes("language="),
    "count": _takes(),
    "d": _takes("default_value=", "boolean="),
    "default": _takes("default_value=", "boolean="),
    "dictsort": _takes("case_sensitive=", "by=", "reverse="),
    "e": _takes(),
    "escape": _takes(),
    "filesizeformat": _takes("binary="),
    "first": _takes(),
    "float": _takes("default="),
    "forceescape": _takes(),
    "format": _takes(open=True),
    "fromcsv": _takes(),
    "fromjson": _takes(),
    "fromjsonl": _takes(),
    "fromyaml": _takes(),
    "groupby": _takes("attribute", "default=", "case_sensitive="),
    "indent": _takes("width=", "first=", "blank="),
    "int": _takes("default=", "base="),
    "items": _takes(),
    "join": _takes("d=", "attribute="),
    "json": _takes("indent="),
    "last": _takes(),
    "length": _takes(),
    "lines": _takes(),
    "list": _takes(),
    "lower": _takes(),
    "map": _takes(open=True),
    "max": _CASE_AND_ATTRIBUTE,
    "min": _CASE_AND_ATTRIBUTE,
    "pprint": _takes(),
    "random": _takes(),
    "regex_findall": _takes("pattern", "ignorecase=", "multiline="),
    "regex_search": _takes("pattern", "ignorecase=", "multiline="),
    "reject": _takes(open=True),
    "rejectattr": _takes("attribute", open=True),
    "replace": _takes("old", "new", "count="),
    "reverse": _takes(),
    "round": _takes("precision=", "method="),
    "safe": _takes(),
    "select": _takes(open=True),
    "selectattr": _takes("attribute", open=True),
    "shuffle": _takes(),
    "slice": _takes("slices", "fill_with="),
    "sort": _takes("reverse=", "case_sensitive=", "attribute="),
    "string": _takes(),
    "striptags": _takes(),
    "sum": _takes("attribute=", "start="),
    "title": _takes(),
    "tojson": _takes("indent="),
    "trim": _takes("chars="),
    "truncate": _takes("length=", "killwords=", "end=", "leeway="),
    "trusted": _takes(),
    "unique": _CASE_AND_ATTRIBUTE,
    "upper": _takes(),
    "urlencode": _takes(),
    "urlize": _takes("trim_url_limit=", "nofollow=", "target=", "rel=", "extra_schemes="),
    "wordcount": _takes(),
    "words": _takes(),
    "wordwrap": _takes("width=", "break_long_words=", "wrapstring=", "break_on_hyphens="),
    "xmlattr": _takes("autospace="),
    "zip": _takes(open=True),
}

_NOTHING = _takes()
_OTHER = _takes("other")

TESTS: dict[str, Signature] = {
    **dict.fromkeys(
        (
            "boolean",
            "callable",
            "defined",
            "escaped",
            "even",
            "false",
            "filter",
            "float",
            "integer",
            "iterable",
            "lower",
            "mapping",
            "none",
            "number",
            "odd",
            "sequence",
            "string",
            "test",
            "true",
            "undefined",
            "upper",
        ),
        _NOTHING,
    ),
    **dict.fromkeys(
        ("eq", "equalto", "ne", "gt", "greaterthan", "ge", "lt", "lessthan", "le", "sameas"), _OTHER
    ),
    "divisibleby": _takes("num"),
    "in": _takes("seq"),
}

OPERATOR_TESTS = {"==": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
"""The names that only `select('>', 3)` and its like can spell."""

GLOBALS = frozenset({"dict", "namespace", "now", "range"})

SOFT_FILTERS = frozenset({"d", "default"})
"""Filters whose value may be missing."""

SOFT_TESTS = frozenset({"defined", "undefined"})
"""Tests whose value may be missing."""

"""What filters take and what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from turbo_yaml.analysis.inference.lattice import (
    ANY,
    INTEGER,
    NUMBER,
    TEXT,
    TEXT_LIST,
    Lists,
    Maps,
    Numbers,
    Type,
    Unset,
    is_never,
    join,
    join_all,
    list_of,
    without_null,
    without_unset,
)
from turbo_yaml.analysis.inference.tables.members import any_value, items_of, member_of

Takes: TypeAlias = Literal["shown", "items", "sized", "number", "map", "text", "measured", "data", "anything"]
"""`shown`: all that a text can show; `items`: what can be gone through; `sized`: what has a length;
`measured`: a number, or text that is one; `data`: all but functions."""
Wants: TypeAlias = Literal["whole", "number", "text", "shown", "width", "list"]
"""What a parameter takes."""
Gives: TypeAlias = Callable[[Type, Mapping[str, Type]], Type]


class Filter(NamedTuple):
    """One filter: what it takes, what it gives, its parameters want; `falsy`: null is empty."""

    takes: Takes
    gives: Type | Gives
    wants: Mapping[str, Wants] = {}
    falsy: bool = False


def _items(value: Type, given: Mapping[str, Type]) -> Type:
    list_ = value.list
    return Type(list=Lists(items_of(value), None, list_.least if list_ else 0, list_.most if list_ else None))


def _part(value: Type, given: Mapping[str, Type]) -> Type:
    list_ = value.list
    return Type(list=Lists(items_of(value), None, 0, list_.most if list_ else None))


def _item(value: Type, given: Mapping[str, Type]) -> Type:
    return items_of(value)


def _same(value: Type, given: Mapping[str, Type]) -> Type:
    return value


def _reversed(value: Type, given: Mapping[str, Type]) -> Type:
    if value.any:
        return ANY
    list_ = None if value.list is None and value.map is None else Lists(items_of(value))
    return Type(text=TEXT.text if value.text is not None else None, list=list_)


def _rows(value: Type, given: Mapping[str, Type]) -> Type:
    filled = given.get("fill_with")
    item = items_of(value)
    return list_of(list_of(item if filled is None else join(item, filled)))


def _pairs(value: Type, given: Mapping[str, Type]) -> Type:
    of = ANY if value.map is None else any_value(value)
    return list_of(Type(list=Lists(join(TEXT, of), (TEXT, of), 2, 2)))


def _groups(value: Type, given: Mapping[str, Type]) -> Type:
    items = list_of(items_of(value))
    return list_of(Type(list=Lists(ANY, (ANY, items), 2, 2)))


def _zipped(value: Type, given: Mapping[str, Type]) -> Type:
    if "*" in given:
        return list_of(ANY)
    parts = (items_of(value), *map(items_of, given.values()))
    return list_of(Type(list=Lists(join_all(parts), parts, len(parts), len(parts))))


def _whole_part(value: Type, given: Mapping[str, Type]) -> Type:
    default = given.get("default")
    return INTEGER if default is None else join(INTEGER, default)


def _number_in(value: Type, given: Mapping[str, Type]) -> Type:
    default = given.get("default")
    return NUMBER if default is None else join(NUMBER, default)


def _rounded(value: Type, given: Mapping[str, Type]) -> Type:
    if value.number is not None and value.number.whole and "method" not in given:
        return INTEGER
    return NUMBER if "precision" in given else Type(number=Numbers(rounded=True))


def _absolute(value: Type, given: Mapping[str, Type]) -> Type:
    return INTEGER if value.number is not None and value.number.whole else NUMBER


def _fallback(value: Type, given: Mapping[str, Type]) -> Type:
    """Return what `default` gives: the value, or the other one where there is none."""
    other = given.get("default_value", TEXT)
    there = without_unset(value)
    if "boolean" in given:
        return other if is_never(without_null(there)) else join(without_null(there), other)
    if is_never(there):
        return other
    return there if value.unset is None else join(there, other)


def _sum(value: Type, given: Mapping[str, Type]) -> Type:
    items = items_of(value)
    if given:
        return ANY
    return total_of(items)


def total_of(items: Type) -> Type:
    """Return what items come to when they are added up."""
    if items.any or items.number is None or not is_never(items._replace(number=None)):
        return ANY
    return INTEGER if items.number.whole else NUMBER


_COUNT: Final[Mapping[str, Wants]] = {"width": "whole"}
_PATTERN: Final[Mapping[str, Wants]] = {"pattern": "text"}
_TO_TEXT: Final = Filter("shown", TEXT)
_LENGTH: Final = Filter("sized", INTEGER)
_DEFAULT: Final = Filter("anything", _fallback)
_SORTED: Final = Filter("items", _items)
_CHOSEN: Final = Filter("items", _part, falsy=True)

FILTERS: Final[dict[str, Filter]] = {
    "abs": Filter("number", _absolute),
    "batch": Filter("items", _rows, {"linecount": "whole"}),
    "capitalize": _TO_TEXT,
    "center": Filter("shown", TEXT, _COUNT),
    "code": Filter("shown", TEXT, {"language": "text"}),
    "count": _LENGTH,
    "d": _DEFAULT,
    "default": _DEFAULT,
    "dictsort": Filter("map", _pairs, {"by": "text"}),
    "e": _TO_TEXT,
    "escape": _TO_TEXT,
    "filesizeformat": Filter("measured", TEXT),
    "first": Filter("items", _item),
    "float": Filter("anything", _number_in),
    "forceescape": _TO_TEXT,
    "format": _TO_TEXT,
    "fromcsv": Filter("text", list_of(Type(map=Maps({}, TEXT)))),
    "fromjson": Filter("text", ANY),
    "fromjsonl": Filter("text", list_of(ANY)),
    "fromyaml": Filter("text", ANY),
    "groupby": Filter("items", _groups),
    "indent": Filter("shown", TEXT, {"width": "width"}),
    "int": Filter("anything", _whole_part, {"base": "whole"}),
    "items": Filter("map", _pairs),
    "join": Filter("items", TEXT, {"d": "shown"}),
    "json": Filter("data", TEXT, {"indent": "whole"}),
    "last": Filter("items", _item),
    "length": _LENGTH,
    "lines": Filter("shown", TEXT_LIST),
    "list": Filter("items", _items),
    "lower": _TO_TEXT,
    "max": Filter("items", _item),
    "min": Filter("items", _item),
    "pprint": Filter("anything", TEXT),
    "random": Filter("items", _item),
    "regex_findall": Filter("shown", ANY, _PATTERN),
    "regex_search": Filter("shown", ANY, _PATTERN),
    "reject": _CHOSEN,
    "rejectattr": _CHOSEN,
    "replace": Filter("shown", TEXT, {"old": "shown", "new": "shown", "count": "whole"}),
    "reverse": Filter("items", _reversed),
    "round": Filter("number", _rounded, {"precision": "whole", "method": "text"}),
    "safe": _TO_TEXT,
    "select": _CHOSEN,
    "selectattr": _CHOSEN,
    "shuffle": _SORTED,
    "slice": Filter("items", _rows, {"slices": "whole"}),
    "sort": _SORTED,
    "string": _TO_TEXT,
    "striptags": _TO_TEXT,
    "sum": Filter("items", _sum),
    "title": _TO_TEXT,
    "tojson": Filter("data", TEXT, {"indent": "whole"}),
    "trim": Filter("shown", TEXT, {"chars": "text"}),
    "truncate": Filter("shown", TEXT, {"length": "number", "end": "text", "leeway": "number"}),
    "trusted": Filter("anything", _same),
    "unique": Filter("items", _part),
    "upper": _TO_TEXT,
    "urlencode": _TO_TEXT,
    "urlize": _TO_TEXT,
    "wordcount": Filter("shown", INTEGER),
    "words": Filter("shown", TEXT_LIST),
    "wordwrap": Filter("shown", TEXT, {"width": "number"}),
    "xmlattr": Filter("map", TEXT),
    "zip": Filter("items", _zipped),
}
"""`attr` and `map` are not here: what they give hangs on the names they are given."""

MAY_FIND_NOTHING: Final = frozenset({"first", "last", "max", "min", "random"})


def applied(name: str, value: Type, given: Mapping[str, Type]) -> Type:
    """Return what a filter gives."""
    found = FILTERS.get(name)
    if found is None:
        return ANY
    return found.gives if isinstance(found.gives, Type) else found.gives(value, given)


def taken(name: str, value: Type) -> bool:
    """Tell whether a filter works with some value of the type; null is not looked at."""
    found = FILTERS.get(name)
    if found is None or value.any or is_never(value):
        return True
    return takes(found.takes, value)


def takes(what: Takes, value: Type) -> bool:
    """Tell whether some value of the type is of what is taken."""
    text, number = value.text is not None, value.number is not None or value.boolean is not None
    groups = value.list is not None or value.map is not None
    match what:
        case "anything":
            return True
        case "shown" | "data":
            return text or number or groups
        case "items" | "sized":
            return text or groups or value.state is not None
        case "number":
            return number
        case "map":
            return value.map is not None
        case "text":
            return text
        case "measured":
            return number or text


def suits(wanted: Wants, value: Type) -> bool:
    """Tell whether some value of the type is what a parameter wants."""
    if value.any or is_never(value):
        return True
    text, number = value.text is not None, value.number is not None or value.boolean is not None
    match wanted:
        case "whole":
            # What may be left out may be null, too, and a number may be a whole one.
            return number or value.null
        case "number":
            return number or value.null
        case "text":
            return text or value.null
        case "width":
            return number or text
        case "shown":
            return text or number or value.list is not None or value.map is not None
        case "list":
            return value.list is not None


def reached(item: Type, attribute: str) -> Type | None:
    """Return what `a.b` of an item is, as `map(attribute='a.b')` says it; None where it is nothing."""
    for part in attribute.split("."):
        if item.any:
            return ANY
        found = member_of(item, part) if not part.isdigit() else ANY
        if found is None:
            return None
        item = without_unset(found)
    return item


def mapped(value: Type, gives: Type) -> Type:
    """Return the type of a list with something made of each item."""
    list_ = value.list
    return list_of(gives, list_.least if list_ else 0, list_.most if list_ else None)


def or_nothing(type_: Type) -> Type:
    """Return the type where there may be no item at all."""
    return type_ if type_.unset is not None else type_._replace(unset=Unset())


TAKEN: Final[dict[Takes, str]] = {
    "shown": "what a text can show",
    "items": "a list",
    "sized": "a list, a map or a text",
    "number": "a number",
    "map": "a map",
    "text": "text",
    "measured": "a number",
    "data": "data",
    "anything": "anything",
}
"""What a filter takes, in words."""
WANTED: Final[dict[Wants, str]] = {
    "whole": "a whole number",
    "number": "a number",
    "text": "text",
    "shown": "what a text can show",
    "width": "a whole number or a text",
    "list": "a list",
}
"""What a parameter takes, in words."""

"""What `value.name` and `value[key]` are: keys of maps, items of lists, methods."""

from __future__ import annotations

from typing import Final

from turbo_yaml.analysis.inference.lattice import (
    ANY,
    BOOLEAN,
    INTEGER,
    MAP,
    NUMBER,
    TEXT,
    TEXT_LIST,
    Field,
    Function,
    Lists,
    Place,
    Type,
    Unset,
    join,
    join_all,
    list_of,
)

_TEXT: Final[dict[str, Type]] = {
    **dict.fromkeys(("count", "find", "index", "rfind", "rindex"), INTEGER),
    **dict.fromkeys(
        (
            "endswith", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower",
            "isnumeric", "isprintable", "isspace", "istitle", "isupper", "startswith",
        ),
        BOOLEAN,
    ),
    **dict.fromkeys(
        (
            "capitalize", "casefold", "center", "expandtabs", "format", "format_map", "join", "ljust",
            "lower", "lstrip", "removeprefix", "removesuffix", "replace", "rjust", "rstrip", "strip",
            "swapcase", "title", "translate", "upper", "zfill",
        ),
        TEXT,
    ),
    **dict.fromkeys(("partition", "rpartition", "rsplit", "split", "splitlines"), TEXT_LIST),
    "maketrans": MAP,
}  # fmt: skip
_NUMBER: Final[dict[str, Type]] = {
    "as_integer_ratio": list_of(INTEGER, 2, 2),
    "conjugate": NUMBER,
}
_WHOLE: Final[dict[str, Type]] = {**_NUMBER, "bit_count": INTEGER, "bit_length": INTEGER}
_FRACTION: Final[dict[str, Type]] = {**_NUMBER, "hex": TEXT, "is_integer": BOOLEAN}
_BOOLEAN: Final[dict[str, Type]] = {"bit_length": INTEGER}
_NUMBER_PARTS: Final = ("denominator", "imag", "numerator", "real")
_LIST_NAMES: Final = ("copy", "count", "index")
_MAP_NAMES: Final = ("copy", "get", "items", "keys", "values")
LOOP: Final = frozenset(
    {
        "changed", "cycle", "depth", "depth0", "first", "index", "index0", "last", "length", "nextitem",
        "previtem", "revindex", "revindex0",
    }
)  # fmt: skip
_LOOP: Final[dict[str, Type]] = {
    **dict.fromkeys(("depth", "depth0", "index", "index0", "length", "revindex", "revindex0"), INTEGER),
    **dict.fromkeys(("first", "last"), BOOLEAN),
}


def member_of(owner: Type, name: str, why_optional: Place | None = None) -> Type | None:
    """Return what `owner.name` can be; None where no value of the type has such a key or method.

    Where only some have it, the rest is passed over. Null has nothing, and is not looked at.
    """
    if owner.any:
        return ANY
    found: list[Type] = []
    if owner.map is not None:
        field = owner.map.fields.get(name)
        if field is not None:
            found.append(_value_of(field, why_optional))
        elif name in _MAP_NAMES:
            found.append(Type(function=Function(name, _map_method(owner, name))))
        elif owner.map.rest is not None:
            found.append(owner.map.rest)
    for type_ in (
        _text_member(owner, name),
        _number_member(owner, name),
        _list_member(owner, name),
        _state_member(owner, name),
    ):
        if type_ is not None:
            found.append(type_)
    return join_all(found) if found else None


def _value_of(field: Field, why: Place | None) -> Type:
    return field.type if field.sure else field.type._replace(unset=Unset(why))


def _method(name: str, gives: Type) -> Type:
    return Type(function=Function(name, gives))


def _text_member(owner: Type, name: str) -> Type | None:
    gives = None if owner.text is None else _TEXT.get(name)
    return None if gives is None else _method(name, gives)


def _number_member(owner: Type, name: str) -> Type | None:
    tables = []
    if owner.number is not None:
        tables += [_WHOLE] if owner.number.whole else [_WHOLE, _FRACTION]
    if owner.boolean is not None:
        tables.append(_BOOLEAN)
    for table in tables:
        if name in table:
            return _method(name, table[name])
    return NUMBER if tables and name in _NUMBER_PARTS else None


def _list_member(owner: Type, name: str) -> Type | None:
    if owner.list is None or name not in _LIST_NAMES:
        # A range and a group of `groupby` are lists too, which have members of their own.
        in_others = owner.list is not None and name in ("start", "stop", "step", "grouper", "list")
        return ANY if in_others else None
    return _method(name, Type(list=owner.list) if name == "copy" else INTEGER)


def _state_member(owner: Type, name: str) -> Type | None:
    if owner.state is None:
        return None
    if owner.state.members is None:
        return ANY
    return _LOOP.get(name, ANY) if name in owner.state.members else None


def _map_method(owner: Type, name: str) -> Type:
    assert owner.map is not None
    values = any_value(owner)
    match name:
        case "items":
            return list_of(Type(list=Lists(join(TEXT, values), (TEXT, values), 2, 2)))
        case "keys":
            return TEXT_LIST
        case "values":
            return list_of(values)
        case "copy":
            return Type(map=owner.map)
    return ANY


def any_value(owner: Type) -> Type:
    """Return what a map has under any of its keys."""
    assert owner.map is not None
    types = [field.type for field in owner.map.fields.values()]
    if owner.map.rest is not None:
        types.append(owner.map.rest)
    return join_all(types) if types else ANY


def item_of(owner: Type, key: Type, index: int | None) -> Type | None:
    """Return what `owner[key]` can be, for a key that is no text written out; None where it is nothing."""
    if owner.any or key.any:
        return ANY
    found: list[Type] = []
    if owner.map is not None:
        found.append(ANY if key.text is None else any_value(owner))
    if key.number is not None or key.boolean is not None:
        if owner.list is not None:
            found.append(_place_in(owner.list, index))
        if owner.text is not None:
            found.append(TEXT)
    if key.text is not None and (owner.list is not None or owner.text is not None or owner.state is not None):
        found.append(ANY)
    return join_all(found) if found else None


def _place_in(list_: Lists, index: int | None) -> Type:
    parts = list_.parts
    if parts is not None and index is not None and -len(parts) <= index < len(parts):
        return parts[index]
    return list_.items


def items_of(type_: Type) -> Type:
    """Return what a `for` goes through, item by item."""
    if type_.any:
        return ANY
    found: list[Type] = []
    if type_.list is not None:
        found.append(type_.list.items)
    if type_.text is not None or type_.map is not None:
        found.append(TEXT)
    return join_all(found) if found else ANY


def part_of(item: Type, index: int, count: int) -> Type:
    """Return what a name gets that an item is taken apart into, as one of `count`."""
    if item.any or item.list is None:
        return ANY
    parts = item.list.parts
    return parts[index] if parts is not None and len(parts) == count else item.list.items


def cut_of(owner: Type) -> Type:
    """Return what `owner[a:b]` can be."""
    if owner.any:
        return ANY
    list_ = None if owner.list is None else Lists(owner.list.items, None, 0, owner.list.most)
    text = None if owner.text is None else TEXT.text
    return Type(list=list_, text=text) if list_ is not None or text is not None else ANY


def names_of(owner: Type) -> list[str]:
    """Return the keys that a value is known to have, else its methods, for suggestions."""
    if owner.map is not None and owner.map.fields:
        return [*owner.map.fields]
    tables = ((owner.map, _MAP_NAMES), (owner.text, _TEXT), (owner.list, _LIST_NAMES))
    names = [name for there, table in tables if there is not None for name in table]
    return names + sorted(owner.state.members or ()) if owner.state is not None else names

"""What a value can be: a union of kinds, each at most once, or anything at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from turbo_yaml.source import Source, Span

MEMORY_NAME: Final = "memory"
"""What the memory is called in expressions."""
MEMORY: Final = 0
"""The owner of what the memory holds: no flow is identified by it."""
_MOST_ORIGINS: Final = 4
"""Of more places than these that something comes from the others are passed over."""
MOST_LABELS: Final = 256
"""Of more texts than these it is not remembered which ones they are."""


class Texts(NamedTuple):
    """Texts: any, or only these. `chosen`: they come from a list of labels, such as `choices` or an enum."""

    labels: frozenset[str] | None = None
    chosen: bool = False


class Numbers(NamedTuple):
    """Numbers. `whole`: integers; `most`: none is greater; `rounded`: no fraction, integers or not."""

    whole: bool = False
    most: float | None = None
    rounded: bool = False


class Booleans(NamedTuple):
    """True and false, or only one of them."""

    value: bool | None = None


class Lists(NamedTuple):
    """Lists. `parts`: the items one by one, where they are known; `least` and `most`: how many there are."""

    items: Type
    parts: tuple[Type, ...] | None = None
    least: int = 0
    most: int | None = None


class Field(NamedTuple):
    """What a map has under a key. `sure`: every such map has the key."""

    type: Type
    sure: bool = True


class Maps(NamedTuple):
    """Maps with these fields, and others of the type `rest`; None: no others."""

    fields: Mapping[str, Field]
    rest: Type | None = None
    open: bool = False
    """Whether others are only not forbidden: a schema says nothing of them."""


class Function(NamedTuple):
    """Something to be called: a method of a value, a macro, a global function."""

    name: str
    gives: Type


class State(NamedTuple):
    """A value of ours with members: a loop, a namespace. `members` is None where anything may be there."""

    name: str
    members: frozenset[str] | None = None


class Place(NamedTuple):
    """Where something is said, and what about it."""

    message: str
    source: Source
    span: Span


class Unset(NamedTuple):
    """There may be no value. `why`: the path on which there is none.

    `under`: sets of conditions; where all of one set hold there is a value after all.
    """

    why: Place | None = None
    under: frozenset[frozenset[str]] = frozenset()


class Origin(NamedTuple):
    """A user or a model wrote this. `name`: an input's, of the flow that `owner` identifies; or the memory's.

    `place` is where it came in or was handed on, `before` what led there, `beside` who else wrote some of
    it. All are equal: a type is another one where something has an origin, and not by the way that it took.
    """

    place: Place
    owner: int | None = None
    name: str | None = None
    before: Origin | None = None
    beside: Origin | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin)

    def __ne__(self, other: object) -> bool:
        return not isinstance(other, Origin)

    def __hash__(self) -> int:
        return 0


class Type(NamedTuple):
    """A union: each field is a kind of value that there can be. With `any` it can be every kind."""

    any: bool = False
    text: Texts | None = None
    number: Numbers | None = None
    boolean: Booleans | None = None
    null: bool = False
    list: Lists | None = None
    map: Maps | None = None
    function: Function | None = None
    state: State | None = None
    unset: Unset | None = None
    origin: Origin | None = None


NEVER: Final = Type()
ANY: Final = Type(any=True)
TEXT: Final = Type(text=Texts())
NUMBER: Final = Type(number=Numbers())
INTEGER: Final = Type(number=Numbers(whole=True))
BOOLEAN: Final = Type(boolean=Booleans())
TRUE: Final = Type(boolean=Booleans(True))
FALSE: Final = Type(boolean=Booleans(False))
NULL: Final = Type(null=True)
LIST: Final = Type(list=Lists(ANY))
MAP: Final = Type(map=Maps({}, ANY))
TEXT_LIST: Final = Type(list=Lists(TEXT))


def list_of(items: Type, least: int = 0, most: int | None = None) -> Type:
    """Return the type of lists of a type."""
    return Type(list=Lists(items, None, least, most))


def labels_of(labels: Iterable[str], *, chosen: bool = False) -> Type:
    """Return the type of texts that are one of these."""
    known = frozenset(labels)
    return Type(text=Texts(known, chosen)) if len(known) <= MOST_LABELS else TEXT


# Unions ------------------------------------------------------------------------------------------------


def join(one: Type, other: Type) -> Type:
    """Return the type of what is of one type or of the other."""
    if one is other:
        return one
    unset = _join_unset(one.unset, other.unset)
    origin = either(one.origin, other.origin)
    if one.any or other.any:
        return ANY if unset is None and origin is None else Type(any=True, unset=unset, origin=origin)
    return Type(
        False,
        one.text if one.text is other.text else _join_texts(one.text, other.text),
        one.number if one.number is other.number else _join_numbers(one.number, other.number),
        one.boolean if one.boolean == other.boolean else _join_booleans(one.boolean, other.boolean),
        one.null or other.null,
        one.list if one.list is other.list else _join_lists(one.list, other.list),
        one.map if one.map is other.map else _join_maps(one.map, other.map),
        one.function or other.function,
        one.state or other.state,
        unset,
        origin,
    )


def join_all(types: Iterable[Type]) -> Type:
    """Return the union of many types; of none, the type that no value has."""
    whole = NEVER
    for type_ in types:
        whole = type_ if whole is NEVER else join(whole, type_)
    return whole


def either(one: Origin | None, other: Origin | None) -> Origin | None:
    """Return where something comes from that is made of two."""
    if one is None or other is None or one is other:
        return one or other
    count, last = 1, one
    while last.beside is not None and last.place != other.place:
        count, last = count + 1, last.beside
    if last.place == other.place or count >= _MOST_ORIGINS:
        return one
    return one._replace(beside=either(one.beside, other))


def _join_unset(one: Unset | None, other: Unset | None) -> Unset | None:
    if one is None or other is None:
        return one or other
    return one if one is other else Unset(one.why or other.why)


def _join_texts(one: Texts | None, other: Texts | None) -> Texts | None:
    if one is None or other is None:
        return one or other
    if one.labels is None or other.labels is None:
        return Texts()
    labels = one.labels | other.labels
    return Texts(labels, one.chosen or other.chosen) if len(labels) <= MOST_LABELS else Texts()


def _join_numbers(one: Numbers | None, other: Numbers | None) -> Numbers | None:
    if one is None or other is None:
        return one or other
    rounded = (one.whole or one.rounded) and (other.whole or other.rounded)
    return Numbers(one.whole and other.whole, _greater(one.most, other.most), rounded)


def _join_booleans(one: Booleans | None, other: Booleans | None) -> Booleans | None:
    if one is None or other is None:
        return one or other
    return Booleans()


def _join_lists(one: Lists | None, other: Lists | None) -> Lists | None:
    if one is None or other is None:
        return one or other
    parts = None
    if one.parts is not None and other.parts is not None and len(one.parts) == len(other.parts):
        parts = tuple(map(join, one.parts, other.parts))
    most = None if one.most is None or other.most is None else max(one.most, other.most)
    return Lists(join(one.items, other.items), parts, min(one.least, other.least), most)


def _join_maps(one: Maps | None, other: Maps | None) -> Maps | None:
    if one is None or other is None:
        return one or other
    fields = {
        name: _join_fields(one.fields.get(name), other.fields.get(name), one.rest, other.rest)
        for name in {**one.fields, **other.fields}
    }
    if one.rest is None or other.rest is None:
        return Maps(fields, one.rest or other.rest)
    return Maps(fields, join(one.rest, other.rest))


def _join_fields(
    one: Field | None, other: Field | None, rest_of_one: Type | None, rest_of_other: Type | None
) -> Field:
    if one is not None and other is not None:
        return one if one is other else Field(join(one.type, other.type), one.sure and other.sure)
    there, rest = (one, rest_of_other) if one is not None else (other, rest_of_one)
    assert there is not None
    return Field(there.type if rest is None else join(there.type, rest), False)


def _greater(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one, other)


# Parts of a union --------------------------------------------------------------------------------------


def is_never(type_: Type) -> bool:
    """Tell whether no value is of the type."""
    return type_[:9] == NEVER[:9]


def without_null(type_: Type) -> Type:
    """Return the type without null."""
    return type_._replace(null=False) if type_.null else type_


def kinds_of(type_: Type) -> list[Type]:
    """Return each kind of value that there can be, null left out."""
    if type_.any:
        return [ANY]
    each = (
        Type(text=type_.text),
        Type(number=type_.number),
        Type(boolean=type_.boolean),
        Type(list=type_.list),
        Type(map=type_.map),
        Type(function=type_.function),
        Type(state=type_.state),
    )
    return [kind for kind in each if kind != NEVER]


def without_unset(type_: Type) -> Type:
    """Return the type of what there is where there is a value."""
    return type_ if type_.unset is None else type_._replace(unset=None)


def with_origin(type_: Type, origin: Origin | None) -> Type:
    """Return the type of values that came from there, if they can hold free text."""
    if type_.origin is origin or not (origin is None or holds_free_text(type_)):
        return type_
    return type_._replace(origin=origin)


def holds_free_text(type_: Type) -> bool:
    """Tell whether a value may have text in it that is not one of a few known labels."""
    if type_.any or (type_.text is not None and type_.text.labels is None):
        return True
    if type_.list is not None and holds_free_text(type_.list.items):
        return True
    if type_.function is not None and holds_free_text(type_.function.gives):
        return True
    if type_.state is not None and type_.state.name == "namespace":
        return True
    if type_.map is None:
        return False
    rest = type_.map.rest
    if rest is not None and holds_free_text(rest):
        return True
    return any(holds_free_text(field.type) for field in type_.map.fields.values())


def shallow(type_: Type, depth: int) -> Type:
    """Return the type with no more known of what lies deeper than so many lists and maps than its kind."""
    list_, map_ = type_.list, type_.map
    if list_ is not None:
        items = ANY if depth < 1 else shallow(list_.items, depth - 1)
        list_ = Lists(items, None, list_.least, list_.most)
    if map_ is not None and depth < 1:
        map_ = Maps({}, ANY)
    elif map_ is not None:
        fields = {
            name: Field(shallow(field.type, depth - 1), field.sure) for name, field in map_.fields.items()
        }
        rest = None if map_.rest is None else shallow(map_.rest, depth - 1)
        map_ = Maps(fields, rest, map_.open)
    return type_._replace(list=list_, map=map_)


# Data --------------------------------------------------------------------------------------------------

_LOOKED_AT: Final = 200
"""Of longer lists of data, only the first items are looked at."""
_MOST_FIELDS: Final = 1000
"""Of maps with more keys than these nothing is remembered."""
_DEEPEST: Final = 16
"""Of data in data deeper than this nothing is remembered."""


def type_of_data(data: Any, depth: int = 0) -> Type:
    """Return the type of plain data: a constant, or what a data file holds."""
    if depth > _DEEPEST:
        return ANY
    match data:
        case None:
            return NULL
        case bool():
            return TRUE if data else FALSE
        case int():
            return Type(number=Numbers(True, data))
        case float():
            return Type(number=Numbers(False, data))
        case str():
            return labels_of((data,)) if len(data) <= 200 else TEXT
        case list():
            return _type_of_list(data, depth)
        case dict():
            if len(data) > _MOST_FIELDS:
                return MAP
            fields = {str(name): Field(type_of_data(item, depth + 1)) for name, item in data.items()}
            return Type(map=Maps(fields))
    return ANY


def _type_of_list(data: list[Any], depth: int) -> Type:
    parts = tuple(type_of_data(item, depth + 1) for item in data[:_LOOKED_AT])
    items = join_all(parts) if len(data) <= _LOOKED_AT else ANY
    return Type(list=Lists(items, parts if len(data) <= 16 else None, len(data), len(data)))

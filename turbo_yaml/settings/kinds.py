"""What values a setting takes: the kinds, in words, and as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias, assert_never

from turbo_yaml.settings.patch import MISSING
from turbo_yaml.syntax.durations import PATTERN as DURATION


class Text(NamedTuple):
    """Text, of a certain form where `pattern` (anchored) is given; `form` is that form in words."""

    pattern: str | None = None
    form: str = "text"


class Words(NamedTuple):
    """One of a few words, taken as written: `off` is a word here and never false.

    `or_function`: a host may give a function in their place.
    """

    words: tuple[str, ...]
    or_function: bool = False


class Number(NamedTuple):
    """A number within bounds, whole where `integer`."""

    low: float | None = None
    high: float | None = None
    integer: bool = False


class Flag(NamedTuple):
    """True or false."""


class Duration(NamedTuple):
    """A time above zero such as `30s`, or a number of seconds; its value is seconds."""


class ListOf(NamedTuple):
    """A list; `lone`: one item may stand without the list, and becomes a list of one, unless it is `kept`."""

    item: Kind
    lone: bool = False
    kept: bool = False


class MapOf(NamedTuple):
    """A map from any key, a `key` in words, to values of one kind."""

    value: Kind
    key: str = "name"


class Record(NamedTuple):
    """A map with known keys; keys that begin with `x-` are free."""

    keys: Mapping[str, Key]


class Maybe(NamedTuple):
    """The kind, or null: the value is then not sent, or the bound not there."""

    kind: Kind


class Either(NamedTuple):
    """A map or something that is no map."""

    map: MapOf | Record
    other: Text | Words | Number | Flag


class Anything(NamedTuple):
    """Any data."""


Kind: TypeAlias = (
    Text | Words | Number | Flag | Duration | ListOf | MapOf | Record | Maybe | Either | Anything
)


class Key(NamedTuple):
    """One setting: what it takes, one line about it, and its built-in value where it has one.

    `turn`: it may differ from turn to turn, so a step may set it. `operator`: it is for whoever runs flows,
    so a flow may not.
    """

    kind: Kind
    doc: str
    default: Any = MISSING
    turn: bool = False
    operator: bool = False


def child(kind: Kind, key: str) -> Kind | None:
    """Return the kind of the value under a key of a map, or None where such a key is not known."""
    match kind:
        case Record(keys):
            if key in keys:
                return keys[key].kind
            return Anything() if key.startswith("x-") else None
        case MapOf(value):
            return value
        case Maybe(inner):
            return child(inner, key)
        case Either(map=inner):
            return child(inner, key)
        case Anything():
            return kind
        case _:
            return None


def item_kind(kind: Kind | None) -> Kind | None:
    """Return the kind of a list's items, or None where the kind takes no list."""
    match kind:
        case ListOf(item):
            return item
        case Maybe(inner):
            return item_kind(inner)
        case Anything():
            return kind
        case _:
            return None


def map_kind(kind: Kind) -> MapOf | Record | Anything | None:
    """Return the kind as one of maps, or None where the kind takes no map."""
    match kind:
        case MapOf() | Record() | Anything():
            return kind
        case Maybe(inner):
            return map_kind(inner)
        case Either(map=inner):
            return inner
        case _:
            return None


def takes_words(kind: Kind | None) -> bool:
    """Tell whether a plain scalar is taken as written instead of being read as YAML data."""
    match kind:
        case Words():
            return True
        case Maybe(inner) | Either(other=inner) | ListOf(inner, lone=True):
            return takes_words(inner)
        case _:
            return False


def wanted(kind: Kind) -> str:
    """Return in words what values the kind takes."""
    match kind:
        case Text(_, form):
            return form
        case Words(words):
            return "one of " + ", ".join(f"`{word}`" for word in words)
        case Number(low, high, integer):
            name = "a whole number" if integer else "a number"
            if low is not None and high is not None:
                return f"{name} from {low:g} to {high:g}"
            return name if low is None else f"{name}, {low:g} or more"
        case Flag():
            return "`true` or `false`"
        case Duration():
            return "a duration such as `30s`, or a number of seconds, above zero"
        case ListOf(item, lone):
            return f"{wanted(item)} or a list of them" if lone else f"a list, each item {wanted(item)}"
        case MapOf(value, key):
            return f"a map, for each {key} {wanted(value)}"
        case Record():
            return "a map"
        case Maybe(inner):
            return wanted(inner)
        case Either(other=other):
            return f"{wanted(other)}, or a map"
        case Anything():
            return "any value"
        case _:
            assert_never(kind)


def schema(kind: Kind) -> dict[str, Any]:
    """Return the kind as JSON Schema 2020-12."""
    match kind:
        case Text(pattern):
            return {"type": "string"} | ({} if pattern is None else {"pattern": f"^(?:{pattern})$"})
        case Words(words):
            return {"enum": list(words)}
        case Number(low, high, integer):
            bounds = {"minimum": low, "maximum": high}
            found = {name: bound for name, bound in bounds.items() if bound is not None}
            return {"type": "integer" if integer else "number"} | found
        case Flag():
            return {"type": "boolean"}
        case Duration():
            text = {"type": "string", "pattern": f"^(?=.*[1-9])(?:{DURATION})$"}
            return {"anyOf": [text, {"type": "number", "exclusiveMinimum": 0}]}
        case ListOf(item, lone):
            inner = schema(item)
            whole = {"type": "array", "items": inner}
            return {"anyOf": [inner, whole]} if lone else whole
        case MapOf(value):
            return {"type": "object", "additionalProperties": schema(value)}
        case Record(keys):
            return {
                "type": "object",
                "properties": {name: key_schema(key) for name, key in keys.items()},
                "patternProperties": {"^x-": {}},
                "additionalProperties": False,
            }
        case Maybe(inner):
            return {"anyOf": [schema(inner), {"type": "null"}]}
        case Either(map=first, other=other):
            return {"anyOf": [schema(first), schema(other)]}
        case Anything():
            return {}
        case _:
            assert_never(kind)


def key_schema(key: Key) -> dict[str, Any]:
    """Return a setting's kind, description and built-in value as JSON Schema."""
    about: dict[str, Any] = {"description": key.doc}
    if key.default is not MISSING:
        about["default"] = key.default
    return about | schema(key.kind)

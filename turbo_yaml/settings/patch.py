"""The algebra of settings: what a layer does to what lies below it, and how two layers make one.

A patch is one of four. `Set` puts a value, `Unset` forgets what is below, `Extend` adds to a list at its
ends, `Merge` goes on key by key. Maps are always a `Merge`, so the value of a `Set` is never a map;
`fresh` says that the map replaces what is below instead of joining it.

`then(p, q)` is the patch that does `p` and afterwards `q`. It is associative, `EMPTY` is its identity on
maps, and `apply(then(p, q), base) == apply(q, apply(p, base))`. The `trail` of a patch is the places that
made its value, weak to strong: a `Set` ends the trail of what it covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias

from turbo_yaml.records import Record, replace


class Place(NamedTuple):
    """Where a setting was written: a file with line and column from 1, or a flag, a variable or a call."""

    name: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.name}:{self.line}:{self.column}" if self.line else self.name


Trail: TypeAlias = tuple[Place, ...]


class Missing(Enum):
    """The type of `MISSING`: no value at all, which is not the value null."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


class FromEnv(Record):
    """A value that an environment variable holds; it is looked up when the setting is used.

    `by_flow`: a flow asks for it, which the operator has to allow.
    """

    variable: str
    default: Any = MISSING
    place: Place | None = None
    by_flow: bool = False


class Set(Record):
    """This value replaces what is below. It is a scalar, a list or a `FromEnv`, never a map."""

    value: Any
    trail: Trail = ()


class Unset(Record):
    """What is below is forgotten."""

    trail: Trail = ()


class Extend(Record):
    """Items join a list at its ends; what is below and is no list counts as an empty one."""

    before: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()
    trail: Trail = ()


class Merge(Record):
    """A map: each key has its own patch. `fresh`: the keys below are forgotten first."""

    keys: Mapping[str, Patch]
    fresh: bool = False
    trail: Trail = ()


Patch: TypeAlias = Set | Unset | Extend | Merge

EMPTY: Final = Merge({})


def apply(patch: Patch, base: Any) -> Any:
    """Return what the patch makes of a value, or `MISSING` where nothing is left. Changes neither."""
    match patch:
        case Set(value):
            return value
        case Unset():
            return MISSING
        case Extend(before, after):
            return [*before, *(base if isinstance(base, list) else ()), *after]
        case Merge(keys, fresh):
            result = dict(base) if isinstance(base, dict) and not fresh else {}
            for key, inner in keys.items():
                value = apply(inner, result.get(key, MISSING))
                if value is MISSING:
                    result.pop(key, None)
                else:
                    result[key] = value
            return result


def then(weaker: Patch, stronger: Patch) -> Patch:
    """Return the one patch that does `weaker` and afterwards `stronger`."""
    match stronger:
        case Set() | Unset() | Merge(fresh=True):
            return stronger
        case Extend(before, after, trail):
            match weaker:
                case Extend():
                    return Extend(before + weaker.before, weaker.after + after, weaker.trail + trail)
                case Set(list() as items):
                    return Set([*before, *items, *after], weaker.trail + trail)
                case _:
                    return Set([*before, *after], trail)
        case Merge():
            return merged(weaker, stronger) if isinstance(weaker, Merge) else replace(stronger, fresh=True)


def merged(weaker: Merge, stronger: Merge) -> Merge:
    """Return `then` of two maps, which is a map."""
    if stronger.fresh:
        return stronger
    keys = dict(weaker.keys)
    for key, patch in stronger.keys.items():
        below = keys.get(key)
        keys[key] = patch if below is None else then(below, patch)
    return Merge(keys, weaker.fresh, weaker.trail + stronger.trail)


def stacked(patches: Iterable[Patch]) -> Merge:
    """Return the one map that many, weak to strong, amount to."""
    whole: Merge = EMPTY
    for patch in patches:
        assert isinstance(patch, Merge), "a layer is a map"
        whole = merged(whole, patch)
    return whole


def patch_of(value: Any, trail: Trail = ()) -> Patch:
    """Return the patch that a plain value written in a layer stands for: maps merge, all else replaces."""
    return merge_of(value, trail) if isinstance(value, dict) else Set(value, trail)


def merge_of(values: Mapping[str, Any], trail: Trail = ()) -> Merge:
    """Return `patch_of` a map."""
    return Merge({key: patch_of(value, trail) for key, value in values.items()}, False, trail)


def nested(path: Iterable[str], patch: Patch) -> Merge:
    """Return the map that has the patch at a path of keys, which must not be empty."""
    for key in reversed(tuple(path)):
        patch = Merge({key: patch})
    assert isinstance(patch, Merge)
    return patch


def inside(patch: Patch, *path: str) -> Patch | None:
    """Return the patch at a path of keys, or None where the map says nothing of it."""
    found: Patch | None = patch
    for key in path:
        found = found.keys.get(key) if isinstance(found, Merge) else None
    return found


def variables(patch: Patch) -> Iterator[FromEnv]:
    """Yield what a patch takes from the environment."""
    match patch:
        case Set(value):
            yield from _from_env(value if isinstance(value, list) else (value,))
        case Extend(before, after):
            yield from _from_env((*before, *after))
        case Merge(keys):
            for inner in keys.values():
                yield from variables(inner)


def _from_env(values: Iterable[Any]) -> Iterator[FromEnv]:
    return (value for value in values if isinstance(value, FromEnv))


# As plain data -----------------------------------------------------------------------------------------


def to_data(patch: Patch) -> list[Any]:
    """Return the patch of a file as data that JSON can hold; the file's name is not in it."""
    places = [place[1:] for place in patch.trail]
    match patch:
        case Set(value):
            return ["set", _value_data(value), places]
        case Unset():
            return ["unset", places]
        case Extend(before, after):
            return ["extend", _value_data(before), _value_data(after), places]
        case Merge(keys, fresh):
            return ["merge", {key: to_data(inner) for key, inner in keys.items()}, fresh, places]


def from_data(data: Sequence[Any], name: str) -> Patch:
    """Return the patch that `to_data` wrote; its places are in the file `name`."""
    trail: Trail = tuple(Place(name, *place) for place in data[-1])
    match data[:-1]:
        case ["set", value]:
            return Set(_value(value, name), trail)
        case ["unset"]:
            return Unset(trail)
        case ["extend", before, after]:
            return Extend(tuple(_value(before, name)), tuple(_value(after, name)), trail)
        case ["merge", keys, fresh]:
            return Merge({key: from_data(inner, name) for key, inner in keys.items()}, fresh, trail)
    raise ValueError("this is not the data of a patch")


def _value_data(value: Any) -> Any:
    match value:
        case FromEnv(variable, default, place, by_flow):
            known = [] if default is MISSING else [_value_data(default)]
            return {"env": [variable, known, None if place is None else place[1:], by_flow]}
        case dict():
            return {"map": {key: _value_data(inner) for key, inner in value.items()}}
        case list() | tuple():
            return [_value_data(inner) for inner in value]
        case _:
            return value


def _value(data: Any, name: str) -> Any:
    match data:
        case {"env": [variable, known, place, by_flow]}:
            default = _value(known[0], name) if known else MISSING
            return FromEnv(variable, default, None if place is None else Place(name, *place), by_flow)
        case {"map": keys}:
            return {key: _value(inner, name) for key, inner in keys.items()}
        case list():
            return [_value(inner, name) for inner in data]
        case _:
            return data

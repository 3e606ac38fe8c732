"""Layers to an account of each setting: which of them touched it, where, and which one won."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from turbo_yaml.errors import UsageError
from turbo_yaml.settings.keys import BOUNDS, BUILT_IN, FILE, LayerKind, unknown
from turbo_yaml.settings.kinds import Anything, Kind, Record, child
from turbo_yaml.settings.layers import Layer, Settings
from turbo_yaml.settings.patch import (
    MISSING,
    Extend,
    FromEnv,
    Merge,
    Patch,
    Place,
    Set,
    Trail,
    Unset,
    apply,
    inside,
    merge_of,
    stacked,
)
from turbo_yaml.settings.resolved import Variables, looked_up, over
from turbo_yaml.settings.secrets import MASK, is_secret_name, masked

Action: TypeAlias = Literal["set", "reset", "override", "append", "prepend"]


class Touch(NamedTuple):
    """What one layer did to one setting. `won`: it made the value, alone or with others."""

    layer: str
    place: str
    action: Action
    value: Any
    won: bool


class Explained(NamedTuple):
    """One setting: its dotted key, its value or `MISSING`, and the layers that touched it, weak to strong."""

    key: str
    value: Any
    touches: tuple[Touch, ...]


class _Mark(NamedTuple):
    """One thing that one layer does at one path; `rank` counts the layers, weak to strong."""

    rank: int
    layer: Layer
    path: tuple[str, ...]
    action: Action
    value: Any
    trail: Trail


_Marks: TypeAlias = dict[tuple[str, ...], list[_Mark]]


def explain(settings: Settings, key: str | None = None) -> list[Explained]:
    """Return the account of a setting, of all below a map such as `limits`, or of every setting.

    What is secret is `***`. `UsageError` where there is no such setting.
    """
    marks: _Marks = {}
    for rank, layer in enumerate([Layer(LayerKind.BUILT_IN, "built-in", _BUILT_IN), *settings.order]):
        for mark in _marks(rank, layer, layer.patch):
            marks.setdefault(mark.path, []).append(mark)
    paths = [path for path in _paths(marks) if _fits(path, key)]
    if key is not None and not paths:
        _must_be_known(key)
        return [Explained(key, MISSING, ())]
    whole = stacked(layer.patch for layer in settings.order)
    values = over(BUILT_IN, apply(whole, {}))
    variables = _variables(settings)
    granted = stacked(layer.patch for layer in settings.without_flows().order)
    accounts = []
    for path in paths:
        value, deciding = _final(path, values, variables), whole
        if path[0] in BOUNDS and value != (allowed := _final(path, _allowed(settings, values), variables)):
            value, deciding = allowed, granted
        accounts.append(Explained(".".join(path), value, tuple(_touches(path, marks, deciding))))
    return accounts


def _allowed(settings: Settings, values: dict[str, Any]) -> dict[str, Any]:
    """Return what holds, as far as it is known: a variable may not be set."""
    try:
        return settings.values
    except UsageError:
        return values


def _variables(settings: Settings) -> Variables:
    """Return the environment, and what flows may read of it as far as that is known."""
    try:
        return settings.variables
    except UsageError:
        return Variables(settings.environ)


def explained_data(accounts: Iterable[Explained]) -> list[dict[str, Any]]:
    """Return accounts as data for JSON; a setting without a value has no key `value`."""
    data = []
    for account in accounts:
        touches = [
            {"layer": touch.layer, "place": touch.place, "action": touch.action}
            | ({} if touch.value is MISSING else {"value": touch.value})
            | {"won": touch.won}
            for touch in account.touches
        ]
        value = {} if account.value is MISSING else {"value": account.value}
        data.append({"key": account.key, **value, "layers": touches})
    return data


def explained_text(accounts: Iterable[Explained]) -> str:
    """Return accounts as text: a setting a paragraph, a layer a line, `*` before the layers that won."""
    lines: list[str] = []
    for account in accounts:
        lines.append(f"{account.key}: {'(no value)' if account.value is MISSING else _json(account.value)}")
        layer = max((len(touch.layer) for touch in account.touches), default=0)
        places = ["" if touch.place == touch.layer else touch.place for touch in account.touches]
        wide = max(map(len, places), default=0)
        for touch, place in zip(account.touches, places, strict=True):
            mark = "*" if touch.won else " "
            lines.append(f"  {mark} {touch.layer:{layer}}  {place:{wide}}  {_said(touch)}".rstrip())
    return "".join(f"{line}\n" for line in lines)


def _said(touch: Touch) -> str:
    value = "" if touch.value is MISSING else _json(touch.value)
    return value if touch.action == "set" else f"!{touch.action} {value}".rstrip()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_BUILT_IN: Final = merge_of(BUILT_IN, (Place("built-in"),))
_FORGETS: Final = ("reset", "override")


# Who touched what --------------------------------------------------------------------------------------


def _marks(rank: int, layer: Layer, patch: Patch, path: tuple[str, ...] = ()) -> Iterator[_Mark]:
    """Give what a patch does, leaf by leaf; profiles that are only defined do nothing."""
    match patch:
        case Set(value):
            yield _Mark(rank, layer, path, "set", value, patch.trail)
        case Unset():
            yield _Mark(rank, layer, path, "reset", MISSING, patch.trail)
        case Extend(before, after):
            if before:
                yield _Mark(rank, layer, path, "prepend", list(before), patch.trail)
            if after:
                yield _Mark(rank, layer, path, "append", list(after), patch.trail)
        case Merge(keys, fresh):
            if fresh:
                yield _Mark(rank, layer, path, "override", MISSING, patch.trail)
            for key, inner in keys.items():
                if path or key != "profiles":
                    yield from _marks(rank, layer, inner, (*path, key))


def _paths(marks: _Marks) -> Iterator[tuple[str, ...]]:
    """Give the paths to explain: each that was given a value, and each that was only forgotten."""
    above = {path[:length] for path in marks for length in range(len(path))}
    for path, found in marks.items():
        if path not in above or any(mark.action not in _FORGETS for mark in found):
            yield path


def _fits(path: tuple[str, ...], key: str | None) -> bool:
    return key is None or ".".join(path) == key or ".".join(path).startswith(f"{key}.")


def _must_be_known(key: str) -> None:
    """Raise `UsageError` unless the key is a setting, one that nobody touched."""
    kind: Kind | None = FILE
    for part in key.split("."):
        above, kind = kind, None if kind is None else child(kind, part)
        if kind is None:
            why = unknown(part, key, above) if isinstance(above, Record) else None
            raise UsageError(f"`{key}` is not a setting", hint=None if why is None else why.help)


def _touches(path: tuple[str, ...], marks: _Marks, whole: Merge) -> Iterator[Touch]:
    """Give what was done at a path, and above it what covers it, weak to strong."""
    decided = inside(whole, *path)
    if not isinstance(decided, Set | Extend):
        decided = inside(_BUILT_IN, *path)
    winners = () if decided is None else decided.trail
    found = list(marks.get(path, ()))
    for length in range(len(path)):
        found += [mark for mark in marks.get(path[:length], ()) if mark.action in ("set", *_FORGETS)]
    for mark in sorted(found, key=lambda mark: (mark.rank, len(mark.path))):
        name = f"profile {mark.layer.name}" if mark.layer.kind is LayerKind.PROFILE else mark.layer.kind.words
        place = str(mark.trail[-1]) if mark.trail else mark.layer.name
        value = mark.value if mark.value is MISSING else _shown(mark.value, path)
        won = any(made is winner for made in mark.trail for winner in winners)
        yield Touch(name, place, mark.action, value, won)


# What is shown -----------------------------------------------------------------------------------------


def _final(path: tuple[str, ...], value: Any, variables: Variables) -> Any:
    """Return what the values have at a path as it may be shown, variables looked up that hold no secret."""
    kind: Kind | None = FILE
    for part in path:
        kind = child(kind, part) if kind is not None else None
        value = value.get(part, MISSING) if isinstance(value, dict) else MISSING
    if value is MISSING:
        return MISSING
    if isinstance(value, FromEnv) and is_secret_name(value.variable):
        return MASK
    try:
        return _shown(looked_up(value, kind or Anything(), variables, path), path)
    except UsageError:
        return _shown(value, path)


def _shown(value: Any, path: tuple[str, ...]) -> Any:
    """Return a value as JSON data without secrets."""
    match value:
        case FromEnv(variable, default):
            known = "" if default is MISSING else f", {_json(_shown(default, path))}"
            return f"!env [{variable}{known}]" if known else f"!env {variable}"
        case dict():
            return {str(key): _shown(inner, (*path, str(key))) for key, inner in value.items()}
        case list() | tuple():
            return [_shown(inner, path) for inner in value]
        case None | bool() | int() | float() | str():
            return masked(value, path[-1])
        case _:
            return f"<{type(value).__name__}>"

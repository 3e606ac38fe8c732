"""A project's settings to those that may hold in anybody's folder, and what asks for more than that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from turbo_yaml.settings.keys import BOUNDS, BUILT_IN
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import MISSING, Extend, FromEnv, Merge, Patch, Set, Unset, apply, stacked
from turbo_yaml.settings.resolved import over

GRANTING: Final = ("allow", "prices", "providers", "redact")
"""What gives flows something to reach, says where keys and texts go, or what is spent and kept."""
REDACT: Final = "redact"
_ENV: Final = "env:"


class Modest:
    """The part of a settings file that grants nothing: `patch`. `grants` is the rest, as data by setting.

    `weaker`: the layers below, whose bounds it may lower. `offline`: nothing is reached, so that only what is
    read of the environment counts, and the bounds.
    """

    def __init__(self, patch: Merge, weaker: Iterable[Layer] = (), *, offline: bool = False) -> None:
        self.grants: dict[str, Any] = {}
        self._bounds: dict[str, Any] = {}
        self._weaker = [layer.patch for layer in weaker]
        self._offline = offline
        self.patch = self._root(patch, "")

    @property
    def asked(self) -> dict[str, Any]:
        """All that somebody who trusts the file agrees to: whatever holds below it, every bound is in it."""
        return self.grants | self._bounds

    def _root(self, patch: Merge, prefix: str) -> Merge:
        """Return what is left of a file, or of a profile in it."""
        if patch.fresh:  # it would forget what the user does not want kept or spent
            self.grants[prefix.rstrip(".")] = "!override"
        keys: dict[str, Patch] = {}
        for name, inner in patch.keys.items():
            if name in GRANTING:
                kept = self._reached(inner, prefix + name)
            elif name == "profiles" and not prefix and isinstance(inner, Merge):
                kept = Merge({key: self._profile(each, key) for key, each in inner.keys.items()})
            else:
                kept = self._without_variables(inner, prefix + name)
            if kept is not None:
                keys[name] = kept
        left = Merge(keys, False, patch.trail)
        self._note_bounds(left, prefix)
        return left

    def _profile(self, patch: Patch, name: str) -> Patch:
        return self._root(patch, f"profiles.{name}.") if isinstance(patch, Merge) else patch

    def _reached(self, patch: Patch, path: str) -> Patch | None:
        if not self._offline:
            self.grants[path] = plain(patch)
            return None
        if path.endswith("allow") and any(str(entry).startswith(_ENV) for entry in _entries(patch)):
            self.grants[path] = plain(patch)
            return None
        return patch

    def _without_variables(self, patch: Patch, path: str) -> Patch | None:
        """Return a patch with defaults in place of variables; None where one has no default."""
        match patch:
            case Set(FromEnv() as asked, trail):
                self.grants[path] = plain(patch)
                return None if asked.default is MISSING else Set(asked.default, trail)
            case Merge(keys, fresh, trail):
                inner = {key: self._without_variables(each, f"{path}.{key}") for key, each in keys.items()}
                return Merge({key: each for key, each in inner.items() if each is not None}, fresh, trail)
            case Set() | Extend() if any(isinstance(entry, FromEnv) for entry in _entries(patch)):
                self.grants[path] = plain(patch)
                return None
            case _:
                return patch

    def _note_bounds(self, patch: Merge, prefix: str) -> None:
        """Note the bounds that a patch raises over those of the layers below."""
        mine = {key: patch.keys[key] for key in BOUNDS if key in patch.keys}
        if not mine:
            return
        below = apply(stacked(self._weaker), {})
        before, after = over(BUILT_IN, below), over(BUILT_IN, apply(Merge(mine), below))
        for key, said in mine.items():
            self._bounds[prefix + key] = plain(said)
            raised = _raised(before.get(key), after.get(key))
            if raised is not MISSING:
                self.grants[prefix + key] = raised


def plain(patch: Patch) -> Any:
    """Return a patch as JSON data without its places: what it says, whatever the form of the file."""
    match patch:
        case Set(value):
            return _plain_value(value)
        case Unset():
            return {"!reset": True}
        case Extend(before, after):
            return {"!prepend": _plain_value(before), "!append": _plain_value(after)}
        case Merge(keys, fresh):
            inner = {key: plain(each) for key, each in keys.items()}
            return {"!override": inner} if fresh else inner


def _plain_value(value: Any) -> Any:
    match value:
        case FromEnv(variable, default):
            return {"!env": [variable] if default is MISSING else [variable, _plain_value(default)]}
        case list() | tuple():
            return [_plain_value(entry) for entry in value]
        case _:
            return value


def _entries(patch: Patch) -> tuple[Any, ...]:
    match patch:
        case Set(list() as items):
            return tuple(items)
        case Extend(before, after):
            return (*before, *after)
        case _:
            return ()


def _raised(before: Any, after: Any) -> Any:
    """Return the bounds of `after` that are higher than those `before`; `MISSING` where none is."""
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        was: Mapping[str, Any] = before if isinstance(before, Mapping) else {}
        now: Mapping[str, Any] = after if isinstance(after, Mapping) else {}
        every = {key: _raised(was.get(key), now.get(key)) for key in {**was, **now}}
        found = {key: value for key, value in every.items() if value is not MISSING}
        return found or MISSING
    if before is None or (after is not None and after <= before):
        return MISSING
    return after

"""What is known of names where the walk stands: layers over layers; a branch costs what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Final, NamedTuple

from turbo_yaml.analysis.inference.lattice import (
    ANY,
    NEVER,
    Origin,
    Place,
    Type,
    Unset,
    either,
    join,
    join_all,
)

_versions: Final = count(1)


class Slot(NamedTuple):
    """What a name holds. Each time that it is set it has a new version."""

    type: Type
    version: int


class End(NamedTuple):
    """Where a path ends, None if it never does; `why` says of a name that is set elsewhere: not here.

    `under`: the conditions that lead onto this path, and onto no other; none where that is not known.
    """

    scope: Scope | None
    why: Place | None = None
    under: frozenset[str] = frozenset()


class Scope:
    """The names known at one place. `holds`: the conditions that are true here."""

    __slots__ = ("below", "forgotten", "holds", "log", "names", "paths")

    def __init__(self, below: Scope | None = None, holds: frozenset[str] = frozenset()) -> None:
        self.holds: frozenset[str] = holds if below is None else below.holds | holds
        self.names: dict[str, Slot] = {}
        self.paths: dict[str, Slot] = {}
        """What is known of `a.b`, with the version of `a` of which it is known."""
        self.below = below
        self.log: list[tuple[str, Type]] | None = None if below is None else below.log
        """Where it is noted what names are set to, on any path, if somebody wants to know."""
        self.forgotten = False
        """Whether what the layers below say is no longer so: something unknown may have set any name."""

    def find(self, name: str) -> Slot | None:
        """Return what is known of a name, None where it was never set."""
        scope: Scope | None = self
        while scope is not None:
            slot = scope.names.get(name)
            if slot is not None:
                return slot
            if scope.forgotten:
                return Slot(ANY, 0)
            scope = scope.below
        return None

    def find_path(self, path: str, version: int) -> Type | None:
        """Return what is known of `a.b` beyond what the type of `a` says, if `a` was not set since."""
        scope: Scope | None = self
        while scope is not None:
            slot = scope.paths.get(path)
            if slot is not None:
                return slot.type if slot.version == version else None
            scope = scope.below
        return None

    def set(self, name: str, type_: Type) -> None:
        """Note that a name has a value from here on."""
        self.names[name] = Slot(type_, next(_versions))
        if self.log is not None:
            self.log.append((name, type_))

    def refine(self, name: str, type_: Type, version: int) -> None:
        """Note what more is known of the value that a name has."""
        self.names[name] = Slot(type_, version)

    def refine_path(self, path: str, type_: Type, version: int) -> None:
        """Note what more is known of `a.b`."""
        self.paths[path] = Slot(type_, version)

    def renew(self, name: str, paths: Mapping[str, Type]) -> None:
        """Note that these parts of what a name holds are new; what is known of others stays."""
        slot = self.find(name)
        known = self.known_parts(name)
        self.set(name, ANY if slot is None else slot.type)
        version = self.names[name].version
        for path, type_ in known.items():
            if not any(path.startswith(f"{new}.") for new in paths):
                self.refine_path(path, type_, version)
        for path, type_ in paths.items():
            self.refine_path(path, type_, version)

    def known_parts(self, name: str) -> dict[str, Type]:
        """Return what is known of parts of what a name holds, by their paths."""
        slot = self.find(name)
        known: dict[str, Type] = {}
        scope: Scope | None = self
        while scope is not None and slot is not None:
            for path, found in scope.paths.items():
                if found.version == slot.version and path.startswith(f"{name}."):
                    known.setdefault(path, found.type)
            scope = scope.below
        return known

    def mark(self, name: str, origin: Origin) -> None:
        """Note who wrote some of what a name holds, wherever it was set."""
        scope: Scope | None = self
        while scope is not None:
            slot = scope.names.get(name)
            if slot is not None:
                origins = either(slot.type.origin, origin)
                scope.names[name] = Slot(slot.type._replace(origin=origins), slot.version)
                return
            scope = scope.below

    def hand_on(self, outer: Scope) -> None:
        """Tell another scope what more is known of what its names hold; what is set here stays here."""
        for name, slot in self.names.items():
            before = outer.find(name)
            if before is not None and before.version == slot.version:
                outer.names[name] = slot
        for path, slot in self.paths.items():
            before = outer.find(path.split(".", 1)[0])
            if before is not None and before.version == slot.version:
                outer.paths[path] = slot

    def forget(self) -> None:
        """Note that any name may have been set to anything."""
        self.names.clear()
        self.paths.clear()
        self.forgotten = True

    def loosen(self, names: Iterable[str], why: Place | None = None) -> None:
        """Note that names may have been set anew, to anything, or not."""
        for name in names:
            slot = self.find(name)
            unset = Unset(why) if slot is None else slot.type.unset
            self.set(name, ANY if unset is None else Type(any=True, unset=unset))

    def logged(self) -> Scope:
        """Return a scope over this one that notes what names are set to."""
        inner = Scope(self)
        inner.log = []
        return inner

    def set_in_part(self, body: Scope, why: Place | None) -> None:
        """Note that what was set in a body that notes it may have been set, or not."""
        done: dict[str, Type] = {}
        for name, type_ in body.log or ():
            done[name] = join(done[name], type_) if name in done else type_
        for name, type_ in done.items():
            slot = self.find(name)
            whole = type_ if slot is None else join(slot.type, type_)
            self.set(name, whole._replace(unset=Unset(why)) if slot is None else whole)

    def flattened(self, base: Scope) -> Scope:
        """Return all that was noted above `base` as one layer over it."""
        layers: list[Scope] = []
        scope: Scope | None = self
        while scope is not None and scope is not base:
            layers.append(scope)
            scope = scope.below
        flat = Scope(base)
        flat.holds = self.holds
        for layer in reversed(layers):
            if layer.forgotten:
                flat.forget()
            flat.names.update(layer.names)
            flat.paths.update(layer.paths)
        return flat

    def join(self, ends: Iterable[End]) -> bool:
        """Take up what is known where paths that began here meet; tell whether any path comes here."""
        reached = [end for end in ends if end.scope is not None]
        if len(reached) == 1:
            self._take(reached[0].scope)
        elif reached:
            if any(end.scope is not None and end.scope.forgotten for end in reached):
                self.forget()
            names = {name: None for end in reached if end.scope is not None for name in end.scope.names}
            met = {name: self._meet(name, reached) for name in names}
            parts = {path: slot for name in names for path, slot in _met_parts(name, reached, met[name])}
            self.names.update(met)
            self.paths.update(parts)
        return bool(reached)

    def _take(self, end: Scope | None) -> None:
        assert end is not None
        if end.forgotten:
            self.forget()
        self.names.update(end.names)
        self.paths.update(end.paths)
        self.holds = end.holds

    def _meet(self, name: str, ends: list[End]) -> Slot:
        whole = NEVER
        versions = set()
        why: Place | None = None
        absent = False
        under: set[frozenset[str]] = set()
        for scope, reason, own in ends:
            assert scope is not None
            slot = scope.find(name)
            if slot is None:
                absent, why = True, why or reason
                versions.add(0)
                continue
            versions.add(slot.version)
            unset = slot.type.unset
            if unset is not None:
                absent, why = True, unset.why or why
                under.update(own | conditions for conditions in unset.under)
            elif own:
                under.add(own)
            whole = slot.type if whole is NEVER else join(whole, slot.type)
        if absent:
            whole = whole._replace(unset=Unset(why, frozenset(under)))
        version = versions.pop() if len(versions) == 1 else next(_versions)
        return Slot(whole, version)


def _met_parts(name: str, ends: list[End], met: Slot) -> Iterator[tuple[str, Slot]]:
    """Yield what is known at every end of parts of what a name holds."""
    first, *others = [end.scope.known_parts(name) for end in ends if end.scope is not None]
    for path, type_ in first.items():
        if all(path in known for known in others):
            yield path, Slot(join_all((type_, *(known[path] for known in others))), met.version)

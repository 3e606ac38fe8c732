"""What is known of names where the walk stands: in layers, so that a branch costs what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from turbo_yaml.analysis.facts import Known
from turbo_yaml.types import Kind


class Env:
    """The names known at one place. `fork`: what lies below belongs to an enclosing Python function."""

    __slots__ = ("below", "fork", "own")

    def __init__(self, below: Env | None = None, *, fork: bool = False) -> None:
        self.own: dict[str, Known] = {}
        self.below = below
        self.fork = fork

    def get(self, name: str) -> Known | None:
        """Return what is known of a name."""
        env: Env | None = self
        outer = False
        while env is not None:
            known = env.own.get(name)
            if known is not None:
                return Known(known.kind, known.unset, True) if outer and not known.outer else known
            outer = outer or env.fork
            env = env.below
        return None

    def set(self, name: str, kind: Kind = "any") -> None:
        """Note that a name has a value from here on."""
        self.own[name] = Known(kind)

    def loosen(self, names: Iterable[str]) -> None:
        """Note that names may or may not be set anew: of any kind, unset where they were not set before."""
        for name in names:
            before = self.get(name)
            self.own[name] = Known(unset=True) if before is None else Known("any", before.unset, before.outer)

    def join(self, ends: Iterable[Env | None]) -> bool:
        """Take up what is known where paths that began here meet; tell whether any path comes here."""
        reached = [end for end in ends if end is not None]
        for name in {name: None for end in reached for name in end.own}:
            self.own[name] = _meet([end.get(name) for end in reached])
        return bool(reached)

    def names(self) -> Iterator[str]:
        """Yield every name known, for suggestions."""
        env: Env | None = self
        while env is not None:
            yield from env.own
            env = env.below


def _meet(known: list[Known | None]) -> Known:
    there = [item for item in known if item is not None]
    kinds = {item.kind for item in there}
    return Known(
        kinds.pop() if len(kinds) == 1 else "any",
        unset=len(there) < len(known) or any(item.unset for item in there),
        outer=any(item.outer for item in there),
    )

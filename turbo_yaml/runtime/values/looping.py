"""The state of a loop, as templates read it: `loop.index`, `loop.last` and the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from turbo_yaml.runtime.values.methods import Method, Open
from turbo_yaml.runtime.values.operators import ne
from turbo_yaml.runtime.values.words import missing, wrong_value


class Loop(Open):
    """One loop; `index0` moves on from round to round."""

    __slots__ = ("changes", "depth0", "index0", "items")

    def __init__(self, items: Sequence[Any], depth0: int = 0) -> None:
        self.items = items
        self.index0 = 0
        self.depth0 = depth0
        self.changes: tuple[Any, ...] | None = None

    def __len__(self) -> int:
        return len(self.items)

    @property
    def index(self) -> int:
        """The number of the round, from 1."""
        return self.index0 + 1

    @property
    def first(self) -> bool:
        """Whether this is the first round."""
        return self.index0 == 0

    @property
    def last(self) -> bool:
        """Whether this is the last round."""
        return self.index0 == len(self.items) - 1

    @property
    def length(self) -> int:
        """How many rounds there are."""
        return len(self.items)

    @property
    def revindex(self) -> int:
        """How many rounds there are from this one on."""
        return len(self.items) - self.index0

    @property
    def revindex0(self) -> int:
        """How many rounds are left after this one."""
        return len(self.items) - self.index0 - 1

    @property
    def depth(self) -> int:
        """How deep this loop is in a recursive one, from 1."""
        return self.depth0 + 1

    def member(self, name: Any) -> Any:
        """Return the member of that name, or `missing`; there is none before the first and after the last."""
        if name in _MEMBERS:
            return getattr(self, name)
        if name in _NEIGHBOURS:
            index = self.index0 + _NEIGHBOURS[name]
            return self.items[index] if 0 <= index < len(self.items) else missing
        method = _METHODS.get(name)
        return missing if method is None else Method(self, name, method)

    def cycle(self, *values: Any) -> Any:
        """Return one of the values after another, round by round."""
        if not values:
            raise wrong_value("`loop.cycle` takes the values to go through")
        return values[self.index0 % len(values)]

    def changed(self, *values: Any) -> bool:
        """Tell whether the values differ from those of the call before."""
        before, self.changes = self.changes, values
        return before is None or ne(before, values)


_METHODS: dict[str, Callable[..., Any]] = {"cycle": Loop.cycle, "changed": Loop.changed}
_MEMBERS = frozenset(
    {"depth", "depth0", "first", "index", "index0", "last", "length", "revindex", "revindex0"}
)
_NEIGHBOURS = {"previtem": -1, "nextitem": 1}

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

    def member(self, name: Any) -> Any:
        """Return the member of that name, or `missing`; there is none before the first and after the last."""
        if name in _METHODS:
            return Method(self, name, _METHODS[name])
        read = _MEMBERS.get(name)
        return missing if read is None else read(self)

    def cycle(self, *values: Any) -> Any:
        """Return one of the values after another, round by round."""
        if not values:
            raise wrong_value("`loop.cycle` takes the values to go through")
        return values[self.index0 % len(values)]

    def changed(self, *values: Any) -> bool:
        """Tell whether the values differ from those of the call before."""
        before, self.changes = self.changes, values
        return before is None or ne(before, values)


def _near(loop: Loop, step: int) -> Any:
    index = loop.index0 + step
    return loop.items[index] if 0 <= index < len(loop.items) else missing


_METHODS: dict[str, Callable[..., Any]] = {"cycle": Loop.cycle, "changed": Loop.changed}
_MEMBERS: dict[str, Callable[[Loop], Any]] = {
    "index": lambda loop: loop.index0 + 1,
    "index0": lambda loop: loop.index0,
    "revindex": lambda loop: len(loop.items) - loop.index0,
    "revindex0": lambda loop: len(loop.items) - loop.index0 - 1,
    "first": lambda loop: loop.index0 == 0,
    "last": lambda loop: loop.index0 == len(loop.items) - 1,
    "length": lambda loop: len(loop.items),
    "depth": lambda loop: loop.depth0 + 1,
    "depth0": lambda loop: loop.depth0,
    "previtem": lambda loop: _near(loop, -1),
    "nextitem": lambda loop: _near(loop, 1),
}

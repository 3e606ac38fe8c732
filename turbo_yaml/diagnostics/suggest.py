"""A misspelt name to the nearest legal one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

_TOO_SHORT = 4


class Replacement(str):
    """A help line whose advice is sure: at the place of the finding `instead` is meant, not `written`."""

    written: str
    instead: str

    def __new__(cls, words: str, written: str, instead: str) -> Replacement:
        """Return the help line with what it advises."""
        self = super().__new__(cls, words)
        self.written, self.instead = written, instead
        return self

    def __reduce__(self) -> tuple[type[Replacement], tuple[str, str, str]]:
        """Return what makes another one like it, in another process."""
        return Replacement, (str(self), self.written, self.instead)


def nearest(name: str, legal: Iterable[str]) -> str | None:
    """Return the legal name that `name` is most likely a slip of, or None when none is near."""
    wanted = _fold(name)
    if not wanted:
        return None
    best: tuple[float, str] | None = None
    for candidate in _in_order(legal):
        folded = _fold(candidate)
        distance = 0.0 if folded == wanted else float(_distance(wanted, folded))
        if (
            distance
            and min(len(wanted), len(folded)) >= 3
            and (folded.startswith(wanted) or wanted.startswith(folded))
        ):
            distance = min(distance, 1.5)
        if distance <= max(1.0, min(len(wanted), len(folded)) / 3) and (best is None or distance < best[0]):
            best = (distance, candidate)
    return best[1] if best and best[1] != name else None


def _in_order(legal: Iterable[str]) -> list[str]:
    """Return names in their order, and those of a set, which has another one each time, by the alphabet."""
    return sorted(legal) if isinstance(legal, set | frozenset) else list(legal)


def did_you_mean(name: str, legal: Iterable[str]) -> str | None:
    """Return the help line for a misspelt name: the nearest legal one, else a short list of all."""
    legal = _in_order(legal)
    near = nearest(name, legal)
    if near is not None:
        return suggestion(name, near, legal)
    if 0 < len(legal) <= 12:
        return "one of " + ", ".join(f"`{word}`" for word in legal)
    return None


def suggestion(name: str, near: str, legal: Iterable[str]) -> str:
    """Return the help line that names the nearest legal name; a `Replacement` where no other can be meant."""
    words = f"did you mean `{near}`?"
    return Replacement(words, name, near) if _is_sure(name, near, {*legal}) else words


def _is_sure(name: str, near: str, legal: Collection[str]) -> bool:
    """Tell whether a name differs by one slip alone, and no other name does.

    A digit or an `s` at the end is no slip: `user_2` is not `user_1`, and `orders` are not an `order`.
    """
    wanted, found = _fold(name), _fold(near)
    others = [_fold(other) for other in legal if other != near]
    if wanted == found:
        return wanted not in others
    if len(found) < _TOO_SHORT or _distance(wanted, found) != 1 or wanted.rstrip("s") == found.rstrip("s"):
        return False
    if [char for char in wanted if char.isdigit()] != [char for char in found if char.isdigit()]:
        return False
    return all(_distance(wanted, other) > 1 for other in others)


def _fold(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _distance(a: str, b: str) -> int:
    """Edit distance where a swap of neighbours counts one (optimal string alignment)."""
    if abs(len(a) - len(b)) > 8 or max(len(a), len(b)) > 64:
        return 99
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]

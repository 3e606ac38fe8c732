"""A misspelt name to the nearest legal one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, legal: Iterable[str]) -> str | None:
    """Return the legal name that `name` is most likely a slip of, or None when none is near."""
    wanted = _fold(name)
    best: tuple[float, str] | None = None
    for candidate in legal:
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


def did_you_mean(name: str, legal: Iterable[str]) -> str | None:
    """Return the help line for a misspelt name: the nearest legal one, else a short list of all."""
    legal = list(legal)
    near = nearest(name, legal)
    if near is not None:
        return f"did you mean `{near}`?"
    if 0 < len(legal) <= 12:
        return "one of " + ", ".join(f"`{word}`" for word in legal)
    return None


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

"""The boxes and arrows of one flow to places: in ranks from top to bottom, near what they hang together with.

The usual way: ranks by longest path, bends where an arrow passes a rank, an order by the mean place of the
neighbours, and columns as near to them as the order allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from turbo_yaml.drawing.graph import Arrow, Group
from turbo_yaml.records import Record

BETWEEN: Final = 22.0
"""Pixels between two boxes of a rank."""
BELOW: Final = 40.0
"""Pixels between two ranks: room for the label of an arrow."""
_BEND: Final = 14.0
_SWEEPS: Final = 8


class Size(NamedTuple):
    """Pixels."""

    width: float
    height: float


class Point(NamedTuple):
    """Pixels from the left and from the top."""

    x: float
    y: float


class Layout(Record):
    """The middle of each box, the bends of each arrow by its number, and how large it all is."""

    middles: Mapping[str, Point]
    bends: Mapping[int, tuple[Point, ...]]
    width: float
    height: float


def lay_out(group: Group, sizes: Mapping[str, Size]) -> Layout:
    """Return where the boxes of a group stand. Arrows lead to boxes further on in it, but for those back."""
    ranks = _ranks(group)
    chains = {number: _chain(number, arrow, ranks) for number, arrow in enumerate(group.arrows)}
    rows: list[list[str]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for name, rank in ranks.items():
        rows[rank].append(name)
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for number, chain in chains.items():
        for bend in chain[1:-1]:
            ranks[bend] = ranks[group.arrows[number].start] + chain.index(bend)
            rows[ranks[bend]].append(bend)
        for upper, lower in pairwise(chain):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    _order(rows, above, below)
    widths = {name: sizes[name].width if name in sizes else _BEND for row in rows for name in row}
    columns = _columns(rows, above, below, widths)
    tops, height = _heights(rows, sizes)
    left = min((columns[name] - widths[name] / 2 for row in rows for name in row), default=0.0)
    right = max((columns[name] + widths[name] / 2 for row in rows for name in row), default=0.0)
    places = {name: Point(columns[name] - left, tops[rank]) for rank, row in enumerate(rows) for name in row}
    bends = {number: tuple(places[bend] for bend in chain[1:-1]) for number, chain in chains.items()}
    return Layout({name: places[name] for name in sizes}, bends, right - left, height)


def _ranks(group: Group) -> dict[str, int]:
    """Return the rank of each box: one below the lowest of those that lead to it."""
    ranks = {box.name: 0 for box in group.boxes}
    leading: dict[str, list[str]] = {}
    for arrow in group.arrows:
        if not arrow.back:
            leading.setdefault(arrow.end, []).append(arrow.start)
    for box in group.boxes:
        ranks[box.name] = max((ranks[name] + 1 for name in leading.get(box.name, ())), default=0)
    return ranks


def _chain(number: int, arrow: Arrow, ranks: Mapping[str, int]) -> list[str]:
    """Return an arrow as its boxes with a bend in each rank between them; one that leads back has none."""
    if arrow.back:
        return []
    between = range(ranks[arrow.start] + 1, ranks[arrow.end])
    return [arrow.start, *(f"{number}/{rank}" for rank in between), arrow.end]


def _order(
    rows: list[list[str]], above: Mapping[str, Sequence[str]], below: Mapping[str, Sequence[str]]
) -> None:
    """Sort each rank by the mean place of the neighbours above, then below, several times."""
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        near = above if down else below
        for index in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            other = {name: place for place, name in enumerate(rows[index - 1 if down else index + 1])}
            own = {name: float(place) for place, name in enumerate(rows[index])}
            means = {name: _mean([other[each] for each in near.get(name, ())], own[name]) for name in own}
            rows[index].sort(key=lambda name: means[name])


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _columns(
    rows: list[list[str]],
    above: Mapping[str, Sequence[str]],
    below: Mapping[str, Sequence[str]],
    widths: Mapping[str, float],
) -> dict[str, float]:
    """Return the middle of each box and bend from the left."""
    columns: dict[str, float] = {}
    for row in rows:
        columns.update(zip(row, _apart([0.0] * len(row), row, widths), strict=True))
    for sweep in range(2 * _SWEEPS):
        near = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_mean([columns[each] for each in near.get(name, ())], columns[name]) for name in row]
            columns.update(zip(row, _apart(wanted, row, widths), strict=True))
    return columns


def _apart(wanted: Sequence[float], row: Sequence[str], widths: Mapping[str, float]) -> list[float]:
    """Return the columns nearest to those wanted in which nothing of a rank overlaps: runs are averaged."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (widths[left] + widths[right]) / 2 + BETWEEN)
    runs: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        runs.append((want - offset, 1))
        while len(runs) > 1 and runs[-2][0] > runs[-1][0]:
            (first, many), (second, more) = runs[-2], runs[-1]
            runs[-2:] = [((first * many + second * more) / (many + more), many + more)]
    means = [mean for mean, many in runs for _ in range(many)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=False)]


def _heights(rows: list[list[str]], sizes: Mapping[str, Size]) -> tuple[list[float], float]:
    """Return the middle of each rank from the top, and where the last one ends."""
    middles = []
    top = 0.0
    for row in rows:
        height = max((sizes[name].height for name in row if name in sizes), default=0.0)
        middles.append(top + height / 2)
        top += height + BELOW
    return middles, top - BELOW

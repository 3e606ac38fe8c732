"""A graph to a picture in SVG that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import Final

from turbo_yaml.diagnostics.visible import cells
from turbo_yaml.drawing.graph import Arrow, Box, Graph, Group, Kind
from turbo_yaml.drawing.layered import Layout, Point, Size, lay_out
from turbo_yaml.records import Record, replace

_LETTER: Final = 6.7
_LINE: Final = 16.0
_PAD: Final = Size(14.0, 9.0)
_MARGIN: Final = 24.0
_TITLE: Final = 30.0
_STEP_ASIDE: Final = 16.0
_FILLS: Final[dict[Kind, str]] = {
    "start": "#e8f0fe",
    "end": "#e8f0fe",
    "note": "#ffffff",
    "turn": "#e6f4ea",
    "ask": "#fef7e0",
    "choice": "#f3e8fd",
    "loop": "#f3e8fd",
    "fork": "#f1f3f4",
    "other": "#e4f7fb",
    "fail": "#fce8e6",
}
_POINTED: Final = ("choice", "loop")
_HEAD: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" height="{height:.0f}" \
viewBox="0 0 {width:.0f} {height:.0f}" font-family="Helvetica, Arial, sans-serif" font-size="12">
<title>{title}</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
<path d="M0 0L8 4L0 8z" fill="#5f6368"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>"""


class _Placed(Record):
    """A group with its layout, and where its corner is in the picture."""

    group: Group
    layout: Layout
    sizes: dict[str, Size]
    corner: Point
    width: float
    """With the arrows that lead back, which run beside the boxes."""

    def at(self, point: Point) -> Point:
        return Point(self.corner.x + point.x, self.corner.y + point.y)

    def middle(self, name: str) -> Point:
        return self.at(self.layout.middles[name])


def to_svg(graph: Graph) -> str:
    """Return a graph as an SVG picture."""
    placed = _in_columns([_placed(group) for group in graph.groups])
    width = max((each.corner.x + each.width for each in placed), default=0.0) + 2 * _MARGIN
    height = max((each.corner.y + each.layout.height for each in placed), default=0.0) + 2 * _MARGIN
    title = _text(graph.groups[0].title) if graph.groups else ""
    lines = [_HEAD.format(width=width, height=height, title=title)]
    for each in placed:
        lines += _frame(each)
    for each in placed:
        lines += _arrows(each)
    lines += _asides(graph.arrows, placed)
    for each in placed:
        lines += [line for box in each.group.boxes for line in _box(box, each)]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _placed(group: Group) -> _Placed:
    sizes = {box.name: _size(box) for box in group.boxes}
    layout = lay_out(group, sizes)
    back = sum(arrow.back for arrow in group.arrows)
    title = sum(cell.width for cell in cells(group.title)) * _LETTER
    return _Placed(group, layout, sizes, Point(0, 0), max(layout.width + _STEP_ASIDE * back * 2, title))


def _in_columns(groups: Sequence[_Placed]) -> list[_Placed]:
    """Put groups below one another as long as a column is no higher than the highest of them."""
    most = max((each.layout.height for each in groups), default=0.0)
    x, y, widest = _MARGIN, 0.0, 0.0
    placed: list[_Placed] = []
    for each in groups:
        if y and y + each.layout.height + _TITLE > most:
            x, y, widest = x + widest + 2 * _MARGIN, 0.0, 0.0
        shift = (each.width - each.layout.width) / 2
        placed.append(replace(each, corner=Point(x + shift, y + _MARGIN + _TITLE)))
        y += each.layout.height + _TITLE + 2 * _MARGIN
        widest = max(widest, each.width)
    return placed


def _size(box: Box) -> Size:
    widest = max((sum(cell.width for cell in cells(line)) for line in box.lines), default=0)
    more = 26.0 if box.kind in _POINTED else 0.0
    return Size(widest * _LETTER + 2 * _PAD.width + more, len(box.lines) * _LINE + 2 * _PAD.height)


def _text(text: str) -> str:
    """Return text as it is safe in XML: nothing of it is a tag, and no character is one XML forbids."""
    return escape("".join(cell.text for cell in cells(text)), quote=True)


def _frame(placed: _Placed) -> Iterator[str]:
    x = placed.corner.x - (placed.width - placed.layout.width) / 2 - _MARGIN / 2
    y = placed.corner.y - _TITLE
    height = placed.layout.height + _TITLE + _MARGIN
    width = placed.width + _MARGIN
    yield (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="8" '
        'fill="#fafafa" stroke="#dadce0"/>'
    )
    yield f'<text x="{x + 12:.1f}" y="{y + 19:.1f}" font-weight="bold">{_text(placed.group.title)}</text>'


def _box(box: Box, placed: _Placed) -> Iterator[str]:
    (x, y), (width, height) = placed.middle(box.name), placed.sizes[box.name]
    left, top, right, bottom = x - width / 2, y - height / 2, x + width / 2, y + height / 2
    style = f'fill="{_FILLS[box.kind]}" stroke="#5f6368"'
    if box.kind in _POINTED:
        edge = min(13.0, height / 2)
        points = f"{left:.1f},{y:.1f} {left + edge:.1f},{top:.1f} {right - edge:.1f},{top:.1f} "
        points += f"{right:.1f},{y:.1f} {right - edge:.1f},{bottom:.1f} {left + edge:.1f},{bottom:.1f}"
        yield f'<polygon points="{points}" {style}/>'
    else:
        round_ = height / 2 if box.kind in ("start", "end") else 4
        yield (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'rx="{round_:.1f}" {style}/>'
        )
    for number, line in enumerate(box.lines):
        at = top + _PAD.height + _LINE * number + 12
        weight = ' font-weight="bold"' if box.kind == "turn" and line == "generate" else ""
        yield f'<text x="{x:.1f}" y="{at:.1f}" text-anchor="middle"{weight}>{_text(line)}</text>'


# Arrows ------------------------------------------------------------------------------------------------


def _arrows(placed: _Placed) -> Iterator[str]:
    sides = {True: 0, False: 0}
    for number, arrow in enumerate(placed.group.arrows):
        if arrow.back:
            yield from _back(arrow, placed, sides)
            continue
        start, end = placed.middle(arrow.start), placed.middle(arrow.end)
        start = Point(start.x, start.y + placed.sizes[arrow.start].height / 2)
        end = Point(end.x, end.y - placed.sizes[arrow.end].height / 2)
        points = [start, *(placed.at(bend) for bend in placed.layout.bends[number]), end]
        yield _path(_curve(points))
        yield from _label(arrow, _between(points[0], points[1]))


def _between(start: Point, end: Point) -> Point:
    """Return where the label of an arrow stands: near where it leaves, but clear of the other ones."""
    return Point(start.x + (end.x - start.x) * 0.62, min(start.y + 22, (start.y + end.y) / 2) + 4)


def _curve(points: Sequence[Point]) -> str:
    """Return a path that leaves and enters each point straight down."""
    path = f"M{points[0].x:.1f} {points[0].y:.1f}"
    for start, end in pairwise(points):
        half = (end.y - start.y) / 2
        path += f"C{start.x:.1f} {start.y + half:.1f} {end.x:.1f} {end.y - half:.1f} {end.x:.1f} {end.y:.1f}"
    return path


def _back(arrow: Arrow, placed: _Placed, sides: dict[bool, int]) -> Iterator[str]:
    """Draw an arrow that leads back: out to the nearer side of all that it passes, up, and in again."""
    start, end = placed.middle(arrow.start), placed.middle(arrow.end)
    passed = [
        (placed.middle(name).x, size.width / 2)
        for name, size in placed.sizes.items()
        if end.y <= placed.middle(name).y <= start.y
    ]
    left, right = min(x - half for x, half in passed), max(x + half for x, half in passed)
    to_right = right - start.x <= start.x - left
    sides[to_right] += 1
    way = 1 if to_right else -1
    out = (right if to_right else left) + way * _STEP_ASIDE * sides[to_right]
    leave = start.x + way * placed.sizes[arrow.start].width / 2
    enter = end.x + way * placed.sizes[arrow.end].width / 2
    yield _path(f"M{leave:.1f} {start.y:.1f}H{out:.1f}V{end.y:.1f}H{enter:.1f}")
    yield from _label(arrow, Point((leave + out) / 2, start.y - 6))


def _asides(arrows: Sequence[Arrow], placed: Sequence[_Placed]) -> Iterator[str]:
    """Draw the arrows from one flow into another, dashed and behind the boxes."""
    homes = {box.name: each for each in placed for box in each.group.boxes}
    for arrow in arrows:
        one, other = homes[arrow.start], homes[arrow.end]
        start, end = one.middle(arrow.start), other.middle(arrow.end)
        way = 1 if end.x >= start.x else -1
        x = start.x + way * one.sizes[arrow.start].width / 2
        to = end.x - way * other.sizes[arrow.end].width / 2
        bow = max(40.0, abs(to - x) / 2)
        path = f"M{x:.1f} {start.y:.1f}C{x + way * bow:.1f} {start.y:.1f} "
        path += f"{to - way * bow:.1f} {end.y:.1f} {to:.1f} {end.y:.1f}"
        yield _path(path, ' stroke-dasharray="5 4"')


def _path(path: str, more: str = "") -> str:
    return f'<path d="{path}" fill="none" stroke="#5f6368"{more} marker-end="url(#tip)"/>'


def _label(arrow: Arrow, at: Point) -> Iterator[str]:
    if arrow.label:
        yield (
            f'<text x="{at.x:.1f}" y="{at.y:.1f}" text-anchor="middle" font-size="11" fill="#3c4043" '
            f'stroke="#fafafa" stroke-width="4" paint-order="stroke">{_text(arrow.label)}</text>'
        )

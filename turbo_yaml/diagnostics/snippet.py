"""A span to the source lines it lies in, underlined, in a frame of limited width."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from turbo_yaml.diagnostics.hiding import without_keys
from turbo_yaml.diagnostics.paint import Paint, Style
from turbo_yaml.diagnostics.visible import Cell, cells
from turbo_yaml.source import Source, Span

_CUT = "..."
_MOST_LINES = 6
_BEFORE = 100  # characters in which the name of a value may stand


class Excerpt(NamedTuple):
    """A source line as shown, and the columns of the mark in it."""

    text: str
    start: int
    end: int


class Snippet:
    """Draws the lines of a span; `gutter` is the width of the line numbers, `width` of the whole frame."""

    def __init__(self, source: Source, span: Span, gutter: int, width: int) -> None:
        self._source = source
        self._gutter = gutter
        self._room = max(width - gutter - 3, 20)
        length = len(source.text)
        self._start = min(max(span.start, 0), length)
        self._end = _trimmed_end(source.text, self._start, min(span.end, length))
        self._first = source.position(self._start).line
        self._last = source.position(max(self._end - 1, self._start)).line

    def lines(self, paint: Paint, style: Style, mark: str) -> list[str]:
        """Return the drawn lines: an empty gutter, then each source line with its marks."""
        bar = paint("gutter", " " * self._gutter + " |")
        if self._first == self._last:
            return [bar, *self._single(paint, style, mark)]
        return [bar, *self._several(paint, style, mark)]

    def _single(self, paint: Paint, style: Style, mark: str) -> list[str]:
        shown = excerpt(self._source, self._first, self._start, self._end, self._room)
        marks = " " * shown.start + paint(style, mark * (shown.end - shown.start))
        return [self._row(paint, self._first, shown.text), self._row(paint, None, marks)]

    def _several(self, paint: Paint, style: Style, mark: str) -> list[str]:
        """Draw a bracket down the left of the lines, from where the span starts to where it ends."""
        room = self._room - 2
        side = paint(style, "|") + " "
        top = excerpt(self._source, self._first, self._start, self._start + 1, room)
        if top.text[: top.start].strip():
            opening = paint(style, " " + "_" * (top.start + 1) + mark)
            drawn = [self._row(paint, self._first, "  " + top.text), self._row(paint, None, opening)]
        else:
            drawn = [self._row(paint, self._first, paint(style, "/") + " " + top.text)]
        for number in self._between():
            if number is None:
                drawn.append(paint("gutter", _CUT))
            else:
                start = self._source.starts[number - 1]
                drawn.append(
                    self._row(paint, number, side + excerpt(self._source, number, start, start, room).text)
                )
        foot = excerpt(self._source, self._last, self._end - 1, self._end, room)
        drawn.append(self._row(paint, self._last, side + foot.text))
        drawn.append(self._row(paint, None, paint(style, "|" + "_" * (foot.start + 1) + mark)))
        return drawn

    def _between(self) -> list[int | None]:
        """Return the numbers of the lines between first and last; None stands for those left out."""
        if self._last - self._first < _MOST_LINES:
            return list(range(self._first + 1, self._last))
        return [self._first + 1, self._first + 2, None]

    def _row(self, paint: Paint, number: int | None, text: str) -> str:
        label = "" if number is None else str(number)
        return (paint("gutter", f"{label:>{self._gutter}} |") + " " + text).rstrip()


def excerpt(source: Source, line: int, start: int, end: int, room: int) -> Excerpt:
    """Return as much of a line as fits `room` columns, with the offsets from `start` to `end` in view."""
    first, last = _line_bounds(source, line)
    start = min(max(start, first), last)
    end = min(max(end, start), last)
    low = max(first, start - room)
    high = min(last, min(end, start + room) + room)
    around = max(first, low - _BEFORE)
    drawn = cells(without_keys(source.text[around : high + _BEFORE])[low - around : high - around])
    if start == last:
        # The end of the line is pointed at: it takes a column, too.
        drawn.append(Cell(" ", 1))
    edges = [0, *accumulate(cell.width for cell in drawn)]
    mark_start, mark_end = edges[start - low], edges[min(max(end, start + 1) - low, len(drawn))]
    if mark_start == mark_end:
        # What takes no column is drawn over the character before it.
        mark_start, mark_end = max(mark_start - 1, 0), max(mark_end, 1)
    if low == first and high == last and edges[-1] <= room:
        return Excerpt("".join(cell.text for cell in drawn), mark_start, mark_end)
    return _window(drawn, edges, mark_start, mark_end, room, cut_left=low > first, cut_right=high < last)


def _window(
    drawn: list[Cell], edges: list[int], start: int, end: int, room: int, *, cut_left: bool, cut_right: bool
) -> Excerpt:
    """Cut to `room` columns: from the start of the line if the mark is then in view, else round the mark."""
    left = 0
    if cut_left or min(end, start + room // 2) > room - len(_CUT):
        left = max(start - max((room - (end - start)) // 2, room // 4), 1)
    head = _CUT if left else ""
    space = room - len(head)
    cut_right = cut_right or edges[-1] - left > space
    if cut_right:
        space -= len(_CUT)
    kept = [i for i, cell in enumerate(drawn) if left <= edges[i] and edges[i] + cell.width <= left + space]
    if not kept:
        return Excerpt(head, len(head), len(head) + 1)
    shift = len(head) - edges[kept[0]]
    text = head + "".join(drawn[i].text for i in kept) + (_CUT if cut_right else "")
    limit = edges[kept[-1] + 1] + shift
    return Excerpt(text, start + shift, max(min(end + shift, limit), start + shift + 1))


def _line_bounds(source: Source, line: int) -> tuple[int, int]:
    """Return the offsets of a line without its line end."""
    starts = source.starts
    first = starts[line - 1]
    last = starts[line] if line < len(starts) else len(source.text)
    while last > first and source.text[last - 1] in "\r\n":
        last -= 1
    return first, last


def _trimmed_end(text: str, start: int, end: int) -> int:
    """Return the end of a span without the white space that it ends with; never before its start."""
    while end > start and text[end - 1] in " \t\r\n":
        end -= 1
    return max(end, start)

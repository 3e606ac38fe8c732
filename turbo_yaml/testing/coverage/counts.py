"""What runs have reached to counts for each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from turbo_yaml.flow.nodes import FlowFile
from turbo_yaml.records import Record
from turbo_yaml.source import Source
from turbo_yaml.testing.coverage.points import Point, Way, points_of


def absolute(name: str) -> Path:
    """Return a file's path, however it was named."""
    return Path(name).absolute()


class Hits:
    """How often each mark of each file was told."""

    def __init__(self) -> None:
        self._counts: dict[Path, Counter[int]] = {}
        self._sources: dict[Path, Source] = {}

    def add(self, marks: Iterable[tuple[Source, int]]) -> None:
        """Count the marks of a run."""
        for source, mark in marks:
            path = absolute(source.name)
            self._sources.setdefault(path, source)
            self._counts.setdefault(path, Counter())[mark] += 1

    def of(self, name: str) -> Counter[int]:
        """Return the counts of a file."""
        return self._counts.get(absolute(name), Counter())

    def sources(self) -> list[Source]:
        """Return every file in which something was reached."""
        return [*self._sources.values()]


class CountedWay(Record):
    """A way of a branch, with how often it was gone. `reached`: how often the run came to the branch."""

    point: Point
    way: Way
    count: int
    reached: int


class Covered(Record):
    """One file: each step with how often it was reached, each way with how often it was gone."""

    name: str
    steps: tuple[tuple[Point, int], ...]
    ways: tuple[CountedWay, ...]

    @property
    def steps_reached(self) -> int:
        """How many steps were reached."""
        return sum(count > 0 for _, count in self.steps)

    @property
    def ways_gone(self) -> int:
        """How many ways were gone."""
        return sum(way.count > 0 for way in self.ways)

    @property
    def lines(self) -> dict[int, int]:
        """How often each line with a step in it was reached; of several, the one reached least."""
        lines: dict[int, int] = {}
        for point, count in self.steps:
            lines[point.line] = min(count, lines.get(point.line, count))
        return lines


def covered(file: FlowFile, hits: Hits) -> Covered:
    """Return what was reached in a file."""
    counts = hits.of(file.source.name)
    points = points_of(file)
    ways = [
        CountedWay(point, way, sum(counts[mark] for mark in way.marks), counts[point.mark])
        for point in points
        for way in point.ways
    ]
    return Covered(file.source.name, tuple((point, counts[point.mark]) for point in points), tuple(ways))

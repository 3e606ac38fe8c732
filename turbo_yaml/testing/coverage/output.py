"""Counts to a table for people, and to LCOV and JSON for tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from turbo_yaml.diagnostics.paint import painter
from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.testing.coverage.counts import Covered

_HEADS = ("coverage", "steps", "branches", "not reached")


def to_table(files: Sequence[Covered], *, color: bool = False) -> str:
    """Return a line for each file: how many steps and ways were reached, and where none was."""
    paint = painter(color)
    rows = [
        (one_line(file.name), _share(file.steps_reached, len(file.steps)),
         _share(file.ways_gone, len(file.ways)), ", ".join(_left(file)))
        for file in files
    ]  # fmt: skip
    steps = sum(len(file.steps) for file in files), sum(file.steps_reached for file in files)
    ways = sum(len(file.ways) for file in files), sum(file.ways_gone for file in files)
    rows.append(
        ("in all", _share(steps[1], steps[0]), _share(ways[1], ways[0]), _percent(steps[1], steps[0]))
    )
    widths = [max(len(row[column]) for row in (_HEADS, *rows)) for column in range(3)]
    lines = [_row(_HEADS, widths), *(_row(row, widths) for row in rows)]
    lines[0] = paint("strong", lines[0])
    return "\n".join(["", *lines, ""])


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    name, steps, ways, left = cells
    return f"{name:<{widths[0]}}  {steps:>{widths[1]}}  {ways:>{widths[2]}}  {left}".rstrip()


def _share(reached: int, of: int) -> str:
    return f"{reached}/{of}" if of else "-"


def _percent(reached: int, of: int) -> str:
    return f"{100 * reached // of} % of all steps" if of else ""


def _left(file: Covered) -> Iterator[str]:
    """Yield the lines of steps that were not reached, then the ways not gone at branches that were."""
    lines = sorted({point.line for point, count in file.steps if not count})
    for _, group in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        run = [line for _, line in group]
        yield str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"
    for way in file.ways:
        # What begins at a line that was not reached is told already.
        if not way.count and way.reached and way.way.line not in lines:
            yield f"{way.point.line} ({one_line(way.way.name)})"


def to_lcov(files: Sequence[Covered]) -> str:
    """Return the counts as LCOV: flows as functions, ways as branches, lines with steps."""
    return "".join(f"{line}\n" for file in files for line in _lcov(file))


def _lcov(file: Covered) -> Iterator[str]:
    yield "TN:"
    yield f"SF:{file.name}"
    flows: dict[str, tuple[int, int]] = {}
    for point, count in file.steps:
        flows.setdefault(point.flow, (point.line, count))
    yield from (f"FN:{line},{name}" for name, (line, _) in flows.items())
    yield from (f"FNDA:{count},{name}" for name, (_, count) in flows.items())
    yield f"FNF:{len(flows)}"
    yield f"FNH:{sum(count > 0 for _, count in flows.values())}"
    for block, (_, group) in enumerate(groupby(file.ways, key=lambda way: way.point.mark)):
        for number, way in enumerate(group):
            taken = str(way.count) if way.reached or way.count else "-"
            yield f"BRDA:{way.point.line},{block},{number},{taken}"
    yield f"BRF:{len(file.ways)}"
    yield f"BRH:{file.ways_gone}"
    lines = file.lines
    yield from (f"DA:{line},{count}" for line, count in sorted(lines.items()))
    yield f"LF:{len(lines)}"
    yield f"LH:{sum(count > 0 for count in lines.values())}"
    yield "end_of_record"


def to_json(files: Sequence[Covered]) -> str:
    """Return the counts as JSON."""
    data = {
        "files": [
            {
                "file": file.name,
                "steps": {"reached": file.steps_reached, "all": len(file.steps)},
                "branches": {"gone": file.ways_gone, "all": len(file.ways)},
                "lines": {str(line): count for line, count in sorted(file.lines.items())},
                "points": [
                    {"line": point.line, "step": point.head, "flow": point.flow, "count": count}
                    for point, count in file.steps
                ],
                "ways": [
                    {"line": way.point.line, "step": way.point.head, "way": way.way.name, "count": way.count}
                    for way in file.ways
                ],
            }
            for file in files
        ]
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

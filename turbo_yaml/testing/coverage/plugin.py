"""A plug-in of coverage.py: flows are measured beside the Python code that runs them, by their own lines.

`plugins = turbo_yaml.testing.coverage.plugin` under `[run]`, or `[tool.coverage.run]` in a `pyproject.toml`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from types import FrameType
from typing import Any

from coverage.plugin import CoveragePlugin, FileReporter, FileTracer

_ENDINGS = (".yaml", ".yml")
_NO_LINES = (-1, -1)


def coverage_init(registry: Any, options: Mapping[str, Any]) -> None:
    """Let coverage.py know the plug-in."""
    registry.add_file_tracer(FlowPlugin())


class FlowPlugin(CoveragePlugin):
    """Measures what is compiled from flow files: its positions are theirs."""

    def file_tracer(self, filename: str) -> FileTracer | None:
        """Return what measures a flow file, None for any other."""
        return FlowTracer(filename) if filename.endswith(_ENDINGS) and lines_of(filename) else None

    def file_reporter(self, filename: str) -> FileReporter:
        """Return what tells coverage.py about a flow file."""
        return FlowReporter(filename)


class FlowTracer(FileTracer):
    """Takes whatever runs for a step as the line of the step."""

    def __init__(self, filename: str) -> None:
        self._filename = filename

    def source_filename(self) -> str:
        """Return the flow file."""
        return self._filename

    def line_number_range(self, frame: FrameType) -> tuple[int, int]:
        """Return the line of the step that runs; none for what comes before the first."""
        lines = lines_of(self._filename)
        number = bisect_right(lines, frame.f_lineno)
        return (lines[number - 1], lines[number - 1]) if number else _NO_LINES


class FlowReporter(FileReporter):
    """Tells which lines of a flow file hold steps."""

    def lines(self) -> set[int]:
        """Return the lines that can run."""
        return set(lines_of(self.filename))


@cache
def lines_of(filename: str) -> tuple[int, ...]:
    """Return the lines of a flow file on which steps begin, sorted; none where it is no flow."""
    from pathlib import Path

    from turbo_yaml.compiler.stages import parse
    from turbo_yaml.source.files import UnreadableText, read_source
    from turbo_yaml.testing.coverage.points import points_of

    try:
        file = parse(read_source(Path(filename), name=filename)).file
    except UnreadableText:
        return ()
    return () if file is None else tuple(sorted({point.line for point in points_of(file)}))

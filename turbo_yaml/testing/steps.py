"""Marks of a run to the steps that they are: in which flow, on which line, by which name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.nodes import FlowFile
from turbo_yaml.flow.walk import steps
from turbo_yaml.source import Source

Parse = Callable[[Source], FlowFile | None]


class StepTable:
    """The steps of the files that ran, by the offsets of their heads."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._files: dict[str, dict[int, dict[str, Any]]] = {}

    def ran(self, marks: Iterable[tuple[Source, int]]) -> list[dict[str, Any]]:
        """Return the steps that marks tell of, in order, as data: `{step, id, flow, line}`."""
        return [self._of(source)[mark] for source, mark in marks if mark >= 0]

    def _of(self, source: Source) -> dict[int, dict[str, Any]]:
        known = self._files.get(source.name)
        if known is None:
            file = self._parse(source)
            known = self._files[source.name] = {} if file is None else _table(file)
        return known


def _table(file: FlowFile) -> dict[int, dict[str, Any]]:
    return {
        step.head.start: {
            "step": head_of(step, file.source),
            "id": step.id,
            "flow": flow.name,
            "line": file.source.position(step.head.start).line,
        }
        for flow in (file.main, *file.flows.values())
        for step in steps(flow.steps)
    }


def head_of(step: n.Step, source: Source) -> str:
    """Return a step's head as it is written."""
    return source.text[step.head.start : step.head.end].strip("\"'")

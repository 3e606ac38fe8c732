"""A flow file to what a run may reach in it: each step, and each way that a branch may go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.records import Record
from turbo_yaml.testing.steps import head_of


class Way(Record):
    """One way that a branch may go. It was gone if one of the marks was told; `line`: where it begins."""

    name: str
    line: int
    marks: tuple[int, ...]


class Point(Record):
    """A step with the ways that begin at it. `flow` is the flow that it belongs to."""

    flow: str
    head: str
    line: int
    mark: int
    ways: tuple[Way, ...] = ()


def points_of(file: n.FlowFile) -> list[Point]:
    """Return every step of a file, in order."""
    found = []
    for flow in (file.main, *file.flows.values()):
        for step in steps(flow.steps):
            line = _line(file, step.head.start)
            ways = tuple(_ways(step, file))
            found.append(Point(flow.name, head_of(step, file.source), line, step.head.start, ways))
    return found


def _line(file: n.FlowFile, offset: int) -> int:
    return file.source.position(offset).line


def _ways(step: n.Step, file: n.FlowFile) -> Iterator[Way]:
    if step.when is not None:
        start = step.when.span.start
        yield Way("when", _line(file, start), (step.head.start,))
        yield Way("not when", _line(file, start), (~start,))
    for name, body in _bodies(step):
        if body:
            yield Way(name, _line(file, body[0].head.start), _entering(body))
    if isinstance(step, n.If) and not step.orelse:
        start = step.branches[-1].condition.span.start
        yield Way("else", _line(file, start), (~start,))


def _bodies(step: n.Step) -> Sequence[tuple[str, n.Body]]:
    """Return the bodies that a run may enter or not. An empty one is passed over: nothing is in it."""
    match step:
        case n.If():
            names = ["then", *(f"elif {number}" for number in range(1, len(step.branches)))]
            bodies = [branch.body for branch in step.branches]
            return [*zip(names, bodies, strict=True), ("else", step.orelse)]
        case n.Match():
            return [
                *((f"case {case.label}", case.body) for case in step.cases),
                ("else", step.orelse or ()),
            ]
        case n.For():
            return [("a round", step.body)]
        case n.While():
            return [("a round", step.body), ("otherwise", step.otherwise or ())]
        case n.Try():
            return [("catch", step.catch or ())]
        case _:
            return ()


def _entering(body: n.Body) -> tuple[int, ...]:
    """Return the marks of which one is told when a body is entered: its first step, done or not."""
    first = body[0]
    return (first.head.start,) if first.when is None else (first.head.start, ~first.when.span.start)

"""Steps that name other flows to the circles that they make."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from turbo_yaml.analysis.facts import NodeId
from turbo_yaml.analysis.links import Link, Links
from turbo_yaml.analysis.tools import tool_of, tool_refs
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import steps
from turbo_yaml.records import Record
from turbo_yaml.source import Span


class Arc(Record):
    """A step of one flow that goes on in another, by its name or by that of a tool which it is, at `place`.

    `sure`: every way through the flow leads over it.
    """

    flow: n.Flow
    file: n.FlowFile
    step: n.Step
    place: Span
    link: Link
    sure: bool


class FlowGraph:
    """The flows that can be reached from a file, each with the steps that name others."""

    def __init__(self, file: n.FlowFile, links_of: Callable[[n.FlowFile], Links]) -> None:
        self.arcs: dict[NodeId, list[Arc]] = {}
        links: dict[NodeId, Links] = {}
        waiting = deque((flow, file) for flow in (file.main, *file.flows.values()))
        while waiting:
            flow, home = waiting.popleft()
            if id(flow) in self.arcs:
                continue
            if id(home) not in links:
                links[id(home)] = links_of(home)
            arcs = self.arcs[id(flow)] = [*_arcs(flow, home, links[id(home)])]
            waiting.extend((arc.link.flow, arc.link.file) for arc in arcs)

    def circles(self, *, sure: bool) -> Iterator[list[Arc]]:
        """Yield a shortest circle of each group of flows that lead to one another; `sure`: by sure steps.

        It begins at the same step whichever of its files is looked at.
        """
        for group in self._groups(sure):
            circle = self._shortest(group, sure)
            if circle is not None:
                first = min(range(len(circle)), key=lambda index: _order(circle[index]))
                yield circle[first:] + circle[:first]

    def _from(self, flow: NodeId, sure: bool) -> list[Arc]:
        return [arc for arc in self.arcs.get(flow, ()) if arc.sure or not sure]

    def _groups(self, sure: bool) -> Iterator[list[NodeId]]:
        """Yield the strongly connected components, by Tarjan's algorithm without recursion."""
        numbers: dict[NodeId, int] = {}
        lows: dict[NodeId, int] = {}
        stack: list[NodeId] = []
        open_: set[NodeId] = set()
        for root in self.arcs:
            if root in numbers:
                continue
            work = [(root, iter(self._from(root, sure)))]
            while work:
                node, arcs = work[-1]
                if node not in numbers:
                    numbers[node] = lows[node] = len(numbers)
                    stack.append(node)
                    open_.add(node)
                for arc in arcs:
                    other = id(arc.link.flow)
                    if other not in numbers:
                        work.append((other, iter(self._from(other, sure))))
                        break
                    if other in open_:
                        lows[node] = min(lows[node], numbers[other])
                else:
                    work.pop()
                    if work:
                        above = work[-1][0]
                        lows[above] = min(lows[above], lows[node])
                    if lows[node] == numbers[node]:
                        at = stack.index(node)
                        group = stack[at:]
                        del stack[at:]
                        open_.difference_update(group)
                        yield group

    def _shortest(self, group: list[NodeId], sure: bool) -> list[Arc] | None:
        """Return a shortest circle through the first flow of a group; None where there is none."""
        members = set(group)
        start = next(flow for flow in self.arcs if flow in members)
        waiting = deque([start])
        reached: dict[NodeId, Arc] = {}
        while waiting:
            here = waiting.popleft()
            for arc in self._from(here, sure):
                other = id(arc.link.flow)
                if other == start:
                    return _way(arc, reached, start)
                if other in members and other not in reached:
                    reached[other] = arc
                    waiting.append(other)
        return None


def _order(arc: Arc) -> tuple[str, int]:
    return arc.file.source.name, arc.step.head.start


def _way(last: Arc, reached: dict[NodeId, Arc], start: NodeId) -> list[Arc]:
    way = [last]
    while id(way[-1].flow) != start:
        way.append(reached[id(way[-1].flow)])
    return way[::-1]


def _arcs(flow: n.Flow, file: n.FlowFile, links: Links) -> Iterator[Arc]:
    sure = {id(step) for step in _sure_steps(flow.steps)}
    for step in steps(flow.steps):
        if isinstance(step, n.Include | n.Call | n.Handoff) and id(step.flow) in links:
            yield Arc(flow, file, step, step.flow.span, links[id(step.flow)], id(step) in sure)
        for ref in tool_refs(step):
            tool = tool_of(ref, file)
            if tool is not None and tool.flow is not None and id(tool.flow) in links:
                always = id(step) in sure and isinstance(step, n.UseTool)
                yield Arc(flow, file, step, ref.span, links[id(tool.flow)], always)


def _sure_steps(body: n.Body) -> Iterator[n.Step]:
    """Yield the steps that every way through a body leads over, as far as no step before may end it."""
    for step in body:
        if step.when is None:
            yield step
            if isinstance(step, n.Parallel):
                for branch in step.branches:
                    yield from _sure_steps(branch.body)
            elif isinstance(step, n.Try):
                yield from _sure_steps(step.body)
        if _may_end(step):
            return


_ENDERS = (n.Return, n.Stop, n.Handoff, n.Raise, n.Assert, n.Break, n.Continue, n.Broken)


def _may_end(step: n.Step) -> bool:
    """Tell whether a step may end the flow, or fail on purpose."""
    return any(isinstance(inner, _ENDERS) for inner in steps((step,)))

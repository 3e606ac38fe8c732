"""A flow file, with the flows that it leads to, to the graph of what can happen in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from turbo_yaml.analysis.cycles import FlowGraph
from turbo_yaml.analysis.links import Links
from turbo_yaml.drawing.graph import Arrow, Box, Graph, Group, Kind
from turbo_yaml.drawing.labels import shortened, step_kind, step_lines, written
from turbo_yaml.flow import nodes as n

Ends: TypeAlias = "list[tuple[str, str]]"
"""Boxes that the next one follows, each with the label of the arrow that leads from it."""

_MOST_LINES: Final = 6
_ENDING: Final = (n.Return, n.Stop, n.Raise, n.Handoff)


def graph_of(file: n.FlowFile, links_of: Callable[[n.FlowFile], Links]) -> Graph:
    """Return the graph of a file's main flow, of its local flows, and of all they lead to."""
    arcs = FlowGraph(file, links_of).arcs
    flows: dict[int, tuple[n.Flow, n.FlowFile]] = {}
    waiting = [(flow, file) for flow in reversed((file.main, *file.flows.values())) if flow.steps]
    while waiting:
        flow, home = waiting.pop()
        if id(flow) not in flows:
            flows[id(flow)] = flow, home
            waiting += [(arc.link.flow, arc.link.file) for arc in reversed(arcs.get(id(flow), ()))]
    names = {key: f"f{number}" for number, key in enumerate(flows)}
    graph = Graph()
    for key, (flow, home) in flows.items():
        others = {id(arc.step): names[id(arc.link.flow)] for arc in arcs.get(key, ())}
        title = flow.name if home is file else f"{flow.name} ({home.source.name})"
        _Writer(graph, Group(names[key], shortened(title)), others).write(flow)
    return graph


class _Writer:
    """Writes the boxes and arrows of one flow."""

    def __init__(self, graph: Graph, group: Group, others: dict[int, str]) -> None:
        self._graph = graph
        self._group = group
        self._others = others
        self._loops: list[tuple[str, Ends]] = []
        """The loops around what is written: the box of each, and where `break` leaves it."""

    def write(self, flow: n.Flow) -> None:
        """Write a whole flow, from its inputs to its end."""
        self._graph.groups.append(self._group)
        inputs = shortened(", ".join(given.name for given in flow.inputs))
        start = self._box("start", [shortened(flow.name), *([f"with {inputs}"] if inputs else [])], [])
        ends = self._body(flow.steps, [(start, "")])
        if ends:
            self._box("end", ["end"], ends)

    def _box(self, kind: Kind, lines: Sequence[str], before: Ends) -> str:
        name = f"{self._group.name}_{len(self._group.boxes)}"
        self._group.boxes.append(Box(name, kind, tuple(lines)))
        labels: dict[str, list[str]] = {}
        for start, label in before:
            labels.setdefault(start, []).append(label)
        self._group.arrows += [
            Arrow(start, name, " / ".join(filter(None, said))) for start, said in labels.items()
        ]
        return name

    def _body(self, body: n.Body, ends: Ends) -> Ends:
        """Write steps one after another; what stands after a step that ends the flow is not reached."""
        lines: list[str] = []
        for step in body:
            if not ends:
                break
            if step_kind(step) == "note" and type(step) not in _SHAPES:
                lines += step_lines(step)
                continue
            ends, lines = self._notes(lines, ends), []
            ends = self._step(step, ends)
        return self._notes(lines, ends)

    def _notes(self, lines: list[str], ends: Ends) -> Ends:
        """Write what is said and set between other steps as one box."""
        if not lines or not ends:
            return ends
        shown = lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], f"… {len(lines)} in all"]
        return [(self._box("note", shown, ends), "")]

    def _step(self, step: n.Step, ends: Ends) -> Ends:
        shape = _SHAPES.get(type(step))
        if shape is not None:
            if step.when is None:
                return shape(self, step, ends)
            choice = self._box("choice", [f"when {written(step.when)}"], ends)
            return [*shape(self, step, [(choice, "yes")]), (choice, "no")]
        box = self._box(step_kind(step), step_lines(step), ends)
        if id(step) in self._others:
            self._graph.arrows.append(Arrow(box, f"{self._others[id(step)]}_0", aside=True))
        if isinstance(step, n.Turn) and step.otherwise is not None:
            return [(box, ""), *self._body(step.otherwise, [(box, "too many turns")])]
        return [(box, "")] if step.when is not None or not isinstance(step, _ENDING) else []

    # Steps with steps below them -----------------------------------------------------------------------

    def _if(self, step: n.If, ends: Ends) -> Ends:
        done: Ends = []
        for branch in step.branches:
            box = self._box("choice", [written(branch.condition)], ends)
            done += self._body(branch.body, [(box, "yes")])
            ends = [(box, "no")]
        return done + self._body(step.orelse, ends)

    def _match(self, step: n.Match, ends: Ends) -> Ends:
        box = self._box("choice", [written(step.subject)], ends)
        done: Ends = []
        for case in step.cases:
            done += self._body(case.body, [(box, shortened(case.label))])
        return done if step.orelse is None else done + self._body(step.orelse, [(box, "else")])

    def _for(self, step: n.For, ends: Ends) -> Ends:
        names = ", ".join(target.name for target in step.targets)
        lines = [f"for {names} in {written(step.iterable)}"]
        if step.at_once is not None:
            lines.append(f"{written(step.at_once)} at once")
        if step.as_ is not None:
            lines.append(f"→ {step.as_.name}")
        return self._loop(lines, step.body, ends, "each", "done")[1]

    def _while(self, step: n.While, ends: Ends) -> Ends:
        lines = [f"while {written(step.condition)}", f"at most {written(step.limit)} times"]
        box, done = self._loop(lines, step.body, ends, "yes", "no")
        return done if step.otherwise is None else done + self._body(step.otherwise, [(box, "too often")])

    def _loop(self, lines: list[str], body: n.Body, ends: Ends, into: str, out: str) -> tuple[str, Ends]:
        box = self._box("loop", lines, ends)
        left: Ends = []
        self._loops.append((box, left))
        self._back(self._body(body, [(box, into)]), box)
        self._loops.pop()
        return box, [(box, out), *left]

    def _back(self, ends: Ends, box: str) -> None:
        self._group.arrows += [Arrow(start, box, label, back=True) for start, label in ends]

    def _break(self, step: n.Break, ends: Ends) -> Ends:
        if self._loops:
            self._loops[-1][1].extend((start, label or "break") for start, label in ends)
        return []

    def _continue(self, step: n.Continue, ends: Ends) -> Ends:
        if self._loops:
            self._back([(start, label or "continue") for start, label in ends], self._loops[-1][0])
        return []

    def _parallel(self, step: n.Parallel, ends: Ends) -> Ends:
        box = self._box("fork", ["side by side"], ends)
        done: Ends = []
        for branch in step.branches:
            done += self._body(branch.body, [(box, shortened(branch.target.name))])
        return [(self._box("fork", [f"wait for {step.wait}"], done), "")] if done else []

    def _try(self, step: n.Try, ends: Ends) -> Ends:
        box = self._box("fork", ["try"], ends)
        done = self._body(step.body, [(box, "")])
        if step.catch is not None:
            done = done + self._body(step.catch, [(box, "fails")])
        return done if step.finally_ is None else self._body(step.finally_, done)


_SHAPES: Final[dict[type, Callable[..., Ends]]] = {
    n.If: _Writer._if,
    n.Match: _Writer._match,
    n.For: _Writer._for,
    n.While: _Writer._while,
    n.Parallel: _Writer._parallel,
    n.Try: _Writer._try,
    n.Break: _Writer._break,
    n.Continue: _Writer._continue,
}

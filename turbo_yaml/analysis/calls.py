"""A flow to how many model calls it can make at worst, or to the place that nothing limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from turbo_yaml.analysis.facts import NodeId
from turbo_yaml.analysis.inference.typed import Typed
from turbo_yaml.analysis.links import Link, Links
from turbo_yaml.analysis.tools import tool_of
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.vocabulary import TURN_KEYS
from turbo_yaml.settings.keys import BUILT_IN
from turbo_yaml.settings.patch import Extend, Set, inside
from turbo_yaml.source import Source, Span

_DEEPEST = 50
_USUAL_TURNS = int(next(key.default for key in TURN_KEYS if key.name == "max_turns"))


class Calls(NamedTuple):
    """`turns`: how many replies a run takes at worst; `calls`: how often a model is asked for them.

    A reply that fails or does not fit is asked for again, so there are more calls than turns.
    """

    turns: int
    calls: int


class Endless(NamedTuple):
    """What keeps the number from being known: a loop or a circle without a limit, and its place."""

    message: str
    source: Source
    span: Span


class Program(NamedTuple):
    """How the flows of several files hang together, and what is known of their values."""

    links_of: Callable[[n.FlowFile], Links]
    typed_of: Callable[[n.FlowFile], Typed]


def worst_case_calls(flow: n.Flow, file: n.FlowFile, program: Program) -> Calls | Endless:
    """Return how many model calls a run of a flow makes at worst, or what keeps that from being known."""
    return _Counting(program).flow(flow, file)


class _Counting:
    """One count. Each flow is counted once; one that is being counted is part of a circle."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.known: dict[NodeId, Calls | Endless] = {}
        self.open: dict[NodeId, n.Flow] = {}

    def flow(self, flow: n.Flow, file: n.FlowFile) -> Calls | Endless:
        """Count a flow; its own budget bounds it."""
        found = self.known.get(id(flow))
        if found is None:
            self.open[id(flow)] = flow
            found = _Walk(self, flow, file).body(flow.steps)
            del self.open[id(flow)]
            budget = inside(flow.settings, "budget", "calls")
            if isinstance(budget, Set) and type(budget.value) is int:
                most = budget.value
                found = (
                    Calls(most, most) if isinstance(found, Endless) else Calls(*(min(x, most) for x in found))
                )
            self.known[id(flow)] = found
        return found


class _Walk:
    """The count of one flow's steps."""

    def __init__(self, counting: _Counting, flow: n.Flow, file: n.FlowFile) -> None:
        self.counting = counting
        self.owner = flow
        self.file = file
        self.links = counting.program.links_of(file)
        self.typed = counting.program.typed_of(file)

    def body(self, steps: n.Body) -> Calls | Endless:
        """Count steps, one after another."""
        return _sum([self.step(step) for step in steps])

    def step(self, step: n.Step) -> Calls | Endless:
        """Count one step with all that is below it."""
        match step:
            case n.Turn():
                return _sum([self.summary(), self.turn(step), self.body(step.otherwise or ())])
            case n.UseTool():
                return self.tool(step)
            case n.Include() | n.Call() | n.Handoff():
                return self.other_flow(step)
            case n.If():
                return _most([self.body(part) for part in (*(b.body for b in step.branches), step.orelse)])
            case n.Match():
                return _most([self.body(part) for part in (*(c.body for c in step.cases), step.orelse or ())])
            case n.For():
                what = "nothing limits how many items this loop goes through"
                return self.rounds(self.body(step.body), self.items(step), what, step.iterable.span)
            case n.While():
                what = "nothing limits the `limit` of this loop"
                rounds = self.rounds(self.body(step.body), self.most(step.limit), what, step.limit.span)
                return _sum([rounds, self.body(step.otherwise or ())])
            case n.Parallel():
                return _sum([self.body(branch.body) for branch in step.branches])
            case n.Try():
                return _sum([self.body(part) for part in (step.body, step.catch or (), step.finally_ or ())])
        return Calls(0, 0)

    def turn(self, step: n.Turn) -> Calls | Endless:
        """Count a turn: with tools, as many replies as it may take."""
        endless = self.offered(step.tools)
        if endless is not None:
            return endless
        replies: int | None = 1
        if step.tools:
            replies = _USUAL_TURNS if step.max_turns is None else self.most(step.max_turns)
        if replies is None:
            return Endless("nothing limits the `max_turns` of this step", self.file.source, step.head)
        return _times(self.reply(step), replies)

    def offered(self, tools: tuple[n.ToolRef, ...]) -> Endless | None:
        """Return what lets a model that may call tools ask models without an end: a tool that asks one."""
        for ref in tools:
            found = self.flow_of(ref)
            if isinstance(found, Endless):
                return found
            if found.calls:
                message = f"nothing limits how often the model calls `{ref.name}`, which asks a model itself"
                return Endless(message, self.file.source, ref.span)
        return None

    def tool(self, step: n.UseTool) -> Calls | Endless:
        """Count a tool that a step calls: one that is a flow may ask a model."""
        found = self.flow_of(step.tool)
        return (
            found if step.retry is None or isinstance(found, Endless) else _times(found, 1 + step.retry.times)
        )

    def flow_of(self, ref: n.ToolRef) -> Calls | Endless:
        """Count the flow that a tool is, if it is one."""
        tool = tool_of(ref, self.file)
        link = None if tool is None or tool.flow is None else self.links.get(id(tool.flow))
        return Calls(0, 0) if link is None else self.linked(link, ref.span)

    def reply(self, step: n.Turn) -> Calls:
        """Count a reply: one that does not fit goes back; only a policy that says so begins anew.

        Each model that may be asked in place of another has as many calls.
        """
        retry = step.retry
        again = retry.times if retry is not None else self.setting(step, "retries")
        repairs = 0
        if step.output is not None or step.choices is not None:
            repairs = step.repair if step.repair is not None else self.setting(step, "repair")
        fresh = retry is not None and "invalid_output" in retry.on
        calls = (1 + again) * (1 + repairs) if fresh else 1 + again + repairs
        providers, others = self.named(step, "provider"), self.named(step, "fallback")
        return Calls(1, calls * max(providers, 1) * (1 + others))

    def summary(self) -> Calls | Endless:
        """Count the summary that a chat may need before a turn."""
        memory = self.owner.memory or {}
        if memory.get("kind") != "summarize":
            return Calls(0, 0)
        link = self.links.get(id(memory.get("flow")))
        if link is None or id(link.flow) in self.counting.open:
            return Calls(1, 1 + int(BUILT_IN["retries"]))
        return self.counting.flow(link.flow, link.file)

    def setting(self, step: n.Turn, name: str) -> int:
        """Return a setting that is a whole number: the step's, the flow's, the file's, or the built-in."""
        found = self.said(step, name)
        return found if type(found) is int else int(BUILT_IN[name])

    def named(self, step: n.Turn, name: str) -> int:
        """Return how many servers or models a setting names."""
        found = self.said(step, name)
        return len(found) if isinstance(found, list | tuple) else 0 if found is None else 1

    def said(self, step: n.Turn, name: str) -> Any:
        """Return what the step, the flow or the file says of a setting, None where that is not known."""
        for entry in step.settings:
            if entry.name == name and isinstance(entry.value, n.Constant):
                return entry.value.data
        for flow in (self.owner, self.file.main):
            found = inside(flow.settings, name)
            if isinstance(found, Set):
                return found.value
            if isinstance(found, Extend):
                return [*found.before, *found.after]
        return None

    def other_flow(self, step: n.Include | n.Call | n.Handoff) -> Calls | Endless:
        link = self.links.get(id(step.flow))
        if link is None:
            return Calls(0, 0)
        found = self.offered(step.tools) or self.linked(link, step.flow.span)
        retry = None if isinstance(step, n.Handoff) else step.retry
        return found if retry is None or isinstance(found, Endless) else _times(found, 1 + retry.times)

    def linked(self, link: Link, place: Span) -> Calls | Endless:
        """Count the flow that a name at a place means."""
        if len(self.counting.open) > _DEEPEST:
            message = f"flows go more than {_DEEPEST} deep into one another"
            return Endless(message, self.file.source, place)
        if id(link.flow) in self.counting.open:
            message = f"`{link.flow.name}` goes on in itself here, and nothing limits how often"
            return Endless(message, self.file.source, place)
        return self.counting.flow(link.flow, link.file)

    def items(self, step: n.For) -> int | None:
        type_ = self.typed.of_value(step.iterable)
        if type_.any or (type_.text is None and type_.list is None and type_.map is None):
            return None
        if type_.map is not None:
            return len(type_.map.fields) if type_.map.rest is None and type_.list is None else None
        return None if type_.list is None or type_.text is not None else type_.list.most

    def most(self, value: n.Value) -> int | None:
        """Return the most that a limit can be, None where nothing says it."""
        type_ = self.typed.of_value(value)
        most = None if type_.any or type_.number is None else type_.number.most
        return None if most is None else int(most)

    def rounds(self, inner: Calls | Endless, rounds: int | None, message: str, span: Span) -> Calls | Endless:
        """Count a loop: a body that makes no calls makes none however often it is done."""
        if isinstance(inner, Endless) or inner.calls == 0:
            return inner
        return Endless(message, self.file.source, span) if rounds is None else _times(inner, rounds)


def _times(calls: Calls, count: int) -> Calls:
    return Calls(calls.turns * count, calls.calls * count)


def _sum(parts: list[Calls | Endless]) -> Calls | Endless:
    whole = Calls(0, 0)
    for part in parts:
        if isinstance(part, Endless):
            return part
        whole = Calls(whole.turns + part.turns, whole.calls + part.calls)
    return whole


def _most(parts: list[Calls | Endless]) -> Calls | Endless:
    whole = Calls(0, 0)
    for part in parts:
        if isinstance(part, Endless):
            return part
        whole = Calls(max(whole.turns, part.turns), max(whole.calls, part.calls))
    return whole

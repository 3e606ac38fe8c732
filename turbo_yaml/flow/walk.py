"""Every step below a body, and the names that a body sets in its own function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from turbo_yaml.flow import nodes as n
from turbo_yaml.records import Record
from turbo_yaml.template import Expression, Text

_BODIES: Final[dict[type, Callable[[Any], Sequence[n.Body]]]] = {
    n.If: lambda step: [*(branch.body for branch in step.branches), step.orelse],
    n.Match: lambda step: [*(case.body for case in step.cases), step.orelse or ()],
    n.For: lambda step: (step.body,),
    n.While: lambda step: (step.body, step.otherwise or ()),
    n.Parallel: lambda step: [branch.body for branch in step.branches],
    n.Turn: lambda step: () if step.otherwise is None else (step.otherwise,),
    n.Try: lambda step: (step.body, step.catch or (), step.finally_ or ()),
}
"""The bodies of each kind of step that has some; most steps have none."""


def bodies(step: n.Step) -> Sequence[n.Body]:
    """Return the bodies directly below a step."""
    below = _BODIES.get(type(step))
    return () if below is None else below(step)


def steps(body: n.Body) -> Iterator[n.Step]:
    """Yield every step of a body, those below it too, in the order of the file."""
    stack = [iter(body)]
    while stack:
        for step in stack[-1]:
            yield step
            if type(step) in _BODIES:
                stack.append(chain.from_iterable(bodies(step)))
                break
        else:
            stack.pop()


def texts(step: n.Step) -> Iterator[Text | Expression]:
    """Yield the templates and expressions of one step, without those of the steps below it."""
    waiting: list[Any] = [getattr(step, name) for name in type(step).__fields__]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, Text | Expression):
            yield part
        elif isinstance(part, tuple):
            waiting[:0] = part
        elif isinstance(part, Record) and not isinstance(part, n.StepNode):
            waiting[:0] = [getattr(part, name) for name in type(part).__fields__]


def names_set(body: n.Body) -> dict[str, None]:
    """Return the names that the steps set, without those that a fork sets for itself."""
    found: dict[str, None] = {}
    _collect(body, found)
    return found


def _collect(body: n.Body, found: dict[str, None]) -> None:
    for step in body:
        own = _SET.get(type(step))
        if own is not None:
            found.update(dict.fromkeys(own(step)))
        if type(step) is n.Parallel or (type(step) is n.For and step.at_once is not None):
            continue
        for inner in bodies(step):
            _collect(inner, found)


def _set_by_turn(step: n.Turn) -> Iterator[str]:
    return (target.name for target in (step.as_, step.message_as) if target)


def _set_by_answer(step: n.Ask | n.Include | n.Call | n.UseTool) -> Iterable[str]:
    return (step.as_.name,) if step.as_ else ()


def _set_by_for(step: n.For) -> Iterator[str]:
    if step.as_:
        yield step.as_.name
    if step.at_once is None:
        yield from (target.name for target in step.targets)


_SET: Final[dict[type, Callable[[Any], Iterable[str]]]] = {
    n.Assign: lambda step: (entry.name for entry in step.entries),
    n.Turn: _set_by_turn,
    n.Ask: _set_by_answer,
    n.Include: _set_by_answer,
    n.Call: _set_by_answer,
    n.UseTool: _set_by_answer,
    n.For: _set_by_for,
    n.Parallel: lambda step: (branch.target.name for branch in step.branches),
}
"""The names that a step of each kind sets by itself, not in the steps below it."""

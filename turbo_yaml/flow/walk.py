"""Every step below a body, and the names that a body sets in its own function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from turbo_yaml.flow import nodes as n

_BODIES: Final[dict[type, Callable[[Any], Sequence[n.Body]]]] = {
    n.If: lambda step: [*(branch.body for branch in step.branches), step.orelse],
    n.Match: lambda step: [*(case.body for case in step.cases), step.orelse or ()],
    n.For: lambda step: (step.body,),
    n.While: lambda step: (step.body, step.otherwise or ()),
    n.Parallel: lambda step: [branch.body for branch in step.branches],
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


def names_set(body: n.Body) -> dict[str, None]:
    """Return the names that the steps set, without those that a fork sets for itself."""
    found: dict[str, None] = {}
    _collect(body, found)
    return found


def _collect(body: n.Body, found: dict[str, None]) -> None:
    for step in body:
        for name in _own(step):
            found[name] = None
        if isinstance(step, n.Parallel) or (isinstance(step, n.For) and step.at_once is not None):
            continue
        for inner in bodies(step):
            _collect(inner, found)


def _own(step: n.Step) -> Iterator[str]:
    match step:
        case n.Assign():
            yield from (entry.name for entry in step.entries)
        case n.Turn():
            yield from (target.name for target in (step.as_, step.message_as) if target)
        case n.Ask() | n.Include() | n.Call():
            yield from (target.name for target in (step.as_,) if target)
        case n.For():
            yield from (target.name for target in (step.as_,) if target)
            if step.at_once is None:
                yield from (target.name for target in step.targets)
        case n.Parallel():
            yield from (branch.target.name for branch in step.branches)
        case _:
            pass

"""Every step below a body, and the names that a body sets in its own function."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.flow import nodes as n


def bodies(step: n.Step) -> Iterator[n.Body]:
    """Yield the bodies directly below a step."""
    match step:
        case n.If():
            yield from (branch.body for branch in step.branches)
            yield step.orelse
        case n.Match():
            yield from (case.body for case in step.cases)
            yield step.orelse or ()
        case n.For():
            yield step.body
        case n.While():
            yield step.body
            yield step.otherwise or ()
        case n.Parallel():
            yield from (branch.body for branch in step.branches)
        case n.Try():
            yield step.body
            yield step.catch or ()
            yield step.finally_ or ()
        case _:
            pass


def steps(body: n.Body) -> Iterator[n.Step]:
    """Yield every step of a body, those below it too, in the order of the file."""
    stack = [iter(body)]
    while stack:
        for step in stack[-1]:
            yield step
            below = [inner for part in bodies(step) for inner in part]
            if below:
                stack.append(iter(below))
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

"""A typed flow to whether it is so small that Python compiles it in any case: a check need not try."""

from __future__ import annotations

from typing import Final

from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.walk import bodies, steps

# Far within what Python allows: twenty blocks inside one another, of which a step makes three at most.
_DEEPEST: Final = 4
_MOST_STEPS: Final = 200
_MOST_BRANCHES: Final = 20
_LONGEST: Final = 20_000


def is_modest(file: n.FlowFile) -> bool:
    """Tell whether nothing in a file can be too deep or too much to be compiled."""
    flows = (file.main, *file.flows.values())
    if len(file.source.text) > _LONGEST:
        return False
    return all(_depth(flow.steps) <= _DEEPEST for flow in flows) and not any(
        count > _MOST_STEPS or len(bodies(step)) > _MOST_BRANCHES
        for flow in flows
        for count, step in enumerate(steps(flow.steps))
    )


def _depth(body: n.Body) -> int:
    """Return how many bodies lie inside one another at most; as deep as it matters."""
    depth, level = 0, list(body)
    while level and depth <= _DEEPEST:
        level = [inner for step in level for below in bodies(step) for inner in below]
        depth += 1
    return depth

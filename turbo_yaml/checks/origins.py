"""Where a text comes from to the places that lead from there to here, the first one first."""

from __future__ import annotations

from typing import Final, TypeAlias

from turbo_yaml.analysis.inference.lattice import MEMORY, Origin
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Related

_FIRST: Final = 3
_LAST: Final = 5
"""Of a long way these many places are shown, from where it begins and where it ends."""
_Trail: TypeAlias = "tuple[Origin, _Trail] | None"


def way_of(origin: Origin | None, subject: Subject) -> tuple[Related, ...]:
    """Return the places that a text of a user or a model came through; none where it is the author's own.

    What a local flow is given is the author's own if all steps that call it give it such; and so is what the
    memory holds, if all steps of the file remember such.
    """
    waiting: list[tuple[Origin | None, _Trail]] = [(origin, None)]
    seen: set[int] = set()
    followed: set[tuple[int, str]] = set()
    while waiting:
        here, trail = waiting.pop()
        if here is None or id(here) in seen:
            continue
        seen.add(id(here))
        waiting.append((here.beside, trail))
        if here.before is not None:
            waiting.append((here.before, (here, trail)))
            continue
        given = _given(here, subject)
        if given is None:
            return _shown(here, trail)
        assert here.owner is not None and here.name is not None
        if (here.owner, here.name) not in followed:
            followed.add((here.owner, here.name))
            waiting += [(source, (here, trail)) for source in reversed(given)]
    return ()


def _given(origin: Origin, subject: Subject) -> list[Origin | None] | None:
    """Return where the values of an input or of the memory come from; None where others write them."""
    if origin.owner is None or origin.name is None:
        return None
    if origin.owner == MEMORY:
        return subject.typed.remembered.get(origin.name, [])
    flow = next((flow for flow in subject.file.flows.values() if id(flow) == origin.owner), None)
    return None if flow is None else subject.typed.origins(flow, origin.name) or None


def _shown(origin: Origin, trail: _Trail) -> tuple[Related, ...]:
    way = [origin]
    while trail is not None:
        here, trail = trail
        way.append(here)
    if len(way) > _FIRST + _LAST:
        way = [*way[:_FIRST], *way[-_LAST:]]
    return tuple(Related(here.place.message, here.place.source, here.place.span) for here in way)

"""Where a text comes from to the places that lead from there to here, the first one first."""

from __future__ import annotations

from typing import Final

from turbo_yaml.analysis.inference.lattice import MEMORY, Origin
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Related

_DEEPEST: Final = 20
_Seen = frozenset[tuple[int, str]]


def way_of(origin: Origin | None, subject: Subject) -> tuple[Related, ...]:
    """Return the places that a text of a user or a model came through; none where it is the author's own.

    What a local flow is given is the author's own if all steps that call it give it such; and so is what the
    memory holds, if all steps of the file remember such.
    """
    return tuple(_way(origin, subject, frozenset()))


def _way(origin: Origin | None, subject: Subject, seen: _Seen) -> list[Related]:
    while origin is not None:
        before = _root(origin, subject, seen) if origin.before is None else _way(origin.before, subject, seen)
        if before is not None and (before or origin.before is None):
            return [*before, Related(origin.place.message, origin.place.source, origin.place.span)]
        origin = origin.beside
    return []


def _root(origin: Origin, subject: Subject, seen: _Seen) -> list[Related] | None:
    """Return what led to where a text came in; None if all that led there was the author's own."""
    if origin.owner is None or origin.name is None:
        return []
    key = (origin.owner, origin.name)
    given = _given(origin.owner, origin.name, subject)
    if given is None or len(seen) > _DEEPEST:
        return []
    if key in seen:
        return None
    for source in given:
        before = _way(source, subject, seen | {key})
        if before:
            return before
    return None


def _given(owner: int, name: str, subject: Subject) -> list[Origin | None] | None:
    """Return where the values of a name come from; None where whoever runs the flow gives them."""
    if owner == MEMORY:
        return subject.typed.remembered.get(name, [])
    flow = next((flow for flow in subject.file.flows.values() if id(flow) == owner), None)
    return None if flow is None else subject.typed.origins(flow, name) or None

"""Text of a user or a model in a `system` message."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.analysis.inference.lattice import Origin, Place
from turbo_yaml.analysis.inference.typed import Typed
from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, Related

RULE = Rule("untrusted-system", "warning", "Text of a user or a model reaches a `system` message.")
_DEEPEST = 20


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what a `system` message prints that a user or a model wrote, with the way it came."""
    if not subject.clean:
        return  # who wrote what may be what was lost
    typed = subject.typed
    for where, node in typed.system.values():
        way = _way(typed.of(node).origin, typed, subject, frozenset())
        if way:
            message = "what a user or a model wrote becomes an instruction here"
            help_ = "say it in a `user` message; or vouch for it: `trusted: true` on the input, `| trusted`"
            related = (Related(place.message, place.source, place.span) for place in way)
            yield RULE.at(where.source, where.span_of(node), message, help_, *related)


def _way(
    origin: Origin | None, typed: Typed, subject: Subject, seen: frozenset[tuple[int, str]]
) -> list[Place]:
    """Return the places that a text came through, the first one first; none where it is the author's own.

    What a local flow is given is the author's own if all steps that call it give it such.
    """
    way: list[Place] = []
    root = origin
    while origin is not None:
        way.insert(0, origin.place)
        root, origin = origin, origin.before
    if root is None or root.owner is None or root.name is None:
        return way
    key = (root.owner, root.name)
    flow = next((flow for flow in subject.file.flows.values() if id(flow) == root.owner), None)
    if flow is None or key in seen or len(seen) > _DEEPEST:
        return way
    given = typed.origins(flow, root.name)
    if not given:
        return way
    for source in given:
        before = _way(source, typed, subject, seen | {key})
        if before:
            return [*before, *way]
    return []

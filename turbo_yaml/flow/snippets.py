"""A step to what an editor puts in for it."""

from __future__ import annotations

from typing import Any

from turbo_yaml.flow.vocabulary import Slot, Verb


def snippet(verb: Verb) -> dict[str, Any]:
    """Return what an editor puts in for a step: its head and required keys, with places to fill in."""
    body: dict[str, Any] = {}
    for number, name in enumerate((verb.name, *verb.required, *verb.any_of[:1]), 1):
        body[name] = _filled(_HOLES.get(verb.table[name].slot, "${%d}"), number)
    return body


def _filled(hole: Any, number: int) -> Any:
    if isinstance(hole, str):
        return hole % number if "%d" in hole else hole
    if isinstance(hole, list):
        return [_filled(item, number) for item in hole]
    return {_filled(key, number): _filled(value, number) for key, value in hole.items()}


_HOLES: dict[Slot, Any] = {
    "body": ["${%d}"],
    "cases": {"${%d:label}": ["$0"]},
    "branches": {"${%d:name}": ["$0"]},
    "values": {"${%d:name}": "$0"},
    "examples": {"user": "${%d}", "assistant": "$0"},
    "targets": "${%d:item}",
    "none": "",
    "turn": {},
}

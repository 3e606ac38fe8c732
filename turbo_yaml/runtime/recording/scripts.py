"""Recorded events to how far the script of a run is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from turbo_yaml.journal.log import Event

GIVEN: Final = "script_given"
"""What is kept with a run under this name: how many replies its script had given when it went on last."""
ANEW: Final = "script_anew"
"""What is kept with a copy of a run that has a script of its own: the number of the last event before it."""


def given_by_script(events: Iterable[Event], call: Mapping[str, Any]) -> int:
    """Return how many replies of its script a run was given before, failures among them.

    A reply of a script has its number for an id; a failure, none. One of the kind `configuration` says that
    there was no reply left.
    """
    given = 0
    for event in events:
        asked = event.kind == "turn" and event.model == "script" and event.number > call.get(ANEW, 0)
        if not asked or event.data is None:
            continue
        if event.state == "done":
            number = event.data.get("request_id")
            given = max(given, int(number)) if isinstance(number, str) and number.isdecimal() else given
        elif event.data["kind"] != "configuration":
            given += 1
    return max(given, int(call.get(GIVEN, 0)))

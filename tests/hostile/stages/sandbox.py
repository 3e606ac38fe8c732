"""Many templates through runs, and through Jinja's own sandbox where one passes: only data is shown."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.hostile.guard import Guard
from tests.hostile.stages import flows, jinja

_UNKNOWN: Final = "No filter named"
"""What Jinja says of a filter that it has not; that is no word of its sandbox."""


def warm() -> None:
    """Load what both load."""
    flows.warm()
    jinja.warm()


def compared(given: dict[str, Any], guard: Guard) -> tuple[str, str]:
    """Run each of `templates`; `theirs`: count what Jinja stops, too. The first that is a hole is told."""
    stopped = shown = 0
    for text in given["templates"]:
        how, said = flows.ran({"template": text}, guard)
        if how == "hole" or guard.seen:
            return "hole", f"{text}: {said}"
        if how != "passed" and not given.get("theirs"):
            continue
        theirs, why = jinja.rendered({"template": text}, guard)
        if theirs == "passed" or _UNKNOWN in why:
            continue
        stopped += 1
        if how == "passed":
            shown += 1
            if not _is_data(said):
                return "hole", f"{text}: Jinja stops it, here it shows {said}"
    return "passed", json.dumps({"stopped": stopped, "shown": shown})


def _is_data(said: str) -> bool:
    return "__" not in said and all(text is None or isinstance(text, str) for text in json.loads(said))

"""What was read of a journal to whether it can be what was written: a damaged file may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from turbo_yaml.journal.journal import Run
    from turbo_yaml.journal.log import Event, Link

_Types: TypeAlias = tuple[type, ...]
_NONE: Final = type(None)
_TEXT: Final[_Types] = (str,)
_MAYBE_TEXT: Final[_Types] = (str, _NONE)
_MAYBE_HASH: Final[_Types] = (bytes, _NONE)
_COUNT: Final[_Types] = (int,)
_MAYBE_COUNT: Final[_Types] = (int, _NONE)
_TIME: Final[_Types] = (float,)
_MAYBE_TIME: Final[_Types] = (float, _NONE)
_LAST: Final = 1e11
"""Seconds of the epoch: the year 5138."""

_EVENT: Final[Mapping[str, _Types]] = {
    "place": _TEXT, "number": _COUNT, "kind": _TEXT, "state": _TEXT, "line": _MAYBE_TEXT,
    "prompt": _MAYBE_HASH, "ask": _MAYBE_HASH, "model": _MAYBE_TEXT, "began": _TIME, "ended": _MAYBE_TIME,
    "text": _MAYBE_TEXT, "input_tokens": _MAYBE_COUNT, "output_tokens": _MAYBE_COUNT,
}  # fmt: skip
_RUN: Final[Mapping[str, _Types]] = {
    "id": _COUNT, "flow": _TEXT, "file": _MAYBE_TEXT, "status": _TEXT, "began": _TIME, "ended": _MAYBE_TIME,
    "failed_at": _MAYBE_TEXT, "parent": _MAYBE_COUNT, "turns": _COUNT, "input_tokens": _COUNT,
    "output_tokens": _COUNT, "cost": (float, int, _NONE),
}  # fmt: skip
_LINK: Final[Mapping[str, _Types]] = {
    "hash": (bytes,), "before": _MAYBE_HASH, "role": _TEXT, "name": _MAYBE_TEXT, "form": _TEXT, "text": _TEXT,
}  # fmt: skip
_FAILURE: Final = ("class", "kind", "message")


def sound_event(event: Event) -> Event:
    """Return an event; `ValueError` where nobody wrote it so."""
    _typed(event, _EVENT)
    if not _is_data(event):
        raise ValueError(f"`{event.place}` holds what nobody wrote")
    return event


def sound_run(run: Run) -> Run:
    """Return a run; `ValueError` where nobody wrote it so."""
    _typed(run, _RUN)
    known = isinstance(run.call, dict) and isinstance(run.call.get("inputs"), dict)
    problem = run.problem is None or _is_failure(run.problem)
    if not (known and problem and 0 <= run.began < _LAST):
        raise ValueError(f"run `{run.name}` holds what nobody wrote")
    return run


def sound_link(link: Link) -> Link:
    """Return a message; `ValueError` where nobody wrote it so."""
    _typed(link, _LINK)
    return link


def _typed(row: Any, types: Mapping[str, _Types]) -> None:
    for name, wanted in types.items():
        if type(getattr(row, name)) not in wanted:
            raise ValueError(f"`{name}` is not of its type")


def _is_data(event: Event) -> bool:
    """Tell whether the data of an event may be that of its kind."""
    data = event.data
    match event.kind, event.state:
        case "turn" | "tool" | "input", "started":
            return data is None
        case "turn" | "tool", "failed":
            return _is_failure(data)
        case "turn", "done":
            return isinstance(data, dict) and event.text is not None
        case "tool", "done":
            return isinstance(data, dict) and "value" in data
        case "input", "done":
            if data is None:
                return event.text is not None
            return isinstance(data, dict) and ("value" in data or _is_failure(data.get("failure")))
        case "sleep", _:
            return isinstance(data, int | float)
        case "fork" | "timeout", _:
            return data is None or isinstance(data, int)
    return event.kind == "chance"


def _is_failure(data: Any) -> bool:
    return isinstance(data, dict) and all(isinstance(data.get(name), str) for name in _FAILURE)

"""Tests of flows, and what programs that run flows need for tests of their own.

`scripted` gives a model its replies; `rehearse` runs a flow by a script and tells the story of the run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turbo_yaml.testing.stage.rehearsal import rehearse
    from turbo_yaml.testing.stage.script import Call, NoReply, Scripted, scripted
    from turbo_yaml.testing.stage.story import Story

_HOME_OF = {
    "Call": "turbo_yaml.testing.stage.script",
    "NoReply": "turbo_yaml.testing.stage.script",
    "Scripted": "turbo_yaml.testing.stage.script",
    "Story": "turbo_yaml.testing.stage.story",
    "rehearse": "turbo_yaml.testing.stage.rehearsal",
    "scripted": "turbo_yaml.testing.stage.script",
}

__all__ = ["Call", "NoReply", "Scripted", "Story", "rehearse", "scripted"]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(home), name)
    return value

"""All that generated code may name; each name is loaded when a flow first asks for it."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from turbo_yaml.records import maker

_STEPS_OF: Final[dict[str, tuple[str, ...]]] = {
    "turbo_yaml.errors": ("OutOfTurns",),
    "turbo_yaml.protocol": (
        "Assistant", "ExampleAssistant", "ExampleUser", "Generate", "GetInput", "Message", "Result", "System",
        "User",
    ),
    "turbo_yaml.runtime.content.attachments": ("attachment",),
    "turbo_yaml.runtime.content.messages": ("history", "message_data"),
    "turbo_yaml.runtime.delegates.calls": ("call",),
    "turbo_yaml.runtime.delegates.forks": ("each_at_once", "parallel"),
    "turbo_yaml.runtime.delegates.handoffs": ("handoff",),
    "turbo_yaml.runtime.delegates.includes": ("include",),
    "turbo_yaml.runtime.failures": ("Closing", "Failures", "describe", "failure", "fits", "no_case"),
    "turbo_yaml.runtime.loops": ("count", "countdown", "label", "labels", "loop_limit", "looped", "rounds"),
    "turbo_yaml.runtime.plain_steps": ("log", "remembering", "setting", "sleep"),
    "turbo_yaml.runtime.probes": ("reached",),
    "turbo_yaml.runtime.program": ("FlowInfo",),
    "turbo_yaml.runtime.tooling.step": ("call_tool",),
}  # fmt: skip
_HOME_OF: Final = {name: home for home, names in _STEPS_OF.items() for name in names}

STEPS: Final = frozenset(_HOME_OF)
"""What steps name; whatever else is asked for is what expressions name."""

_MADE: Final = frozenset({"Assistant", "ExampleAssistant", "ExampleUser", "Result", "System", "User"})
"""Records that flows make by the thousand: of these, generated code has the `maker` in place of the class."""


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(_HOME_OF.get(name, "turbo_yaml.runtime.values"))
    value = getattr(home, name)
    value = globals()[name] = maker(value) if name in _MADE else value
    return value

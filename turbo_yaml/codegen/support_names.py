"""The names that generated steps may use; `turbo_yaml.runtime.support` provides each of them."""

from __future__ import annotations

from turbo_yaml.codegen.templates import SUPPORT

STEP_SUPPORT = frozenset(
    {
        "Assistant",
        "Closing",
        "ExampleAssistant",
        "ExampleUser",
        "Failures",
        "Generate",
        "GetInput",
        "OutOfTurns",
        "Result",
        "System",
        "User",
        "attachment",
        "call",
        "call_tool",
        "count",
        "countdown",
        "describe",
        "each_at_once",
        "failure",
        "fits",
        "handoff",
        "history",
        "include",
        "label",
        "labels",
        "log",
        "looped",
        "loop_limit",
        "message_data",
        "no_case",
        "parallel",
        "reached",
        "remembering",
        "rounds",
        "setting",
        "sleep",
    }
)

RESERVED = STEP_SUPPORT | SUPPORT | {"memory", "range"}
"""Names that no variable and no flow of a file may take in the generated module."""

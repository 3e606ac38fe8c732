"""All that generated code may name. What expressions need is loaded when a flow first names it."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from turbo_yaml.protocol import (
    Assistant,
    ExampleAssistant,
    ExampleUser,
    Generate,
    GetInput,
    Message,
    Result,
    System,
    User,
)
from turbo_yaml.runtime.content.attachments import attachment
from turbo_yaml.runtime.content.messages import history, message_data
from turbo_yaml.runtime.delegates import call, handoff, include
from turbo_yaml.runtime.failures import Closing, Failures, describe, failure, fits, no_case
from turbo_yaml.runtime.forks import each_at_once, parallel
from turbo_yaml.runtime.loops import count, label, labels, loop_limit, looped, rounds
from turbo_yaml.runtime.plain_steps import log, remembering, setting, sleep
from turbo_yaml.runtime.program import FlowInfo

STEPS: Final = frozenset(
    {
        "Assistant",
        "Closing",
        "ExampleAssistant",
        "ExampleUser",
        "Failures",
        "FlowInfo",
        "Generate",
        "GetInput",
        "Message",
        "Result",
        "System",
        "User",
        "attachment",
        "call",
        "count",
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
        "loop_limit",
        "looped",
        "message_data",
        "no_case",
        "parallel",
        "remembering",
        "rounds",
        "setting",
        "sleep",
    }
)
"""What steps name."""

__all__ = [
    "STEPS",
    "Assistant",
    "Closing",
    "ExampleAssistant",
    "ExampleUser",
    "Failures",
    "FlowInfo",
    "Generate",
    "GetInput",
    "Message",
    "Result",
    "System",
    "User",
    "attachment",
    "call",
    "count",
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
    "loop_limit",
    "looped",
    "message_data",
    "no_case",
    "parallel",
    "remembering",
    "rounds",
    "setting",
    "sleep",
]


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module("turbo_yaml.runtime.values"), name)
    return value

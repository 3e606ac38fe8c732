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

_VALUES: Final = "turbo_yaml.runtime.values."
_OPERATORS: Final = (
    *("add", "divide", "eq", "floordiv", "ge", "gt", "is_in", "le", "lt", "mod", "mul", "ne", "neg", "pos"),
    *("power", "sub"),
)
HOMES: Final[dict[str, str]] = {
    **dict.fromkeys(("attr", "cut", "get", "item", "known", "missing", "undefined"), _VALUES + "access"),
    **dict.fromkeys(("bounded", "concat", "text", "truth"), _VALUES + "printing"),
    **dict.fromkeys(_OPERATORS, _VALUES + "operators"),
    **dict.fromkeys(
        ("invoke", "mapping", "method", "namespace", "now", "number_range", "put"), _VALUES + "calls"
    ),
    **dict.fromkeys(("Output", "unpack"), _VALUES + "writing"),
}
"""What expressions name, and the module of each."""

SUPPORT: Final = STEPS | HOMES.keys()

__all__ = [
    "HOMES",
    "STEPS",
    "SUPPORT",
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
    home = HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(home), name)
    return value

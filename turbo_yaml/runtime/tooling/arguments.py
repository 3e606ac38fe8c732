"""Arguments of a call, from a model or from a step, to those that the tool takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.errors import ToolError, UsageError
from turbo_yaml.protocol import ToolCall
from turbo_yaml.tools.tool import Tool

_SHOWN: Final = 5
"""Mistakes in the arguments that the model is told of at once."""


def read_arguments(call: ToolCall, tool: Tool) -> dict[str, Any]:
    """Return what a model wrote as arguments, defaults filled in; `ToolError` where they do not fit."""
    try:
        data = json.loads(call.arguments or "{}", parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise _wrong(tool, f"are not JSON: {problem}") from None
    if not isinstance(data, dict):
        raise _wrong(tool, "are no JSON object")
    return fit_arguments(data, tool)


def fit_arguments(given: Mapping[str, Any], tool: Tool) -> dict[str, Any]:
    """Return arguments with defaults filled in, as data of their own; `ToolError` where they do not fit."""
    from turbo_yaml.types.filling import fill, plain
    from turbo_yaml.types.validation import problems

    try:
        data: dict[str, Any] = fill(tool.parameters, plain(given))
    except UsageError as problem:
        raise _wrong(tool, f"are no data: {problem.message}") from None
    found = problems(tool.parameters, data)
    if found:
        told = "; ".join(problem.message for problem in found[:_SHOWN])
        more = f" (and {len(found) - _SHOWN} more)" if len(found) > _SHOWN else ""
        raise _wrong(tool, f"do not fit: {told}{more}")
    return data


def _wrong(tool: Tool, what: str) -> ToolError:
    return ToolError(f"the arguments of `{tool.name}` {what}", kind="arguments")


def _no_number(word: str) -> Any:
    raise ValueError(f"`{word}` is no number of JSON")

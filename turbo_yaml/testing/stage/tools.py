"""Tools whose results are written beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from turbo_yaml.errors import ToolError
from turbo_yaml.runtime.frames import HostFailed
from turbo_yaml.tools.declared import Declaration

IN_ORDER = "in_order"


class NoResult(Exception):
    """The flow called a tool to which no result was given. No flow can catch it."""

    def __init__(self, tool: str, given: int) -> None:
        results = "no result" if not given else f"{given} {'result' if given == 1 else 'results'}"
        super().__init__(f"the flow calls the tool `{tool}`, for which the test has {results}")
        self.tool = tool


class ScriptedTool:
    """A tool that gives back what it is told: the same each time, or with `{in_order: […]}` one by one.

    `{error: message}` or `{error: {kind, message}}` fails; `{data: …}` is data without doubt. What it takes,
    who approves it and what it may give back is as declared.
    """

    def __init__(self, declaration: Declaration, results: Sequence[Any] | None) -> None:
        self.name = declaration.name
        self.description = declaration.description or ""
        self.parameters: Mapping[str, Any] = declaration.parameters or {"type": "object"}
        self.returns = declaration.returns
        self.approve = declaration.approve
        self._results = results
        self.called = 0

    @property
    def left(self) -> int:
        """How many of the results in order nobody has asked for."""
        several = self._several()
        return 0 if several is None else max(len(several) - self.called, 0)

    def _several(self) -> Sequence[Any] | None:
        one = None if self._results is None else self._results[0]
        if isinstance(one, Mapping) and one.keys() == {IN_ORDER} and isinstance(one[IN_ORDER], list):
            return list(one[IN_ORDER])
        return None

    async def call(self, arguments: Mapping[str, Any]) -> Any:
        """Return the next result; `ToolError` where the result is an error."""
        several = self._several()
        self.called += 1
        if self._results is None:
            raise HostFailed(NoResult(self.name, 0))
        if several is not None and self.called > len(several):
            raise HostFailed(NoResult(self.name, len(several)))
        result = self._results[0] if several is None else several[self.called - 1]
        if isinstance(result, Mapping) and result.keys() == {"error"}:
            raise _error(result["error"])
        return result["data"] if isinstance(result, Mapping) and result.keys() == {"data"} else result

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def _error(told: Any) -> ToolError:
    if isinstance(told, Mapping):
        return ToolError(str(told.get("message", "the tool failed")), kind=str(told.get("kind", "tool")))
    return ToolError(str(told))


def scripted_tools(declared: Iterable[Declaration], results: Mapping[str, Any]) -> dict[str, ScriptedTool]:
    """Return a tool for each that a flow declares, and for each that has a result.

    A flow that is a tool runs itself where no result is given for it.
    """
    tools = {
        one.name: ScriptedTool(one, [results[one.name]] if one.name in results else None)
        for one in declared
        if one.kind != "flow" or one.name in results
    }
    for name, result in results.items():
        tools.setdefault(name, ScriptedTool(Declaration(name=name), [result]))
    return tools

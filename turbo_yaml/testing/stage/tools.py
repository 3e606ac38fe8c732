"""Tools whose results are written beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from turbo_yaml.errors import ToolError
from turbo_yaml.runtime.frames import HostFailed
from turbo_yaml.runtime.tooling.standins import ServerStandIn
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

    def __init__(
        self, declaration: Declaration, results: Sequence[Any] | None, *, written: str | None = None
    ) -> None:
        self.name = declaration.name
        self._written = written or declaration.name
        """The name under which the test gives its results."""
        self.description = declaration.description or ""
        self.parameters: Mapping[str, Any] = declaration.parameters or {"type": "object"}
        self.returns = declaration.returns
        self.approve = declaration.approve
        self._results = results
        self._calls: list[None] = []

    @property
    def called(self) -> int:
        """How often it was called, under whatever name."""
        return len(self._calls)

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
        self._calls.append(None)
        if self._results is None:
            raise HostFailed(NoResult(self._written, 0))
        if several is not None and self.called > len(several):
            raise HostFailed(NoResult(self._written, len(several)))
        result = self._results[0] if several is None else several[self.called - 1]
        if isinstance(result, Mapping) and result.keys() == {"error"}:
            raise _error(result["error"])
        return result["data"] if isinstance(result, Mapping) and result.keys() == {"data"} else result

    async def aclose(self) -> None:
        """There is nothing to let go of."""


class ScriptedServer(ServerStandIn):
    """A server of MCP whose tools give back what they are told. `results` are by names with the server's."""

    def __init__(self, declaration: Declaration, results: Mapping[str, Any]) -> None:
        self.scripted: dict[str, ScriptedTool] = {}
        for name, result in results.items():
            one = Declaration(name=name.partition(".")[2], approve=declaration.approve)
            self.scripted[name] = ScriptedTool(one, [result], written=name)
        super().__init__(declaration, [*self.scripted.values()])


def every_tool(tools: Mapping[str, ScriptedTool | ScriptedServer]) -> Iterator[tuple[str, ScriptedTool]]:
    """Yield all scripted tools, those of servers too, by the names under which tests give their results."""
    for name, tool in tools.items():
        if isinstance(tool, ScriptedServer):
            yield from tool.scripted.items()
        else:
            yield name, tool


def _error(told: Any) -> ToolError:
    if isinstance(told, Mapping):
        return ToolError(str(told.get("message", "the tool failed")), kind=str(told.get("kind", "tool")))
    return ToolError(str(told))


def scripted_tools(
    declared: Iterable[Declaration], results: Mapping[str, Any]
) -> dict[str, ScriptedTool | ScriptedServer]:
    """Return a tool for each that a flow declares, and for each that has a result.

    A flow that is a tool runs itself where no result is given for it. A server of MCP has the tools that have
    results, each under the server's name and its own: `weather.forecast`.
    """
    tools: dict[str, ScriptedTool | ScriptedServer] = {}
    of_servers: set[str] = set()
    for one in declared:
        inner = {name: result for name, result in results.items() if name.startswith(f"{one.name}.")}
        if one.kind == "mcp" and inner:
            tools[one.name] = ScriptedServer(one, inner)
            of_servers |= inner.keys()
        elif one.kind not in ("flow", "caller") or one.name in results:
            tools[one.name] = ScriptedTool(one, [results[one.name]] if one.name in results else None)
    for name, result in results.items():
        if name not in of_servers:
            tools.setdefault(name, ScriptedTool(Declaration(name=name), [result]))
    return tools

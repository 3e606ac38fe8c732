"""What flows declare and what the host gives to the tools of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from turbo_yaml.diagnostics.suggest import nearest
from turbo_yaml.errors import FlowError, UsageError
from turbo_yaml.runtime.program import OF_THE_HOST, FlowInfo, Lent
from turbo_yaml.runtime.tooling.servers import ServerTool
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.python import function_tool
from turbo_yaml.tools.tool import Tool

if TYPE_CHECKING:
    from turbo_yaml.runtime.frames import Host
    from turbo_yaml.tools.allowed import Allowed

Given: TypeAlias = Mapping[str, Any] | Iterable[Any]

_BIND: Final = "give a function: `--tools FILE.py`, or `load(path, tools={…})` in Python"


class Ready(NamedTuple):
    """A tool that can be called. `flow`: the function of the flow that it is. `timeout` in seconds."""

    tool: Tool
    flow: Callable[..., Any] | None = None
    timeout: float | None = None


class Offer(NamedTuple):
    """Tools that a model may call, by the names it knows them by, and as they are told to it."""

    tools: Mapping[str, Ready]
    told: tuple[Mapping[str, Any], ...]


def by_name(given: Given) -> dict[str, Any]:
    """Return the host's tools by name: functions go by their own; `UsageError` where one has none."""
    if isinstance(given, Mapping):
        return dict(given)
    found: dict[str, Any] = {}
    for each in given:
        name = getattr(each, "name", None) or getattr(each, "__name__", None)
        if not isinstance(name, str) or name in found:
            why = "has no name" if not isinstance(name, str) else f"is a second `{name}`"
            raise UsageError(f"a tool {why}", hint="give tools by name: `tools={'find_order': find_order}`")
        found[name] = each
    return found


class ToolBox:
    """The tools of a function and of all flows that it uses, each made once."""

    def __init__(
        self, given: Mapping[str, Any], declared: Iterable[Declaration], allow: Iterable[str] | None = None
    ) -> None:
        self.given = given
        self._declared = tuple(declared)
        self._allow = allow
        self._ready: dict[int, tuple[Declaration, Ready]] = {}
        self._offers: dict[tuple[int, tuple[Any, ...]], tuple[FlowInfo | None, Offer]] = {}
        for declaration in self._declared:
            if declaration.name in given:
                self._make(declaration)

    @cached_property
    def allowed(self) -> Allowed:
        """What the operator lets tools reach."""
        from turbo_yaml.tools.allowed import Allowed

        return Allowed.of(self._allow)

    def allowing(self, allow: Iterable[str] | None) -> ToolBox:
        """Return these tools under the setting `allow`."""
        return self if allow == self._allow else ToolBox(self.given, self._declared, allow)

    def check(self, declared: Iterable[Declaration]) -> None:
        """Raise a `UsageError` that names every tool which steps need and which is bound to nothing."""
        missing = []
        for declaration in declared:
            if declaration.used and declaration.kind == "function" and declaration.name not in self.given:
                missing.append(f"{declaration.place}: the tool `{declaration.name}` is bound to no function")
            elif declaration.used and declaration.kind != "caller":
                self._make(declaration)
        if missing:
            raise UsageError("\n".join(missing), hint=self._how_to_bind(missing[0].split("`")[1]))

    def ready(self, info: FlowInfo | None, name: str) -> Ready:
        """Return the tool that a flow calls by a name; `FlowError` where it has none."""
        server, dot, inner = name.partition(".")
        declaration = None if info is None else info.tools.get(server)
        if dot and declaration is not None:
            whole = self._make(declaration).tool
            if isinstance(whole, ServerTool):
                return Ready(whole.one(inner))
        if declaration is None and (info is not None or name not in self.given):
            raise FlowError(f"there is no tool `{name}`", kind="host", hint=self._how_to_bind(name))
        return self._make(declaration or Declaration(name=name))

    async def offer(
        self, host: Host, info: FlowInfo | None, names: Sequence[Any], lent: Lent | None = None
    ) -> Offer:
        """Return the tools that a model may call in a turn: names, or functions of the host.

        `lent`: those that the flow got. Servers are asked what they have; `ToolError` where one does not
        tell.
        """
        key = (id(info), tuple(names))
        known = self._offers.get(key)
        if known is not None and known[0] is info:
            return known[1]
        tools: dict[str, Ready] = {}
        lasting = True
        for name in names:
            if info is not None and name in info.tools and info.tools[name].kind == "caller":
                lasting = False  # who calls next may give others
                _add(tools, await self._lent(host, lent))
                continue
            ready = self.ready(info, name) if isinstance(name, str) else _of_host(name)
            if isinstance(ready.tool, ServerTool):
                lasting = False  # they are the run's, not the function's
                for tool in await ready.tool.offered(host, tools):
                    tools[tool.name] = Ready(tool)
            else:
                _add(tools, {ready.tool.name: ready})
        offer = Offer(tools, tuple(_told(one.tool) for one in tools.values()))
        if lasting:
            self._offers[key] = info, offer
        return offer

    async def _lent(self, host: Host, lent: Lent | None) -> Mapping[str, Ready]:
        """Return the tools that a flow got: of who called it, else all functions of the host as declared."""
        if lent is None:
            return {}
        if lent is OF_THE_HOST:
            return self._of_the_host
        return (await self.offer(host, lent.info, lent.names, lent.lent)).tools

    @cached_property
    def _of_the_host(self) -> Mapping[str, Ready]:
        """All functions of the host: as some flow declares them, else as they are."""
        declared = {one.name: one for one in reversed(self._declared)}
        return {name: self._bind(declared.get(name) or Declaration(name=name)) for name in self.given}

    def _how_to_bind(self, name: str) -> str:
        near = nearest(name, self.given)
        return _BIND if near is None else f"a function `{near}` was given: give it as `{name}`"

    def _make(self, declaration: Declaration) -> Ready:
        known = self._ready.get(id(declaration))
        if known is None or known[0] is not declaration:
            known = self._ready[id(declaration)] = declaration, self._bind(declaration)
        return known[1]

    def _bind(self, declaration: Declaration) -> Ready:
        name = declaration.name
        if name in self.given:
            given = self.given[name]
            if _is_tool(given):
                return Ready(given, timeout=declaration.timeout)
            if not callable(given):
                raise UsageError(f"the tool `{name}` is given a {type(given).__name__}, which is no function")
            return Ready(function_tool(given, declaration), timeout=declaration.timeout)
        if declaration.flow is not None:
            from turbo_yaml.runtime.tooling.flows import flow_tool

            return flow_tool(declaration, declaration.flow())
        if declaration.kind == "function":
            raise FlowError(f"the tool `{name}` is bound to no function", kind="host", hint=_BIND)
        try:
            return Ready(self._web_tool(declaration))
        except UsageError as problem:
            raise UsageError(f"{declaration.place}: {problem.message}", hint=problem.hint) from None

    def _web_tool(self, declaration: Declaration) -> Tool:
        if declaration.kind == "mcp":
            return ServerTool(declaration, self.allowed)
        from turbo_yaml.tools.http.tool import http_tool

        return http_tool(declaration, allowed=self.allowed)


def _add(tools: dict[str, Ready], more: Mapping[str, Ready]) -> None:
    """Add tools; `FlowError` where two that are not the same would have one name."""
    for name, ready in more.items():
        if tools.setdefault(name, ready) is not ready and tools[name] != ready:
            raise FlowError(f"the model would get two tools named `{name}`", kind="host", hint="rename one")


def _of_host(given: Any) -> Ready:
    if _is_tool(given):
        return Ready(given)
    return Ready(function_tool(given, Declaration(name=given.__name__)))


def _is_tool(given: Any) -> bool:
    return callable(getattr(given, "call", None)) and hasattr(given, "parameters")


def _told(tool: Tool) -> Mapping[str, Any]:
    """Return a tool as a model is told of it."""
    told = {"name": tool.name, "parameters": tool.parameters}
    return {**told, "description": tool.description} if tool.description else told

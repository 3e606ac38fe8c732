"""Units to functions that run: each module executed, its other files and its data put in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from turbo_yaml.compiler.build import Builder, without_collection
from turbo_yaml.compiler.data import read_data
from turbo_yaml.compiler.files import Place, unreadable
from turbo_yaml.compiler.units import FlowRecord, Unit
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import FlowInvalid, UsageError
from turbo_yaml.runtime.program import FlowInfo
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import EMPTY, from_data
from turbo_yaml.source import Source, Span
from turbo_yaml.source.files import UnreadableText

if TYPE_CHECKING:
    from turbo_yaml.tools.declared import Declaration


def _is_library(place: Place, unit: Unit) -> UsageError:
    """Return what is said to who wants to run a file that has flows for other files alone."""
    names = [f"`{name}`" for name in unit.flows if name != unit.main]
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    path, first = place.path.name, names[0].strip("`")
    return UsageError(
        f"{place.name} has no `steps` of its own: it is there for other flows, and holds {shown}",
        hint=f"in a flow: `use: {{{unit.main}: ./{path}}}`, and `include: {unit.main}.{first}`",
    )


_SHOWN = 8
"""Flows of a library that are named."""


class Linker:
    """Links the files of one program, each once, so that files may use each other in a circle."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.found: list[Diagnostic] = []
        self._flows: dict[Path, SimpleNamespace] = {}
        self._tools: list[Declaration] = []
        self._steps: dict[str, None] = {}
        """The ids of the turns of all files so far; the main file is the last."""

    def function(self, place: Place, flow: str | None = None) -> Callable[..., Any]:
        """Return the compiled main flow of a file, or the local one of a name.

        Raise `FlowInvalid` or `UnreadableText`, `UsageError` where there is no such flow.
        """
        with without_collection():
            unit = self._unit(place)
            flows = None if unit is None else self._link(place, unit)
            self.builder.forget()
        if unit is None or any(found.severity == "error" for found in self.found):
            raise FlowInvalid(self.found)
        record = unit.flows.get(flow or unit.main)
        if record is None:
            hint = did_you_mean(flow or "", unit.flows)
            raise UsageError(f"there is no flow `{flow}` in the file", hint=hint)
        if flow is None and record.empty and len(unit.flows) > 1:
            raise _is_library(place, unit)
        function: Callable[..., Any] = getattr(flows, record.function)
        return function

    def _unit(self, place: Place) -> Unit | None:
        unit, found = self.builder.unit(place)
        self.found += found
        return unit

    def _link(self, place: Place, unit: Unit) -> SimpleNamespace:
        source = self.builder.files.read(place)
        flows = self._flows[place.path] = SimpleNamespace()
        module: dict[str, Any] = {"__name__": f"turbo_yaml flow {unit.main}", "__turbo_source__": source}
        for name, path in unit.uses.items():
            module[name] = self._use(self.builder.files.beside(place, path))
        for name, path in unit.data.items():
            module[name] = self._data(place, path, source)
        *included, own = unit.codes
        for code in included:
            module |= self._included(code, unit, place)
        exec(own, module)
        tools = {name: self._tool(data, module, source) for name, data in unit.tools.items()}
        self._tools += tools.values()
        self._steps |= dict.fromkeys(id for record in unit.flows.values() for id in record.steps)
        for record in unit.flows.values():
            function = module[record.function]
            function.__turbo__ = self._info(record, unit, source, place, module, tools)
            setattr(flows, record.function, function)
        return flows

    def _included(self, code: CodeType, unit: Unit, place: Place) -> dict[str, Any]:
        """Return the functions of an included text; a failure in them is shown in that text."""
        others = (self.builder.files.beside(place, path) for path in unit.seen)
        source = next(self.builder.files.read(other) for other in others if other.name == code.co_filename)
        module: dict[str, Any] = {"__name__": f"turbo_yaml text {source.name}", "__turbo_source__": source}
        exec(code, module)
        return {name: value for name, value in module.items() if not name.startswith("__")}

    def _use(self, place: Place) -> SimpleNamespace:
        known = self._flows.get(place.path)
        if known is not None:
            return known
        unit = self._unit(place)
        return SimpleNamespace() if unit is None else self._link(place, unit)

    def _data(self, place: Place, path: str, source: Source) -> Any:
        try:
            data, found = read_data(self.builder.files.read(self.builder.files.beside(place, path)))
        except UnreadableText as problem:
            data, found = None, [unreadable(problem, source, _first(source, path))]
        self.found += found
        return data

    def _memory(self, declared: Mapping[str, Any] | None, module: dict[str, Any]) -> Mapping[str, Any] | None:
        """Return what a flow says of its chat, with what writes its summaries if it has any."""
        if declared is None or declared.get("kind") != "summarize":
            return declared
        from turbo_yaml.runtime.summaries import summary_by, usual

        if "flow" not in declared:
            return {**declared, "flow": usual()}
        file, name = declared["flow"]
        return {**declared, "flow": summary_by(partial(_flow_of, module, file, name))}

    def _tool(self, data: Mapping[str, Any], module: Mapping[str, Any], source: Source) -> Declaration:
        """Return what a file declares of a tool. A flow that is one is looked up later, when it is linked."""
        from turbo_yaml.tools.declared import Declaration

        fields = dict(data)
        place = f"{source.name}:{fields.pop('line')}"
        if "flow" in fields:
            home, name = fields.pop("flow")
            fields["flow"] = partial(_flow_of, module, home, name)
        return Declaration(place=place, **fields)

    def _info(
        self,
        record: FlowRecord,
        unit: Unit,
        source: Source,
        place: Place,
        module: dict[str, Any],
        tools: Mapping[str, Declaration],
    ) -> FlowInfo:
        profiles = {name: from_data(data, source.name) for name, data in unit.profiles.items()}
        patch = from_data(record.settings, source.name)
        has_settings = profiles or patch != EMPTY
        layer = Layer(LayerKind.FLOW, source.name, patch, profiles) if has_settings else None
        return FlowInfo(
            name=record.name,
            description=record.description,
            inputs=record.inputs,
            parameters={name: python for name, python in record.parameters.items() if name != python},
            output=record.output,
            memory=self._memory(record.memory, module),
            layer=layer,
            source=source,
            root=self.builder.files.root,
            folder=place.path.parent,
            steps=tuple(self._steps),
            tools=tools,
            declared=tuple(self._tools),
        )


def _flow_of(module: Mapping[str, Any], home: str | None, name: str) -> Callable[..., Any]:
    flow: Callable[..., Any] = module[name] if home is None else getattr(module[home], name)
    return flow


def _first(source: Source, path: str) -> Span:
    at = max(source.text.find(path), 0)
    return Span(at, min(at + len(path), len(source.text)))

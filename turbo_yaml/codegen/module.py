"""A typed flow file to a Python module: one async generator per flow."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from turbo_yaml.analysis.facts import Facts
from turbo_yaml.analysis.links import Links
from turbo_yaml.codegen.build import At, assign, at, constant, load
from turbo_yaml.codegen.control import emit_body
from turbo_yaml.codegen.function import Function
from turbo_yaml.codegen.identifiers import Identifiers, flow_names
from turbo_yaml.codegen.support_names import RESERVED, STEP_SUPPORT
from turbo_yaml.codegen.templates import SUPPORT, TemplateModule
from turbo_yaml.flow import nodes as n
from turbo_yaml.records import Record
from turbo_yaml.source import Source, Span
from turbo_yaml.types import MISSING, Input


class Generated(Record):
    """The module of a flow file; `included` holds the functions of texts from other files, by file.

    `uses`: the path of each file that the module names, by alias.
    """

    source: Source
    module: ast.Module
    included: tuple[tuple[Source, ast.Module], ...]
    names: Identifiers
    uses: Mapping[str, str]


class Module:
    """What the functions of one module share."""

    def __init__(self, file: n.FlowFile, facts: Facts, links: Links, *, probed: bool = False) -> None:
        self.probed = probed
        """Whether each step tells that it is reached."""
        self.source = file.source
        self.facts = facts
        self.links = links
        self.names = flow_names(RESERVED, file)
        self.templates = TemplateModule(self.names.fresh)
        self.constants: list[ast.stmt] = []
        self.used: dict[str, None] = {}
        self.uses: dict[str, str] = {use.name: use.path for use in file.uses}
        self._held: dict[str, str] = {}

    def at(self, span: Span) -> At:
        """Return the position of a span of the file."""
        return at(self.source, span)

    def support_name(self, name: str, place: At) -> ast.Name:
        """Return the reading of a name that the runtime provides, noting that it must be imported."""
        assert name in STEP_SUPPORT or name in SUPPORT, name
        self.used[name] = None
        return load(name, place)

    def constant(self, name: str, data: Any, place: At) -> str:
        """Return the name of a constant of the module, which is this one's if no other holds the same."""
        shown = repr(data)
        held = self._held.get(shown)
        if held is None:
            held = self._held[shown] = self.names.fresh(name)
            self.constants.append(assign(held, constant(data, place), place))
        return held

    def file(self, alias: str) -> str:
        """Return the name that holds the flows of another file."""
        self.uses.setdefault(alias, alias)
        return self.names.file(alias)

    def begins(self, step: n.Step, statement: ast.stmt) -> None:
        """Note that a step's statements begin here; the printed form says so."""
        statement.begins = step.span.start  # type: ignore[attr-defined]


def generate(file: n.FlowFile, facts: Facts, links: Links, *, probed: bool = False) -> Generated:
    """Return the module of a file about which all is known. `probed`: its steps tell when they run."""
    module = Module(file, facts, links, probed=probed)
    flows = (file.main, *file.flows.values())
    for summary in [flow.memory["flow"] for flow in flows if flow.memory and "flow" in flow.memory]:
        if (alias := links[id(summary)].alias) is not None:
            module.file(alias)
    functions = [_flow(flow, module) for flow in flows]
    texts: dict[Source, list[ast.stmt]] = {}
    for source, function in module.templates.functions:
        texts.setdefault(source, []).append(function)
    own = texts.pop(file.source, [])
    body = [*_imports(module), *module.constants, *own, *functions]
    return Generated(
        file.source,
        ast.Module(body, []),
        tuple((source, ast.Module([*_imports(module), *made], [])) for source, made in texts.items()),
        module.names,
        module.uses,
    )


def _imports(module: Module) -> list[ast.stmt]:
    names = sorted(module.used | module.templates.used)
    place = At(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
    aliases = [ast.alias(name, **place) for name in names]
    return [ast.ImportFrom("turbo_yaml.runtime.support", aliases, 0, **place)] if aliases else []


def _flow(flow: n.Flow, module: Module) -> ast.stmt:
    place = module.at(flow.span)
    names = [module.names.variable(given.name) for given in flow.inputs]
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg("memory", **place)],
        kwonlyargs=[ast.arg(name, **place) for name in names],
        kw_defaults=[_default(given, module.at(given.span)) for given in flow.inputs],
        defaults=[constant(None, place)],
    )
    function = Function(
        module, module.facts.functions[id(flow)], module.names.flow(flow.name), flow.span, arguments
    )
    if flow.output is not None:
        function.output = module.constant(f"{flow.name.upper()}_OUTPUT", flow.output, place)
    return function.define(emit_body(flow.steps, function), flow.description)


def _default(given: Input, place: At) -> ast.expr | None:
    if given.required:
        return None
    return constant(given.default if given.default is not MISSING else None, place)

"""A flow to a tool: its inputs are the parameters, its outcome is what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from turbo_yaml.errors import FlowError
from turbo_yaml.runtime.program import FlowInfo
from turbo_yaml.runtime.tooling.toolbox import Ready
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.tool import Approval
from turbo_yaml.types import MISSING, Input


class FlowTool:
    """What a model is told of a flow. A run calls the flow itself: its questions reach the caller."""

    def __init__(self, declaration: Declaration, info: FlowInfo) -> None:
        self.name = declaration.name
        self.description = declaration.description or info.description or ""
        self.parameters: Mapping[str, Any] = parameters_of(info.inputs)
        self.returns = info.output
        self.approve: Approval = declaration.approve

    async def call(self, arguments: Mapping[str, Any]) -> Any:
        """Fail: a flow needs the run that it is part of."""
        raise FlowError(f"the flow `{self.name}` can be called in a run only", kind="host")

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def flow_tool(declaration: Declaration, function: Callable[..., Any]) -> Ready:
    """Return a compiled flow as a tool."""
    info: FlowInfo = function.__turbo__  # type: ignore[attr-defined]
    return Ready(FlowTool(declaration, info), function, declaration.timeout)


def parameters_of(inputs: tuple[Input, ...]) -> dict[str, Any]:
    """Return the JSON Schema of a flow's inputs, each with its default and what it is for."""
    return {
        "type": "object",
        "properties": {given.name: _schema(given) for given in inputs},
        "required": [given.name for given in inputs if given.required],
        "additionalProperties": False,
    }


def _schema(given: Input) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if given.description is not None and "description" not in given.schema:
        more["description"] = given.description
    if given.default is not MISSING and "default" not in given.schema:
        more["default"] = given.default
    return {**given.schema, **more}

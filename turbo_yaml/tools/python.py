"""A Python function and what a flow declares of it to a tool."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import Any

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import FlowError, ToolError, UsageError
from turbo_yaml.tools.annotations import Read
from turbo_yaml.tools.declared import Declaration
from turbo_yaml.tools.signature import Signature, signature_of
from turbo_yaml.tools.threads import in_thread
from turbo_yaml.tools.tool import Approval

_SHOWN = 500
"""Characters of an exception that the model is told."""


class FunctionTool:
    """A function of the host that a model or a step can call.

    An async function runs on the event loop; any other in a thread of its own, so that it holds nothing up.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        said: Signature,
        declaration: Declaration,
        reads: Mapping[str, Read],
    ) -> None:
        self.function = function
        self.name = declaration.name
        self.description = declaration.description or said.description
        self.parameters: Mapping[str, Any] = (
            said.schema if declaration.parameters is None else _described(declaration.parameters, said)
        )
        self.returns = said.returns if declaration.returns is None else declaration.returns
        self.approve: Approval = declaration.approve
        self._reads = reads
        self._is_async = _is_async(function)

    async def call(self, arguments: Mapping[str, Any]) -> Any:
        """Return what the function gives back, as data; `ToolError` where it fails."""
        given = dict(arguments)
        try:
            for name in self._reads.keys() & given.keys():
                given[name] = self._reads[name](given[name])
            value = await (self.function(**given) if self._is_async else in_thread(self.function, given))
        except FlowError:
            raise
        except Exception as problem:
            raise ToolError(f"`{self.name}` failed: {_in_words(problem)}", retryable=True) from problem
        return self._data(value)

    async def aclose(self) -> None:
        """There is nothing to let go of."""

    def _data(self, value: Any) -> Any:
        from turbo_yaml.types.filling import plain

        try:
            return plain(_as_data(value))
        except UsageError as problem:
            raise ToolError(f"`{self.name}` gave back what is no data: {problem.message}") from None


def function_tool(function: Callable[..., Any], declaration: Declaration) -> FunctionTool:
    """Return the tool; `UsageError` where the function is not as it is declared."""
    try:
        said = signature_of(function)
        _compare(said, declaration)
    except UsageError as problem:
        where = "" if declaration.place is None else f", declared at {declaration.place},"
        message = f"the tool `{declaration.name}`{where} does not fit {_shown(function)}: {problem.message}"
        raise UsageError(message, hint=problem.hint) from None
    return FunctionTool(function, said, declaration, said.reads)


def _described(declared: Mapping[str, Any], said: Signature) -> Mapping[str, Any]:
    """Return the declared arguments; those that say nothing of themselves with what the docstring says."""
    known = {name: schema.get("description") for name, schema in said.schema["properties"].items()}
    properties = declared.get("properties", {})
    silent = {
        name: {**schema, "description": known[name]}
        for name, schema in properties.items()
        if isinstance(schema, Mapping) and "description" not in schema and known.get(name)
    }
    return {**declared, "properties": {**properties, **silent}} if silent else declared


def _compare(said: Signature, declaration: Declaration) -> None:
    """Raise `UsageError` where a function takes or gives back what its declaration rules out."""
    if declaration.parameters is not None:
        known, taken = declaration.parameters.get("properties", {}), said.schema["properties"]
        for name, schema in known.items():
            if name not in taken and not said.open:
                help_ = did_you_mean(name, taken) or "add the parameter, or take it out of `with`"
                raise UsageError(f"it takes no `{name}`", hint=help_)
            _compare_types(f"`{name}`", schema, taken.get(name, {}))
        sure = declaration.parameters.get("required", ())
        for name in said.schema["required"]:
            if name not in known:
                raise UsageError(f"it needs `{name}`, which `with` does not have", hint="add it to `with`")
            if name not in sure and "default" not in known[name]:
                raise UsageError(
                    f"it needs `{name}`, which may be left out", hint=f"write `{name}` without `?` in `with`"
                )
    if declaration.returns is not None and said.returns is not None:
        wanted, given = _kinds(declaration.returns), _kinds(said.returns)
        if wanted is not None and given is not None and not given & wanted:
            raise UsageError(f"it gives back {_list(given)}, and `returns` says {_list(wanted)}")


def _compare_types(what: str, declared: Any, taken: Mapping[str, Any]) -> None:
    wanted, accepted = _kinds(declared), _kinds(taken)
    if wanted is not None and accepted is not None and not wanted <= accepted:
        raise UsageError(f"it takes {_list(accepted)} as {what}, and `with` says {_list(wanted)}")
    labels, known = (
        schema.get("enum") if isinstance(schema, Mapping) else None for schema in (declared, taken)
    )
    odd = [label for label in labels or () if known is not None and label not in known]
    if odd:
        raise UsageError(f"it does not take `{odd[0]}` as {what}, which `with` allows")


def _kinds(schema: Any) -> set[str] | None:
    """Return the JSON types that a schema allows; None where it may be any. A number may be an integer."""
    if not isinstance(schema, Mapping):
        return None
    found: set[str] = set()
    if isinstance(schema.get("type"), str):
        found = {schema["type"]}
    elif isinstance(schema.get("type"), list):
        found = {*schema["type"]}
    elif isinstance(schema.get("enum"), list):
        found = {_KIND_OF[type(label)] for label in schema["enum"] if type(label) in _KIND_OF}
    for option in schema.get("anyOf", ()):
        kinds = _kinds(option)
        if kinds is None:
            return None
        found |= kinds
    return (found | {"integer"} if "number" in found else found) or None


_KIND_OF = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def _list(kinds: set[str]) -> str:
    return " or ".join(f"`{kind}`" for kind in sorted(kinds - ({"integer"} if "number" in kinds else set())))


def _is_async(function: Callable[..., Any]) -> bool:
    plain = inspect.unwrap(function)
    while hasattr(plain, "func"):  # a `functools.partial`
        plain = plain.func
    return inspect.iscoroutinefunction(plain) or inspect.iscoroutinefunction(getattr(plain, "__call__", None))  # noqa: B004


def _as_data(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [_as_data(item) for item in value]
    return value


def _in_words(problem: Exception) -> str:
    text = f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _shown(function: Callable[..., Any]) -> str:
    """Return what names a function: its name, and the place of its code."""
    plain = inspect.unwrap(function)
    code = getattr(plain, "__code__", None)
    name = getattr(plain, "__name__", type(plain).__name__)
    where = "" if code is None else f" ({PurePath(code.co_filename).name}:{code.co_firstlineno})"
    return f"the function `{name}`{where}"

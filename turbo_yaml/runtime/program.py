"""What is known of a flow beside its code: what it takes and gives, its settings, its place."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from functools import cached_property
from inspect import Parameter, iscoroutine, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from turbo_yaml.errors import FlowError, UsageError
from turbo_yaml.protocol import BaseMemory, TurboGenTemplate
from turbo_yaml.records import Record, field
from turbo_yaml.settings.layers import Layer
from turbo_yaml.source import Source
from turbo_yaml.types import Input
from turbo_yaml.types.binding import compile_inputs

if TYPE_CHECKING:
    from turbo_yaml.tools.declared import Declaration

_EXACT: Final[Mapping[Any, type]] = {"string": str, "integer": int, "boolean": bool}
_SAYS_NOTHING: Final = frozenset(("type", "description"))


class FlowInfo(Record):
    """A compiled flow, as its function carries it in `__turbo__`.

    `parameters` names the Python parameter of each input whose name is no parameter. `output` is a JSON
    Schema. `layer` holds the flow's own settings and its file's profiles. Paths are read from `folder`, and
    lead nowhere out of `root`. `steps` are the ids by which settings can address turns of the flow, or of one
    that it uses; None where they are not known.
    """

    __slots__ = ("__dict__",)

    name: str
    inputs: tuple[Input, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    output: Mapping[str, Any] | None = None
    layer: Layer | None = None
    memory: Mapping[str, Any] | None = None
    source: Source | None = None
    root: Path | None = None
    folder: Path | None = None
    steps: tuple[str, ...] | None = None
    tools: Mapping[str, Declaration] = field(default_factory=dict)
    """The tools of its file."""
    declared: tuple[Declaration, ...] = ()
    """The tools of all files that it may come to."""

    @property
    def bare(self) -> tuple[list[str], list[type]] | None:
        """The names and types of the inputs; None where one of them is more than a bare type.

        Values of just these types, under just these names, fit as they are.
        """
        types: list[type] = []
        for each in self.inputs:
            wanted = each.schema.get("type")
            if not isinstance(wanted, str) or wanted not in _EXACT or not each.schema.keys() <= _SAYS_NOTHING:
                return None
            types.append(_EXACT[wanted])
        return None if self.parameters else ([each.name for each in self.inputs], types)

    @cached_property
    def _read(self) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        return compile_inputs(self.inputs)

    def arguments(self, context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments of the flow's function: inputs validated, with defaults, under Python's names.

        `UsageError` that names every input which is missing, unknown or does not fit.
        """
        return {self.parameters.get(name, name): value for name, value in self._read(context).items()}


class Lent(NamedTuple):
    """Tools that a flow gives to another by the names that it has for them; those that it got are `lent`."""

    info: FlowInfo | None
    names: tuple[str, ...]
    lent: Lent | None


OF_THE_HOST: Final = Lent(None, (), None)
"""What a flow gets that nobody calls: all functions of the host."""


class Bound(NamedTuple):
    """A flow with its arguments, and with tools of its caller, ready to start."""

    fn: Callable[..., TurboGenTemplate]
    info: FlowInfo | None
    name: str
    arguments: Mapping[str, Any]
    lent: Lent | None = None

    def start(self, memory: BaseMemory) -> TurboGenTemplate:
        """Return a new generator of the flow on a chat."""
        if self.info is None:
            return start_by_hand(self.fn, self.arguments, memory)
        return self.fn(memory, **self.arguments)


def start_by_hand(
    fn: Callable[..., TurboGenTemplate], arguments: Mapping[str, Any], memory: BaseMemory
) -> TurboGenTemplate:
    """Return a new generator of a function written by hand, with the chat if it takes one.

    An async function that yields nothing is a flow that says nothing; `UsageError` for any other function.
    """
    made = fn(memory=memory, **arguments) if takes_memory(fn) else fn(**arguments)
    if hasattr(made, "asend"):
        return made
    if not iscoroutine(made):
        name = getattr(fn, "__name__", "the function")
        raise UsageError(f"`{name}` makes no generator", hint="write it as `async def`, with `yield` in it")
    made.close()
    return _silent(fn, arguments, memory)


async def _silent(
    fn: Callable[..., Any], arguments: Mapping[str, Any], memory: BaseMemory
) -> AsyncGenerator[Any, Any]:
    await (fn(memory=memory, **arguments) if takes_memory(fn) else fn(**arguments))
    return
    yield  # what makes this a generator


def bind(flow: Any, given: Mapping[str, Any] | None = None, lent: Lent | None = None) -> Bound:
    """Return a flow with its inputs and with tools; `FlowError` where the inputs do not fit.

    `flow` is a `TurboGenFn` or a generator function.
    """
    fn = getattr(flow, "fn", flow)
    info: FlowInfo | None = getattr(fn, "__turbo__", None)
    if info is None:
        return Bound(fn, None, getattr(fn, "__name__", "flow"), given or {}, lent)
    try:
        return Bound(fn, info, info.name, info.arguments(given or {}), lent)
    except UsageError as problem:
        raise FlowError(f"`{info.name}`: {problem.message}", kind="input", hint=problem.hint) from None


_takes_memory: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def takes_memory(fn: Callable[..., Any]) -> bool:
    """Tell whether a generator function has a parameter for the chat, named `memory`."""
    known = _takes_memory.get(fn)
    if known is None:
        parameter = signature(fn).parameters.get("memory")
        known = _takes_memory[fn] = parameter is not None and parameter.kind is not Parameter.VAR_KEYWORD
    return known

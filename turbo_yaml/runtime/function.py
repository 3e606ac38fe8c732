"""A generator function and its settings to something that can be called: a `TurboGenFn`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from turbo_yaml.errors import UsageError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.memory.registry import new_memory
from turbo_yaml.models.pool import ModelPool, RunModels
from turbo_yaml.models.request import Model
from turbo_yaml.protocol import BaseCache, BaseMemory, TurboGenTemplate
from turbo_yaml.runtime.events import Listener
from turbo_yaml.runtime.frames import Frame, Host, Shared
from turbo_yaml.runtime.policy.scope import Scope
from turbo_yaml.runtime.program import FlowInfo, start_by_hand
from turbo_yaml.runtime.wrapper import TurboGenWrapper
from turbo_yaml.settings.layers import Settings
from turbo_yaml.settings.patch import MISSING, apply, inside
from turbo_yaml.settings.resolved import thawed

if TYPE_CHECKING:
    from turbo_yaml.journal.journal import Journal
    from turbo_yaml.runtime.recording.chat import Part
    from turbo_yaml.runtime.recording.recorder import OnChange, Unsure
    from turbo_yaml.runtime.recording.replay import Replaying
    from turbo_yaml.runtime.recording.start import Recording
    from turbo_yaml.runtime.tooling.toolbox import Given, ToolBox

MemoryFactory = Callable[[], BaseMemory]


class _Parts(NamedTuple):
    """What a function runs with, beside its code."""

    stack: Settings
    model: Model | None
    models: Mapping[str, Model] | None
    script: Sequence[Any] | None
    memory_factory: MemoryFactory | None
    on_event: Listener | None
    pool: ModelPool
    journal: Journal | Recording | Replaying | Part | None = None
    tools: ToolBox | None = None
    cache: BaseCache | None = None


class _Start:
    """What all runs of a function begin with, worked out before the first one."""

    __slots__ = ("bare", "journal", "listener", "new_memory", "outer", "scope", "shared")

    def __init__(self, parts: _Parts, info: FlowInfo | None) -> None:
        stack = parts.stack
        (stack if info is None or info.layer is None else stack.with_layer(info.layer)).check_profiles()
        if info is not None and info.steps is not None:
            stack.check_steps(info.steps)
        self.outer = Scope(stack.forgiving())
        """The settings without the flow's own."""
        self.scope = self.outer.of_flow(info)
        models = partial(RunModels, parts.pool, script=parts.script, host=parts.models)
        box = parts.tools or _toolbox(info, {})
        tools = None if box is None else box.allowing(self.scope.values.get("allow"))
        self.shared = Shared(self.scope.values, models, parts.model, tools)
        self.shared.cache = parts.cache
        self.listener = parts.on_event
        self.journal = parts.journal
        self.bare = None if info is None else info.bare
        self.new_memory = parts.memory_factory or LocalMemory
        if parts.memory_factory is None and info is not None and info.memory:
            self.new_memory = partial(new_memory, info.memory)


def _toolbox(info: FlowInfo | None, tools: Given, before: Mapping[str, Any] | None = None) -> ToolBox | None:
    """Return the tools of a function; None where it declares none and has none."""
    declared = () if info is None else info.declared
    if not tools and not before and not declared:
        return None
    from turbo_yaml.runtime.tooling.toolbox import ToolBox, by_name

    return ToolBox({**(before or {}), **by_name(tools)}, declared)


class TurboGenFn:
    """A flow, compiled or written by hand, with settings. Calling it with the flow's inputs makes a run.

    Nothing in it changes: `configure` and `using` return new ones. `stack` are settings from files and the
    command line, weaker than `settings`. `model` answers every turn; `models` are the host's own, which the
    setting `model` then names. `script` holds the replies of the model `script`.
    """

    __slots__ = ("_parts", "_start", "fn", "info", "name")

    def __init__(
        self,
        fn: Callable[..., TurboGenTemplate],
        settings: Mapping[str, Any] | None = None,
        *,
        stack: Settings | None = None,
        model: Model | None = None,
        models: Mapping[str, Model] | None = None,
        script: Sequence[Any] | None = None,
        memory_factory: MemoryFactory | None = None,
        on_event: Listener | None = None,
        pool: ModelPool | None = None,
        tools: Given | None = None,
    ) -> None:
        self.fn = fn
        self.info: FlowInfo | None = getattr(fn, "__turbo__", None)
        """What a compiled flow says of itself; None for a function written by hand."""
        self.name: str = getattr(fn, "__name__", "flow") if self.info is None else self.info.name
        stack = stack or Settings.built_in()
        if settings:
            stack = stack.configured(settings, strict=self.info is not None)
        box = None if tools is None else _toolbox(self.info, tools)
        pool = pool or ModelPool()
        self._parts = _Parts(stack, model, models, script, memory_factory, on_event, pool, tools=box)
        self._start: _Start | None = None

    def __repr__(self) -> str:
        return f"TurboGenFn({self.name})"

    @property
    def stack(self) -> Settings:
        """All settings in layers, the flow's own among them."""
        return self._ready().scope.settings

    @property
    def settings(self) -> dict[str, Any]:
        """A copy of the settings that somebody gave: in the flow, in files, on the command line, in code."""
        settings = (self._start or _Start(self._parts, self.info)).scope.settings
        given: dict[str, Any] = thawed(settings.given)
        steps: Any = MISSING
        for layer in settings.order:
            addressed = inside(layer.patch, "steps")
            steps = steps if addressed is None else apply(addressed, steps)
        return given if steps is MISSING else {**given, "steps": steps}

    def configure(self, new_settings: Mapping[str, Any] | None = None, /, **more: Any) -> Self:
        """Return this function with stronger settings; maps in them join, all else replaces.

        `UsageError` for what is no setting; a function written by hand may have settings of its own.
        """
        stack = self._parts.stack.configured({**(new_settings or {}), **more}, strict=self.info is not None)
        return self._with(stack=stack)

    def using(
        self,
        *,
        stack: Settings | None = None,
        model: Model | None = None,
        models: Mapping[str, Model] | None = None,
        script: Sequence[Any] | None = None,
        memory_factory: MemoryFactory | None = None,
        on_event: Listener | None = None,
        pool: ModelPool | None = None,
        journal: Journal | Recording | Replaying | Part | None = None,
        tools: Given | None = None,
        cache: BaseCache | None = None,
    ) -> Self:
        """Return this function with other parts of its host; what is not given stays.

        `journal`: where runs are recorded, so that they can go on after a crash; see `resume`. `tools` are
        functions by name, or such as go by their own names; those given before stay, too. `cache`: where
        replies are kept, in place of the user's own file, where the setting `cache` says so. `UsageError`
        where a tool is not as the flow declares it.
        """
        box = self._parts.tools
        if tools is not None:
            box = _toolbox(self.info, tools, {} if box is None else box.given)
        return self._with(
            stack=stack,
            model=model,
            models=models,
            script=script,
            memory_factory=memory_factory,
            on_event=on_event,
            pool=pool,
            journal=journal,
            tools=box,
            cache=cache,
        )

    def _with(self, **changes: Any) -> Self:
        changed = object.__new__(type(self))
        changed.fn, changed.info, changed.name = self.fn, self.info, self.name
        changed._parts = self._parts._replace(**{k: part for k, part in changes.items() if part is not None})
        changed._start = None
        return changed

    def __call__(
        self, given: Mapping[str, Any] | None = None, /, *, memory: BaseMemory | None = None, **context: Any
    ) -> TurboGenWrapper:
        """Return a new run with these inputs, by name or as one map, on the chat in `memory` or a new one.

        `UsageError` names every input that is missing, unknown or does not fit.
        """
        if given is not None:
            context = {**given, **context}
        start = self._start or self._ready()
        info = self.info
        if memory is None:
            memory = start.new_memory()
        frame = Frame(Host(start.shared, start.listener), start.outer, start.scope, info, self.name, memory)
        if info is None:
            generator = self._by_hand(context, memory)
        else:
            bare = start.bare
            if bare is None or [*context] != bare[0] or [*map(type, context.values())] != bare[1]:
                generator = self.fn(memory, **info.arguments(context))
            else:
                generator = self.fn(memory, **context)
        if start.journal is not None:
            from turbo_yaml.runtime.recording.start import record

            record(start.journal, frame, self.fn, context)
        return TurboGenWrapper(frame, generator)

    def resume(
        self,
        name: str,
        *,
        on_change: OnChange = "fail",
        unsure: Unsure = "models",
        memory: BaseMemory | None = None,
        **context: Any,
    ) -> TurboGenWrapper:
        """Return a run that goes on where a recorded one ended, with its inputs; `context` is stronger.

        The flow runs from its beginning and is told what it was told before; nothing that was answered is
        asked again. `on_change`: what an event means that the flow no longer asks for: `fail`, `rerun` or
        `keep`. `unsure`: which calls that were going on when the run broke off are made again: all (`retry`),
        none (`skip`), or those of `models`, where one of a tool ends the run.
        `UsageError` without a journal or such a run, `JournalError` where it is going on already.
        """
        from turbo_yaml.runtime.recording.start import Recording, inputs_of

        journal = self._parts.journal
        if journal is None:
            raise UsageError(
                "this function has no journal", hint="give it one: `fn.using(journal=Journal())`"
            )
        given = inputs_of(journal, name) | context
        recording = Recording.resuming(journal, name, on_change, unsure)
        return self.using(journal=recording)(memory=memory, **given)

    def _by_hand(self, context: Mapping[str, Any], memory: BaseMemory) -> TurboGenTemplate:
        """Return the generator of a function that was written by hand."""
        return start_by_hand(self.fn, context, memory)

    def _ready(self) -> _Start:
        """Return what runs begin with, worked out once; `UsageError` where a tool is bound to nothing."""
        if self._start is None:
            start = _Start(self._parts, self.info)
            if start.shared.tools is not None and self.info is not None:
                start.shared.tools.check(self.info.declared)
            self._start = start
        return self._start

    async def aclose(self) -> None:
        """Close the connections to models; they are made again when they are needed."""
        await self._parts.pool.aclose()

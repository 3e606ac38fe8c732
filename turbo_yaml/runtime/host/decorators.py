"""Generator functions written by hand to functions that run, by a decorator: `@turbo(temperature=0)`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from inspect import Parameter, getdoc, signature
from typing import Any, Final, TypeVar

from turbo_yaml.errors import UsageError
from turbo_yaml.memory.local import LocalMemory
from turbo_yaml.models.request import Reply
from turbo_yaml.protocol import BaseCache, BaseMemory, Generate, TurboGenTemplate, User
from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.wrapper import TurboGenWrapper

DEFAULT_MODEL: Final = "gpt-4o-mini"
"""The model of a function that names none."""

T = TypeVar("T")
Debug = Callable[[dict[str, Any]], None]
SelectChoice = Callable[[Sequence[Reply]], Reply]

_OF_THE_HOST: Final = frozenset({"memory_class", "cache_class", "debug"})


def turbo(
    memory_class: Callable[[], BaseMemory] = LocalMemory,
    model: str = DEFAULT_MODEL,
    *,
    stream: bool | None = None,
    cache_class: Callable[[], BaseCache] | None = None,
    cache: BaseCache | str | None = None,
    debug: Debug | None = None,
    n: int | None = None,
    select_choice: SelectChoice | str | None = None,
    **settings: Any,
) -> Callable[[Callable[..., TurboGenTemplate]], TurboFn]:
    """Return a decorator that makes a `TurboFn` of an async generator function.

    `memory_class` makes the chat of each run. `cache`, or what `cache_class` makes, keeps replies; as a word,
    `cache` is the setting. `debug` is told of what the generator yields and is sent. With `n` the model gives
    that many replies, of which `select_choice` takes one. The rest are settings.
    """
    kept = cache if isinstance(cache, BaseCache) else None if cache_class is None else cache_class()
    word = cache if isinstance(cache, str) else None if kept is None else "on"
    given = {"stream": stream, "cache": word, "n": n, "select_choice": select_choice}
    own = {"model": model, **{key: value for key, value in given.items() if value is not None}, **settings}

    def decorate(fn: Callable[..., TurboGenTemplate]) -> TurboFn:
        made = TurboFn(fn, own, memory_factory=memory_class, debug=debug)
        return made if kept is None else made.using(cache=kept)

    return decorate


class TurboFn(TurboGenFn):
    """A function that `turbo` made: its arguments may be given by position, too."""

    __slots__ = ("__wrapped__", "debug")

    def __init__(
        self,
        fn: Callable[..., TurboGenTemplate],
        settings: Mapping[str, Any],
        *,
        debug: Debug | None,
        **parts: Any,
    ) -> None:
        super().__init__(fn, settings, **parts)
        self.debug = debug
        self.__wrapped__ = fn

    def configure(self, new_settings: Mapping[str, Any] | None = None, /, **more: Any) -> TurboFn:
        """Return this function with stronger settings, and with the other arguments of `turbo`."""
        given = {**(new_settings or {}), **more}
        cache = given.get("cache")
        if "cache_class" in given:
            cache = given["cache_class"]()
        if isinstance(cache, BaseCache):
            given["cache"] = "on"
        changed = super().configure({key: given[key] for key in given.keys() - _OF_THE_HOST})
        if isinstance(cache, BaseCache):
            changed = changed.using(cache=cache)
        if "memory_class" in given:
            changed = changed.using(memory_factory=given["memory_class"])
        if "debug" in given:
            changed.debug = given["debug"]
        return changed

    def _with(self, **changes: Any) -> TurboFn:
        changed = super()._with(**changes)
        changed.debug, changed.__wrapped__ = self.debug, self.__wrapped__
        return changed

    def __call__(
        self,
        /,
        *given: Any,
        memory: BaseMemory | None = None,
        memory_args: Mapping[str, Any] | None = None,
        **context: Any,
    ) -> TurboGenWrapper:
        """Return a new run. `memory_args` are what the chat's `setup` is given."""
        run = super().__call__(memory=memory, **self._by_name(given, context))
        return run if memory_args is None else run.with_setup(memory_args)

    def _by_name(self, given: tuple[Any, ...], context: dict[str, Any]) -> dict[str, Any]:
        """Return all arguments by name; a map of them may stand for all, as for any function that runs."""
        if not given:
            return context
        taken = [each for each in signature(self.fn).parameters.values() if each.name != "memory"]
        first = given[0]
        if len(given) == 1 and isinstance(first, Mapping) and first.keys() <= {each.name for each in taken}:
            return {**first, **context}
        in_order = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        parameters = [each.name for each in taken if each.kind in in_order]
        if len(given) > len(parameters):
            raise UsageError(f"`{self.name}` takes {len(parameters)} arguments, and {len(given)} were given")
        named = dict(zip(parameters, given, strict=False))
        for name in named.keys() & context.keys():
            raise UsageError(f"`{name}` is given to `{self.name}` twice")
        return {**named, **context}

    def _by_hand(self, context: Mapping[str, Any], memory: BaseMemory) -> TurboGenTemplate:
        generator = super()._by_hand(context, memory)
        return generator if self.debug is None else _watched(generator, self.debug, self.name)


async def _watched(generator: TurboGenTemplate, debug: Debug, name: str) -> AsyncGenerator[Any, Any]:
    """Pass a generator's signals on, and tell of them and of their answers."""

    def tell(kind: str, payload: Any) -> None:
        debug({"app": name, "timestamp": datetime.now(UTC), "type": kind, "payload": payload})

    try:
        signal = await anext(generator)
        while True:
            tell("output", signal)
            try:
                answer = yield signal
            except Exception as problem:
                tell("input", problem)
                signal = await generator.athrow(problem)
                continue
            if answer is not None:
                tell("input", answer)
            signal = await generator.asend(answer)
    except StopAsyncIteration:
        pass
    finally:
        await generator.aclose()


def completion(
    parse: Callable[[str], T] = str,  # type: ignore[assignment]
    **settings: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Coroutine[Any, Any, T]]]:
    """Return a decorator that makes one turn of a function: its docstring is the template of what is said.

    The function's arguments are the variables; it is never called itself. `parse` makes a value of the
    reply. The rest are settings, as of `turbo`.
    """

    def decorate(fn: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, T]]:
        template = getdoc(fn)
        if not template:
            raise UsageError(
                f"`{getattr(fn, '__name__', 'the function')}` has no docstring to be the template"
            )
        taken = signature(fn)

        async def ask(variables: Mapping[str, Any]) -> TurboGenTemplate:
            yield User(template=template, variables=variables)
            yield Generate()

        ask.__name__ = getattr(fn, "__name__", "completion")
        app = turbo(**settings)(ask)

        @wraps(fn)
        async def asked(*args: Any, **kwargs: Any) -> T:
            bound = taken.bind(*args, **kwargs)
            bound.apply_defaults()
            async with app(variables=bound.arguments) as run:
                return parse((await run.run()).content)

        return asked

    return decorate

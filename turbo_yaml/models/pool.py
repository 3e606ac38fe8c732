"""Models by the settings that name them: made when first asked for, kept while they are of use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias
from weakref import ref

from turbo_yaml.errors import ModelError
from turbo_yaml.models.providers import (
    IN_PROCESS,
    Provider,
    Resolved,
    named_providers,
    resolve_model,
    split_model,
)
from turbo_yaml.models.request import Model

ADAPTERS: Mapping[str, str] = {
    "openai": "turbo_yaml.models.openai:OpenAIModel",
    "echo": "turbo_yaml.models.echo:EchoModel",
    "script": "turbo_yaml.models.script:ScriptModel",
}

_Key: TypeAlias = tuple[Provider, str | None]


def adapter(name: str) -> Any:
    """Return the class of models under a name of `ADAPTERS`; imports its module."""
    path, _, attribute = ADAPTERS[name].partition(":")
    return getattr(import_module(path), attribute)


class ModelPool:
    """The models that talk to servers: one for each server, key and event loop, so that connections are used
    again.

    The owner calls `aclose`. Whoever forgets it leaks nothing: the models of a loop are closed when the loop
    shuts down its asynchronous generators, as `asyncio.run` does, or when the pool is garbage.
    """

    def __init__(self) -> None:
        self._loops: dict[asyncio.AbstractEventLoop, _Kept] = {}

    async def get(self, resolved: Resolved) -> Model:
        """Return the model of a server, made on first use."""
        loop = asyncio.get_running_loop()
        kept = self._loops.get(loop)
        if kept is None:
            models: dict[_Key, Model] = {}
            kept = self._loops[loop] = _Kept(models, _keep(models, ref(self)))
            await anext(kept.keeper)
        key = (resolved.provider, resolved.api_key)
        model = kept.models.get(key)
        if model is None:
            model = kept.models[key] = adapter(resolved.provider.adapter)(*key)
        return model

    async def aclose(self) -> None:
        """Close the models of the running event loop. The pool may be used again."""
        kept = self._loops.get(asyncio.get_running_loop())
        if kept is not None:
            await kept.keeper.aclose()


class _Kept(NamedTuple):
    """The models of one event loop, and the generator at whose end they are closed."""

    models: dict[_Key, Model]
    keeper: AsyncGenerator[None]


async def _keep(models: dict[_Key, Model], pool: ref[ModelPool]) -> AsyncGenerator[None]:
    """Close the models at the end: the event loop itself ends a generator that it has seen begin."""
    try:
        yield
    finally:
        owner = pool()
        if owner is not None:
            owner._loops.pop(asyncio.get_running_loop(), None)
        while models:
            await models.popitem()[1].aclose()


class RunModels:
    """The models of one run: those of a pool, the host's own by name, and the script of the run.

    `script` is a list of replies for the model `script`; without it the setting `script` gives one. All forks
    of a run share the place in it.
    """

    __slots__ = ("_given", "_host", "_local", "_pool", "_scripts")

    def __init__(
        self, pool: ModelPool, *, script: Sequence[Any] | None = None, host: Mapping[str, Model] | None = None
    ) -> None:
        self._pool = pool
        self._host = host or {}
        self._scripts: list[tuple[Any, Model]] = []
        self._local: dict[str, Model] = {}
        self._given = 0
        if script is not None:
            self._local["script"] = adapter("script")(script)

    def go_on(self, given: int) -> None:
        """Let the setting `script` go on after so many replies, which the run was given before."""
        self._given = given

    async def get(self, settings: Mapping[str, Any]) -> tuple[Model, Resolved]:
        """Return the model that the settings name, and where that is; `ModelError` when there is none."""
        resolved = resolve_model(settings, hosts=self._host)
        name = resolved.provider.adapter
        if name == "host":
            return self._host[resolved.provider.name], resolved
        if name == "script":
            return self._script(settings), resolved
        if name == "echo":
            if "echo" not in self._local:
                self._local["echo"] = adapter("echo")()
            return self._local["echo"], resolved
        return await self._pool.get(resolved), resolved

    def elsewhere(self, settings: Mapping[str, Any]) -> list[Mapping[str, str]]:
        """Return who is asked where the model of some settings fails, in order, as what changes in them.

        These are its other providers, then the models of `fallback`: each at the provider that its name
        begins with, else at the same ones, in their order.
        """
        known = [*(settings.get("providers") or {}), *self._host]
        named = named_providers(settings)
        model = settings.get("model") or ""
        own, _ = split_model(model, known if not named else ())
        others: list[Mapping[str, str]] = []
        if own not in IN_PROCESS:
            others += [{"provider": at, "model": model} for at in named[1:]]
        for each in settings.get("fallback") or ():
            provider, name = split_model(each, known)
            if provider is not None:
                others.append({"provider": provider, "model": name})
            elif len(named) > 1:
                others += [{"provider": at, "model": each} for at in named]
            else:
                others.append({"model": each})
        return others

    def _script(self, settings: Mapping[str, Any]) -> Model:
        given = self._local.get("script")
        if given is not None:
            return given
        replies = settings.get("script")
        for source, known in self._scripts:
            if source is replies or source == replies:
                return known
        if self._given and self._scripts:
            raise ModelError(
                "the run has several scripts, and how far each of them was is not recorded",
                kind="configuration",
                hint="a run goes on with one script; `runs fork` begins it anew from a place",
            )
        model: Model = adapter("script")(replies, self._given)
        self._scripts.append((replies, model))
        return model

"""The models that settings name, for tests that ask them: the flow's own, one that grades, embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from turbo_yaml.errors import ModelError, UsageError
from turbo_yaml.models.pool import ModelPool, RunModels
from turbo_yaml.models.request import OnDelta, Reply, Request
from turbo_yaml.records import replace
from turbo_yaml.runtime.function import TurboGenFn

GRADER = "grader"
"""The profile whose settings the grading model takes, where there is one."""
EMBEDDER = "embeddings"
"""The profile whose settings name the model of embeddings."""


class LiveModel:
    """Answers each turn as the settings of the turn say."""

    def __init__(self, pool: ModelPool) -> None:
        self._models = RunModels(pool)

    async def reply(self, request: Request, on_delta: OnDelta | None = None) -> Reply:
        """Ask the model that the settings name."""
        model, where = await self._models.get(request.settings)
        return await model.reply(replace(request, model=where.model), on_delta)

    async def aclose(self) -> None:
        """There is nothing to let go of: the pool is its owner's."""


class Grader:
    """The models that judge, by the settings of the flow that is tested and the profiles for it."""

    def __init__(self, fn: TurboGenFn, pool: ModelPool) -> None:
        self._fn = fn
        self._pool = pool

    async def ask(self, request: Request) -> str:
        """Return the text of a model's reply."""
        settings = self._settings(GRADER)
        reply = await LiveModel(self._pool).reply(replace(request, settings={**settings, **request.settings}))
        return reply.content

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return the embedding of each text."""
        settings = self._settings(EMBEDDER)
        model, where = await RunModels(self._pool).get(settings)
        embed = getattr(model, "embed", None)
        if embed is None:
            raise ModelError(
                f"the model `{where.model}` gives no embeddings",
                kind="configuration",
                hint=f"name one in the profile `{EMBEDDER}`",
            )
        found: Sequence[Sequence[float]] = await embed(where.model, texts, settings)
        return found

    def _settings(self, profile: str) -> Mapping[str, Any]:
        stack = self._fn.stack
        try:
            return stack.for_step(own={"profile": profile})
        except UsageError:
            if profile == EMBEDDER:
                hint = f"`profiles: {{{EMBEDDER}: {{model: text-embedding-3-small}}}}`"
                raise ModelError(
                    f"no profile `{EMBEDDER}` names a model of embeddings", kind="configuration", hint=hint
                ) from None
            return stack.values

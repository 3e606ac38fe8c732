"""A model that failed to the next one that is named for such a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from turbo_yaml.errors import ModelError, UsageError
from turbo_yaml.models.faults import KINDS
from turbo_yaml.runtime.events import FallbackEvent

if TYPE_CHECKING:
    from turbo_yaml.protocol import Generate
    from turbo_yaml.runtime.frames import Frame
    from turbo_yaml.runtime.policy.answerers import Answerer


def may_be_answered_elsewhere(kind: str) -> bool:
    """Tell whether another model may do better than one that failed so."""
    return kind == "invalid_output" or (kind in KINDS and KINDS[kind].elsewhere)


async def first_answerer(frame: Frame, ask: Generate, settings: Mapping[str, Any]) -> Answerer:
    """Return who answers a turn with these settings: the model itself, else the first that can be asked."""
    try:
        return await _answerer(frame, settings)
    except ModelError as problem:
        return await next_answerer(frame, ask, settings, problem)


async def next_answerer(
    frame: Frame, ask: Generate, settings: Mapping[str, Any], problem: ModelError
) -> Answerer:
    """Return who answers in place of a model that failed; raise the failure where nobody does.

    Its settings say who is left after it.
    """
    while may_be_answered_elsewhere(problem.kind) and (left := _left(frame, settings)):
        settings = {**settings, **left[0], "fallback": _Left(left[1:])}
        if frame.host.listener is not None:
            await frame.host.emit(
                FallbackEvent(
                    flow=frame.name,
                    step=ask.id,
                    depth=frame.level,
                    error=problem.kind,
                    message=problem.message,
                    model=_name(left[0]),
                )
            )
        try:
            return await _answerer(frame, settings)
        except ModelError as failed:
            problem = failed
    raise problem


class _Left(tuple[Mapping[str, str], ...]):
    """Who is still to be asked, worked out where the first model failed: what changes in the settings."""

    __slots__ = ()


def _left(frame: Frame, settings: Mapping[str, Any]) -> _Left:
    given = settings.get("fallback")
    return given if isinstance(given, _Left) else _Left(frame.host.run_models().elsewhere(settings))


def _name(changed: Mapping[str, str]) -> str:
    """Return how a model is named: with its provider, unless that is the same or is the model itself."""
    provider, model = changed.get("provider"), changed["model"]
    return model if provider in (None, model) else f"{provider}/{model}"


async def _answerer(frame: Frame, settings: Mapping[str, Any]) -> Answerer:
    try:
        return await frame.host.answerer_for(settings)
    except UsageError as problem:
        raise ModelError(problem.message, kind="configuration", hint=problem.hint) from None

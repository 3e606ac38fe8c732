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

    Its settings name the models that are left after it.
    """
    while (left := settings.get("fallback")) and may_be_answered_elsewhere(problem.kind):
        settings = frame.host.run_models().elsewhere(settings, left[0]) | {"fallback": left[1:]}
        if frame.host.listener is not None:
            await frame.host.emit(
                FallbackEvent(
                    flow=frame.name,
                    step=ask.id,
                    depth=frame.level,
                    error=problem.kind,
                    message=problem.message,
                    model=left[0],
                )
            )
        try:
            return await _answerer(frame, settings)
        except ModelError as failed:
            problem = failed
    raise problem


async def _answerer(frame: Frame, settings: Mapping[str, Any]) -> Answerer:
    try:
        return await frame.host.answerer_for(settings)
    except UsageError as problem:
        raise ModelError(problem.message, kind="configuration", hint=problem.hint) from None

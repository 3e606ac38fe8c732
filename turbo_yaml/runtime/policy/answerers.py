"""Settings and a model to who answers the turns with these settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from turbo_yaml.models.request import Delta, Model, OnDelta, Structured


class Answerer(NamedTuple):
    """Who answers the turns with certain settings.

    `name` is what it knows its model by. `deadline` in seconds is there for a model of the host's own, which
    may keep none. `on_delta` is there where the reply is streamed although nobody listens. `cache` says how
    the cache is used, if it is.
    """

    settings: Mapping[str, Any]
    model: Model
    name: str
    deadline: float | None
    structured: Structured | None
    on_delta: OnDelta | None
    cache: str | None


def answerer(settings: Mapping[str, Any], model: Model, name: str, *, own: bool) -> Answerer:
    """Return how a model answers with these settings. `own`: it is the host's own."""
    structured = settings.get("structured")
    return Answerer(
        settings,
        model,
        name,
        settings.get("timeout") if own else None,
        None if structured == "auto" else structured,
        _unheard if settings.get("stream") else None,
        None if settings.get("cache") == "off" else settings.get("cache"),
    )


async def _unheard(delta: Delta) -> None:
    """Take a piece of a reply that is streamed only because the settings say so."""

"""Settings and a model to who answers the turns with these settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from turbo_yaml.models.known.prices import FREE, Price, price_by_settings, price_of
from turbo_yaml.models.providers import IN_PROCESS, Resolved, named_providers
from turbo_yaml.models.request import Delta, Model, OnDelta, Structured
from turbo_yaml.wire.wording import shown_address


class Answerer(NamedTuple):
    """Who answers the turns with certain settings.

    `name` is what it knows its model by. `deadline` in seconds is there for a model of the host's own,
    which may keep none. `on_delta` is there where the reply is streamed although nobody listens. `cache`
    says how the cache is used, if it is. `server` is the address that is asked, if any. `price` is what its
    tokens cost, where that is known, and `priced` the name that prices go by.
    """

    settings: Mapping[str, Any]
    model: Model
    name: str
    deadline: float | None
    structured: Structured | None
    on_delta: OnDelta | None
    cache: str | None
    server: str
    price: Price | None
    priced: str


def answerer(settings: Mapping[str, Any], model: Model, where: Resolved | None) -> Answerer:
    """Return how a model answers with these settings; `where` None: the host's own, for all turns."""
    if where is None:
        name, adapter = settings.get("model") or "", "host"
        provider = next(iter(named_providers(settings)), None)
        price = price_by_settings(settings, name) or (FREE if getattr(model, "is_free", False) else None)
    else:
        name, adapter, provider = where.model, where.provider.adapter, where.provider.name
        # A model in this process costs nothing, whatever it counts.
        price = FREE if adapter in IN_PROCESS else price_of(provider, name, settings.get("prices"))
    structured = settings.get("structured")
    return Answerer(
        settings,
        model,
        name,
        settings.get("timeout") if adapter == "host" else None,
        None if structured == "auto" else structured,
        _unheard if settings.get("stream") else None,
        None if settings.get("cache") == "off" else settings.get("cache"),
        "" if where is None else shown_address(where.base_url),
        price,
        name if provider is None else f"{provider}/{name}",
    )


async def _unheard(delta: Delta) -> None:
    """Take a piece of a reply that is streamed only because the settings say so."""

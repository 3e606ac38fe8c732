"""The servers of the settings to the models that they offer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from turbo_yaml.errors import ModelError
from turbo_yaml.models.pool import adapter
from turbo_yaml.models.providers import PROVIDERS, Resolved, named_providers, resolve_model, split_model
from turbo_yaml.settings.keychain import Keychain

TIMEOUT = 20.0
"""Seconds that a server may take."""


def configured(settings: Mapping[str, Any]) -> list[str]:
    """Return the providers that the settings or a key speak for: defined, named, or with a key.

    `UsageError` where the keys that are kept may not be used.
    """
    Keychain().kept()
    defined = settings.get("providers") or {}
    listed = named_providers(settings)
    own, _ = split_model(str(settings.get("model") or ""), [*defined], next(iter(listed), None))
    named = [*defined, *([] if own is None else [own]), *listed]
    names = dict.fromkeys([*named, *PROVIDERS])
    return [name for name in names if name in named or _has_key(name, settings)]


def server_of(name: str, settings: Mapping[str, Any]) -> Resolved:
    """Return the address and the key of a provider; `ModelError` where one of them is not known."""
    providers = settings.get("providers") or {}
    return resolve_model({"model": name, "provider": name, "providers": providers})


async def offers(servers: Iterable[Resolved]) -> dict[str, list[str] | ModelError]:
    """Return what each server offers, by the provider's name, or why that is not known."""
    servers = [*servers]
    found = await asyncio.gather(*(_offer(server) for server in servers))
    return {server.provider.name: offer for server, offer in zip(servers, found, strict=True)}


async def _offer(server: Resolved) -> list[str] | ModelError:
    model = adapter("openai")(server.provider, server.api_key)
    try:
        names: list[str] = await model.offered(TIMEOUT)
        return names
    except ModelError as error:
        return error
    finally:
        await model.aclose()


def _has_key(name: str, settings: Mapping[str, Any]) -> bool:
    if PROVIDERS[name].adapter != "openai" or PROVIDERS[name].api_key_env is None:
        return False
    try:
        server_of(name, settings)
    except ModelError:
        return False
    return True

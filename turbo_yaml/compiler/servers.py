"""The models that an audit names to the hosts they are asked at and the keys that are sent there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from turbo_yaml.models.providers import DEFAULT_PROVIDER, PROVIDERS, split_model
from turbo_yaml.settings.patch import Patch, apply, inside

_PLACE = ("file", "line", "column")


def with_servers(audited: dict[str, Any], settings: Patch) -> dict[str, Any]:
    """Add to an audit the hosts and secrets of its models. `settings` may define providers."""
    patch = inside(settings, "providers")
    defined = {} if patch is None else apply(patch, {})
    assert isinstance(defined, Mapping)
    hosts: list[dict[str, Any]] = []
    secrets: list[dict[str, Any]] = []
    for name, place in _providers(audited["models"], defined):
        address, key = _server(name, defined)
        about = {"kind": "model", "provider": name, **place}
        if address is not None:
            hosts.append({"host": urlsplit(address).hostname or address, **about})
        if key is not None:
            secrets.append({"name": key, **about})
    return {**audited, "hosts": [*hosts, *audited["hosts"]], "secrets": [*secrets, *audited["secrets"]]}


def _providers(
    models: list[dict[str, Any]], defined: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the providers that models are asked at, each once, with the place that says so first."""
    named = [entry for entry in models if "provider" in entry]
    seen: set[str] = set()
    for entry in models:
        if "model" in entry:
            own, _ = split_model(str(entry["model"]), defined)
            names = [own] if own else [str(each["provider"]) for each in named] or [DEFAULT_PROVIDER]
        else:
            names = [str(entry["provider"])] if "provider" in entry else []
        for name in names:
            if name not in seen:
                seen.add(name)
                yield name, {key: entry[key] for key in _PLACE if key in entry}


def _server(name: str, defined: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return a provider's address and the variable with its key, as far as it has them."""
    built_in = PROVIDERS.get(name)
    own = defined.get(name)
    if built_in is None and not isinstance(own, Mapping):
        return "unknown: no provider is called so here", None
    address = built_in.base_url if built_in is not None else ""
    key = built_in.api_key_env if built_in is not None else None
    if isinstance(own, Mapping):
        address, key = str(own.get("base_url", address) or ""), own.get("api_key_env", key)
    return address or None, None if key is None else str(key)

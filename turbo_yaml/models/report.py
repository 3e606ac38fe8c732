"""A fault to the error that the user sees: one line, the next move, and never a key."""

from __future__ import annotations

from turbo_yaml.errors import ModelError
from turbo_yaml.models.faults import KINDS, SERVER, Fault
from turbo_yaml.models.providers import Provider
from turbo_yaml.wire.wording import shown, shown_address


def model_error(fault: Fault, provider: Provider, model: str, api_key: str | None) -> ModelError:
    """Return the error to raise for a fault of a call to a provider."""
    name = f"`{provider.name}`"
    message = fault.message
    if message.startswith(SERVER):
        message = name + message[len(SERVER) :]
    hint = KINDS[fault.kind].hint if fault.hint is None else fault.hint
    for place, value in (
        ("{key}", _key_hint(provider)),
        ("{model}", model),
        ("{provider}", provider.name),
        ("{url}", shown_address(provider.base_url)),
    ):
        hint = hint.replace(place, value)
    return ModelError(
        shown(message, api_key),
        kind=fault.kind,
        retryable=fault.retryable,
        retry_after=fault.retry_after,
        status=fault.status,
        hint=shown(hint, api_key) or None,
        worked=fault.worked,
    )


def _key_hint(provider: Provider) -> str:
    if provider.api_key_env is not None:
        return (
            f"set the environment variable `{provider.api_key_env}` to a key that `{provider.name}` accepts"
        )
    return f"the server wants a key: name its environment variable in `providers.{provider.name}.api_key_env`"

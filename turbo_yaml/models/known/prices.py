"""What models cost, as their servers have it in public; a model that is not here is unpriced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from turbo_yaml.models.known.named import said_of, undated
from turbo_yaml.models.providers import DEFAULT_PROVIDER, named_providers, split_model

AS_OF: Final = "2025-11"
_MILLION: Final = 1_000_000


class Price(NamedTuple):
    """US dollars for a million tokens."""

    input: float
    output: float


FREE: Final = Price(0.0, 0.0)

# Only prices that are the same for every length of a prompt, without discounts.
PRICES: Final[Mapping[str, Price]] = {
    "anthropic/claude-3-haiku": Price(0.25, 1.25),
    "anthropic/claude-3-5-haiku": Price(0.8, 4.0),
    "anthropic/claude-3-7-sonnet": Price(3.0, 15.0),
    "anthropic/claude-haiku-4-5": Price(1.0, 5.0),
    "anthropic/claude-opus-4": Price(15.0, 75.0),
    "anthropic/claude-opus-4-0": Price(15.0, 75.0),
    "anthropic/claude-opus-4-1": Price(15.0, 75.0),
    "cohere/command-a-03-2025": Price(2.5, 10.0),
    "cohere/command-r-08-2024": Price(0.15, 0.6),
    "cohere/command-r-plus-08-2024": Price(2.5, 10.0),
    "gemini/gemini-2.0-flash": Price(0.1, 0.4),
    "gemini/gemini-2.0-flash-lite": Price(0.075, 0.3),
    "gemini/gemini-2.5-flash": Price(0.3, 2.5),
    "gemini/gemini-2.5-flash-lite": Price(0.1, 0.4),
    "groq/llama-3.1-8b-instant": Price(0.05, 0.08),
    "groq/llama-3.3-70b-versatile": Price(0.59, 0.79),
    "openai/gpt-3.5-turbo": Price(0.5, 1.5),
    "openai/gpt-4": Price(30.0, 60.0),
    "openai/gpt-4-turbo": Price(10.0, 30.0),
    "openai/gpt-4.1": Price(2.0, 8.0),
    "openai/gpt-4.1-mini": Price(0.4, 1.6),
    "openai/gpt-4.1-nano": Price(0.1, 0.4),
    "openai/gpt-4o": Price(2.5, 10.0),
    "openai/gpt-4o-2024-05-13": Price(5.0, 15.0),
    "openai/gpt-4o-mini": Price(0.15, 0.6),
    "openai/gpt-5": Price(1.25, 10.0),
    "openai/gpt-5-mini": Price(0.25, 2.0),
    "openai/gpt-5-nano": Price(0.05, 0.4),
    "openai/o1": Price(15.0, 60.0),
    "openai/o3": Price(2.0, 8.0),
    "openai/o3-mini": Price(1.1, 4.4),
    "openai/o4-mini": Price(1.1, 4.4),
    "xai/grok-3": Price(3.0, 15.0),
    "xai/grok-3-mini": Price(0.3, 0.5),
}


def price_of(provider: str | None, model: str, own: Mapping[str, Any] | None = None) -> Price | None:
    """Return what a model of a provider costs; None where that is not known.

    `own` are the prices of the settings, which win: by `provider/model`, or `provider/*` for all its models;
    one that lacks a number is not known.
    A model whose name ends with a date costs what the one without it does, unless the date is priced.
    """
    given = said_of(own, provider, model)
    if given is not None:
        sent, received = given.get("input"), given.get("output")
        return None if sent is None or received is None else Price(float(sent), float(received))
    name = model if provider is None else f"{provider}/{model}"
    return PRICES.get(name) or PRICES.get(undated(name))


def price_by_settings(settings: Mapping[str, Any], model: str) -> Price | None:
    """Return what a model costs as far as its name and the settings say; None where that is not known.

    Without a provider it is its own name that has a price, or one of the usual provider.
    """
    own = settings.get("prices")
    named = named_providers(settings)
    provider, name = split_model(model, settings.get("providers") or (), named[0] if named else None)
    return price_of(provider, name, own) or (
        price_of(DEFAULT_PROVIDER, name, own) if provider is None and "/" not in name else None
    )


def cost_of(price: Price | None, input_tokens: int, output_tokens: int) -> float | None:
    """Return what tokens cost in US dollars; None where the price is not known."""
    if price is None:
        return None
    return (input_tokens * price.input + output_tokens * price.output) / _MILLION


def shown_cost(cost: float | None) -> str:
    """Return a cost as people read it: `$0.0123`, or `unpriced`."""
    if cost is None:
        return "unpriced"
    return f"${cost:.2f}" if cost >= 1 or cost == 0 else f"${cost:.6f}".rstrip("0")

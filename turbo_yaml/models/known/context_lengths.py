"""How much models take at once, as their servers have it in public; of others nothing is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from turbo_yaml.models.known.named import said_of, undated

# Tokens, sent and received. Where a server offers a model several lengths, the longest.
CONTEXT_LENGTHS: Final[Mapping[str, int]] = {
    "anthropic/claude-3-haiku": 200_000,
    "anthropic/claude-3-5-haiku": 200_000,
    "anthropic/claude-3-5-sonnet": 200_000,
    "anthropic/claude-3-7-sonnet": 200_000,
    "anthropic/claude-haiku-4-5": 200_000,
    "anthropic/claude-opus-4": 200_000,
    "anthropic/claude-opus-4-0": 200_000,
    "anthropic/claude-opus-4-1": 200_000,
    "anthropic/claude-sonnet-4": 1_000_000,
    "anthropic/claude-sonnet-4-0": 1_000_000,
    "anthropic/claude-sonnet-4-5": 1_000_000,
    "cohere/command-a-03-2025": 256_000,
    "cohere/command-r-08-2024": 128_000,
    "cohere/command-r-plus-08-2024": 128_000,
    "gemini/gemini-2.0-flash": 1_048_576,
    "gemini/gemini-2.0-flash-lite": 1_048_576,
    "gemini/gemini-2.5-flash": 1_048_576,
    "gemini/gemini-2.5-flash-lite": 1_048_576,
    "gemini/gemini-2.5-pro": 1_048_576,
    "groq/llama-3.1-8b-instant": 131_072,
    "groq/llama-3.3-70b-versatile": 131_072,
    "openai/gpt-3.5-turbo": 16_385,
    "openai/gpt-4": 8_192,
    "openai/gpt-4-turbo": 128_000,
    "openai/gpt-4.1": 1_047_576,
    "openai/gpt-4.1-mini": 1_047_576,
    "openai/gpt-4.1-nano": 1_047_576,
    "openai/gpt-4o": 128_000,
    "openai/gpt-4o-mini": 128_000,
    "openai/gpt-5": 400_000,
    "openai/gpt-5-mini": 400_000,
    "openai/gpt-5-nano": 400_000,
    "openai/o1": 200_000,
    "openai/o3": 200_000,
    "openai/o3-mini": 200_000,
    "openai/o4-mini": 200_000,
    "xai/grok-3": 131_072,
    "xai/grok-3-mini": 131_072,
    "xai/grok-4": 256_000,
}


def context_length(provider: str | None, model: str, own: Mapping[str, Any] | None = None) -> int | None:
    """Return how many tokens a model of a provider takes; None where that is not known.

    `own` is the setting `context_lengths`, which wins: by `provider/model`, or `provider/*` for all of them.
    A model whose name ends with a date takes what the one without it does, unless the date is in a table.
    """
    given = said_of(own, provider, model)
    if given is not None:
        return int(given)
    name = model if provider is None else f"{provider}/{model}"
    return CONTEXT_LENGTHS.get(name) or CONTEXT_LENGTHS.get(undated(name))

"""Settings to the server and the model that they name."""

from __future__ import annotations

from typing import Any

import pytest

from turbo_yaml.errors import ModelError
from turbo_yaml.models.pool import ADAPTERS
from turbo_yaml.models.providers import PROVIDERS, Resolved, resolve_model, split_model

KEYS = {provider.api_key_env: "k-12345678" for provider in PROVIDERS.values() if provider.api_key_env}


def resolved(model: Any = None, environ: Any = None, **settings: Any) -> Resolved:
    """Return where a model is, in an environment that has every key unless it is given."""
    return resolve_model({"model": model, **settings}, KEYS if environ is None else environ)


def refused(model: Any = None, environ: Any = None, **settings: Any) -> ModelError:
    """Return the error of settings that name no model."""
    with pytest.raises(ModelError) as caught:
        resolved(model, environ, **settings)
    assert caught.value.hint and "\n" not in caught.value.message + caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("text", "provider", "model"),
    [
        ("openai/gpt-4o", "openai", "gpt-4o"),
        ("gpt-4o", "openai", "gpt-4o"),
        ("openrouter/meta-llama/llama-3", "openrouter", "meta-llama/llama-3"),
        ("ollama/llama3:8b", "ollama", "llama3:8b"),
        ("echo", "echo", "echo"),
        ("script", "script", "script"),
        ("echo/anything", "echo", "anything"),
    ],
)
def test_a_known_provider_before_the_first_slash_splits(text: str, provider: str, model: str) -> None:
    where = resolved(text)
    assert (where.provider.name, where.model) == (provider, model)


def test_a_provider_of_its_own_leaves_the_name_whole() -> None:
    where = resolved("openai/gpt-4o", provider="openrouter")
    assert (where.provider.name, where.model) == ("openrouter", "openai/gpt-4o")


@pytest.mark.parametrize("model", ["echo", "script"])
def test_a_model_without_a_server_needs_none_whatever_the_provider(model: str) -> None:
    assert resolved(model, environ={}, provider="openai").provider.name == model


def test_settings_define_a_provider_and_change_a_built_in_one() -> None:
    own = {"acme": {"base_url": "http://acme/v1/", "api_key_env": "ACME_KEY", "structured": "prompt"}}
    where = resolved("acme/x/y", {"ACME_KEY": "k-1"}, providers=own)
    assert (where.base_url, where.model, where.api_key) == ("http://acme/v1", "x/y", "k-1")
    assert where.provider.structured == "prompt"
    changed = resolved(
        "groq/x", providers={"groq": {"base_url": "http://localhost:1/v1", "api_key_env": None}}
    )
    assert (changed.base_url, changed.api_key) == ("http://localhost:1/v1", None)
    assert PROVIDERS["groq"].base_url == "https://api.groq.com/openai/v1"


def test_another_address_does_not_get_the_words_of_the_first() -> None:
    assert resolved("openai/x").provider.rename == {"max_tokens": "max_completion_tokens"}
    assert resolved("openai/x", providers={"openai": {"base_url": "http://x/v1"}}).provider.rename == {}
    assert "o3*" in resolved("openai/x").provider.developer
    assert resolved("openai/x", providers={"openai": {"base_url": "http://x/v1"}}).provider.developer == ()
    own = {"acme": {"base_url": "http://x/v1", "api_key_env": None, "developer": ["big*"]}}
    assert resolved("acme/big", providers=own).provider.developer == ("big*",)
    environ = KEYS | {"OPENAI_BASE_URL": "http://proxy/v1/"}
    where = resolved("gpt-4o", environ)
    assert (where.base_url, dict(where.provider.rename)) == ("http://proxy/v1", {})


def test_an_address_in_the_settings_wins_over_the_environment() -> None:
    environ = KEYS | {"OPENAI_BASE_URL": "http://proxy/v1"}
    assert (
        resolved("gpt-4o", environ, providers={"openai": {"base_url": "http://x/v1"}}).base_url
        == "http://x/v1"
    )


def test_a_key_is_not_shown() -> None:
    where = resolved("openai/gpt-4o")
    assert where.api_key == "k-12345678" and "k-12345678" not in repr(where)


def test_no_model_names_the_ways_to_set_one() -> None:
    for nothing in (None, ""):
        error = refused(nothing)
        assert (error.kind, error.message) == ("configuration", "no model is set")
        assert all(way in (error.hint or "") for way in ("-m provider/model", "`model:`", "-m echo"))


@pytest.mark.parametrize("value", [None, "", "  \n"])
def test_no_key_names_the_variable(value: str | None) -> None:
    error = refused("groq/x", {} if value is None else {"GROQ_API_KEY": value})
    assert error.kind == "auth" and "GROQ_API_KEY" in error.message and "-m echo" in (error.hint or "")


@pytest.mark.parametrize("key", ["sk-ключ-12345", "sk-one\ntwo", "sk-\x1b[0m12345"])
def test_a_key_that_cannot_be_one_is_an_error_that_does_not_show_it(key: str) -> None:
    error = refused("groq/x", {"GROQ_API_KEY": key})
    assert error.kind == "auth" and key not in error.message + (error.hint or "")


def test_space_around_a_key_is_no_part_of_it() -> None:
    assert resolved("groq/x", {"GROQ_API_KEY": " k-1\n"}).api_key == "k-1"


def test_an_unknown_provider_gets_the_nearest_one() -> None:
    assert "`groq`" in (refused("grok/x").hint or "")
    assert "`groq`" in (refused("x", provider="grok").hint or "")
    assert "providers:" in (refused("zzzzzzzz/x").hint or "")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("openai/", "openai/MODEL"),
        ("openai:gpt-4o", "openai/gpt-4o"),
        ("ollama:llama3:8b", "ollama/llama3:8b"),
        ("acme:x", "acme/x"),
    ],
)
def test_a_name_that_only_looks_like_a_provider_and_a_model_is_told_how_to_write_it(
    text: str, hint: str
) -> None:
    error = refused(text, providers={"acme": {"base_url": "http://acme/v1"}})
    assert (error.kind, error.hint) == ("configuration", f"write `{hint}`")
    assert resolved("llama3:8b").model == "llama3:8b"


def test_a_provider_without_an_address_is_an_error() -> None:
    for own in ({}, {"base_url": "localhost:8000"}, {"base_url": None}):
        assert "base_url" in (refused("acme/x", providers={"acme": own}).hint or "")


def test_split_model_is_what_a_command_line_needs() -> None:
    assert split_model("groq/x") == ("groq", "x")
    assert split_model("x/y") == (None, "x/y")
    assert split_model("acme/y", known=["acme"]) == ("acme", "y")
    assert split_model("acme", known=["acme"]) == ("acme", "acme")
    assert split_model("groq/") == (None, "groq/")
    assert split_model("echo", provider="groq") == ("echo", "echo")


def test_each_built_in_provider_is_whole() -> None:
    for name, provider in PROVIDERS.items():
        assert provider.name == name and provider.adapter in ADAPTERS
        if provider.adapter == "openai":
            assert resolved(f"{name}/x").base_url == provider.base_url
            local = provider.base_url.startswith("http://localhost:")
            assert local == (provider.api_key_env is None)
            assert local or provider.base_url.startswith("https://")

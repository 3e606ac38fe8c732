"""Settings to the server and the model that they name; the well-known servers are data here."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from turbo_yaml.diagnostics.suggest import nearest
from turbo_yaml.errors import ModelError, UsageError
from turbo_yaml.models.request import Structured
from turbo_yaml.records import Record, field, replace

DEFAULT_PROVIDER = "openai"
IN_PROCESS = ("echo", "script")
"""Models that need no server, and are providers by themselves."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Provider(Record):
    """A server that models are asked at.

    `base_url` is the address before `/chat/completions`; `base_url_env` names a variable that replaces it.
    `api_key_env` names the variable with the key; None: it wants none. `structured` is how it is asked for
    data; `rename` its own words for settings; `stream_usage` whether it takes `stream_options`. Models
    whose names fit one of `developer` get their instructions in that role. Of requests and tokens no more a
    minute are asked. `adapter` is a key of the registry of models.
    """

    name: str
    base_url: str = ""
    api_key_env: str | None = None
    structured: Structured = "json"
    base_url_env: str | None = None
    rename: Mapping[str, str] = field(default_factory=lambda: _NOTHING, hash=False)
    stream_usage: bool = True
    developer: tuple[str, ...] = ()
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    adapter: str = "openai"


def _local(name: str, port: int, structured: Structured = "schema") -> Provider:
    return Provider(name, f"http://localhost:{port}/v1", None, structured)


PROVIDERS: Mapping[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider(
            "openai",
            "https://api.openai.com/v1",
            "OPENAI_API_KEY",
            "schema",
            base_url_env="OPENAI_BASE_URL",
            rename={"max_tokens": "max_completion_tokens"},
            developer=("o1", "o1-20*", "o1-pro*", "o3*", "o4*", "gpt-5*"),
        ),
        # Its server makes no use of `response_format`.
        Provider("anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", "prompt"),
        Provider("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", "schema"),
        Provider("cohere", "https://api.cohere.ai/compatibility/v1", "COHERE_API_KEY", "json"),
        Provider("dashscope", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
        Provider("deepinfra", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"),
        Provider("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        Provider("fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY", "schema"),
        Provider(
            "gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY", "schema"
        ),
        Provider("github", "https://models.github.ai/inference", "GITHUB_TOKEN"),
        Provider("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
        Provider("huggingface", "https://router.huggingface.co/v1", "HF_TOKEN"),
        Provider(
            "mistral",
            "https://api.mistral.ai/v1",
            "MISTRAL_API_KEY",
            "schema",
            rename={"seed": "random_seed"},
            stream_usage=False,
        ),
        Provider("moonshot", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"),
        Provider("nvidia", "https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY", "prompt"),
        Provider("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", "schema"),
        Provider(
            "perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY", "schema", stream_usage=False
        ),
        Provider("sambanova", "https://api.sambanova.ai/v1", "SAMBANOVA_API_KEY"),
        Provider("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY", "schema"),
        Provider("xai", "https://api.x.ai/v1", "XAI_API_KEY", "schema"),
        _local("jan", 1337, "json"),
        _local("litellm", 4000, "json"),
        _local("llamacpp", 8080),
        _local("lmstudio", 1234),
        _local("ollama", 11434),
        _local("sglang", 30000),
        _local("vllm", 8000),
        Provider("echo", adapter="echo"),
        Provider("script", adapter="script"),
    )
}


class Resolved(Record):
    """Where a turn goes: the provider, the model's name there, the address, the key that opens it."""

    provider: Provider
    model: str
    api_key: str | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        """The address of the server."""
        return self.provider.base_url


def split_model(
    text: str, known: Collection[str] = (), provider: str | None = None
) -> tuple[str | None, str]:
    """Return the provider that a model's name begins with, or the given one, and the rest of the name.

    Only a known provider before the first slash splits: in `meta-llama/llama-3` there is none. `echo` and
    `script` are providers by themselves. `known` are names beside the built-in ones.
    """
    if text in IN_PROCESS:
        return text, text
    if provider is not None:
        return provider, text
    head, slash, rest = text.partition("/")
    if slash and rest and (head in PROVIDERS or head in known):
        return head, rest
    if text in known:
        return text, text
    return None, text


def named_providers(settings: Mapping[str, Any]) -> list[str]:
    """Return the providers that the setting `provider` names, in the order in which they are asked."""
    named = settings.get("provider")
    return [named] if isinstance(named, str) else [*(named or ())]


def resolve_model(
    settings: Mapping[str, Any], environ: Mapping[str, str] | None = None, hosts: Collection[str] = ()
) -> Resolved:
    """Return where the turn with these settings goes; `ModelError` of the kind `configuration` or `auth`.

    Reads `model`, `provider` (of several the first) and `providers`. `environ` stands for the environment;
    `hosts` are the names of models that the host brings along.
    """
    text = settings.get("model")
    if not isinstance(text, str) or not text:
        raise _misconfigured(
            "no model is set", "pass `-m provider/model`, set `model:` in the settings, or try `-m echo`"
        )
    defined = settings.get("providers") or {}
    name, model = split_model(text, [*defined, *hosts], next(iter(named_providers(settings)), None))
    if name is not None and name in hosts:
        return Resolved(Provider(name, adapter="host"), model)
    if name is None:
        _refuse_what_names_none(text, defined)
    provider = _provider(name or DEFAULT_PROVIDER, defined)
    if provider.adapter in IN_PROCESS:
        return Resolved(provider, model)
    return _reachable(provider, model, os.environ if environ is None else environ)


def _refuse_what_names_none(text: str, defined: Mapping[str, Any]) -> None:
    """Raise for the name of a model that begins as if a provider were named, and names none."""
    head, slash, rest = text.partition("/")
    if slash and not rest and (head in PROVIDERS or head in defined):
        raise _misconfigured(f"`{text}` names a provider and no model", f"write `{head}/MODEL`")
    if slash:
        raise _unknown(head, defined, f"`{text}` names no provider that is known here")
    head, colon, rest = text.partition(":")
    if colon and (head in PROVIDERS or head in defined):
        told = f"`{text}` names no provider: a `/` stands after it, and not a `:`"
        raise _misconfigured(told, f"write `{head}/{rest or 'MODEL'}`")


def _reachable(provider: Provider, model: str, environ: Mapping[str, str]) -> Resolved:
    """Return the resolved model with the address and the key that the environment gives."""
    if provider.base_url_env and environ.get(provider.base_url_env):
        address = environ[provider.base_url_env].rstrip("/")
        provider = replace(provider, base_url=address, base_url_env=None, rename=_NOTHING, developer=())
    if not provider.base_url.startswith(("http://", "https://")):
        raise _misconfigured(
            f"the provider `{provider.name}` has no address",
            f"set `providers.{provider.name}.base_url` to an `https://` address, as `https://example.com/v1`",
        )
    if provider.api_key_env is None:
        return Resolved(provider, model)
    key = environ.get(provider.api_key_env, "").strip() or _kept_key(provider.api_key_env, environ)
    if not key:
        raise ModelError(
            f"there is no key for `{provider.name}`: the variable `{provider.api_key_env}` is not set",
            kind="auth",
            hint=f"set it, or keep a key with `turbo-yaml keys set {provider.name}`; `-m echo` needs none",
        )
    if not (key.isascii() and key.isprintable()):
        raise ModelError(
            f"the key in `{provider.api_key_env}` has characters that no key has",
            kind="auth",
            hint=f"set `{provider.api_key_env}` again: letters, digits and signs only",
        )
    return Resolved(provider, model, key)


def _kept_key(variable: str, environ: Mapping[str, str]) -> str | None:
    """Return the key that the user keeps under a variable's name, for when the variable is not set."""
    from turbo_yaml.settings.keychain import Keychain

    try:
        found = Keychain(environ).find(variable)
    except UsageError as problem:
        raise ModelError(problem.message, kind="auth", hint=problem.hint) from None
    return None if found is None else found.value


_FIELDS = ("base_url", "api_key_env", "structured", "rename", "stream_usage")


def _provider(name: str, defined: Mapping[str, Any]) -> Provider:
    """Return a provider: built in, defined in the settings, or both, where the settings win."""
    own = defined.get(name)
    built_in = PROVIDERS.get(name)
    if own is None:
        if built_in is None:
            raise _unknown(name, defined, f"no provider is called `{name}`")
        return built_in
    changes = {key: own[key] for key in _FIELDS if key in own} | dict(own.get("limits") or {})
    if "developer" in own:
        changes["developer"] = tuple(own["developer"])
    if "base_url" in changes:
        changes["base_url"] = str(changes["base_url"] or "").rstrip("/")
        changes["base_url_env"] = None
        changes.setdefault("rename", _NOTHING)  # another server has other words
        changes.setdefault("developer", ())
    return replace(built_in or Provider(name), **changes)


def _unknown(name: str, defined: Mapping[str, Any], message: str) -> ModelError:
    near = nearest(name, [*defined, *PROVIDERS])
    if near is not None:
        return _misconfigured(message, f"did you mean the provider `{near}`?")
    return _misconfigured(
        message,
        f"define it with `providers: {{{name}: {{base_url: …}}}}`, or name one that is built in, "
        "as `openai/gpt-4o-mini`",
    )


def _misconfigured(message: str, hint: str) -> ModelError:
    return ModelError(message, kind="configuration", hint=hint)

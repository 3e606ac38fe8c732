"""A turn to the model that it asks and how much that takes, as far as both are known before a run."""

from __future__ import annotations

from collections.abc import Callable

from turbo_yaml.checks.subject import Takes
from turbo_yaml.errors import ModelError, UsageError
from turbo_yaml.flow import nodes as n
from turbo_yaml.models.known.context_lengths import context_length
from turbo_yaml.models.providers import DEFAULT_PROVIDER, split_model
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer, Settings

_ABOUT_MODELS = ("model", "provider", "profile")


def takes(file: n.FlowFile, of_project: Callable[[], Settings], flow: n.Flow, turn: n.Turn) -> Takes | None:
    """Return which model a turn asks and how many tokens that takes; None where one is not known.

    A local flow has its own settings on top of those of its file.
    """
    own = {}
    for entry in turn.settings:
        if entry.name in _ABOUT_MODELS:
            if not isinstance(entry.value, n.Constant):
                return None
            own[entry.name] = entry.value.data
    name = file.source.name
    layers = [Layer(LayerKind.FLOW, name, file.main.settings, file.profiles)]
    if flow is not file.main:
        layers.append(Layer(LayerKind.FLOW, name, flow.settings))
    try:
        settings = of_project().with_layers(layers).forgiving().for_step(turn.id, own)
    except (UsageError, ModelError):
        return None  # what holds is itself in the environment, or was reported
    model = settings.get("model")
    if not isinstance(model, str) or not model:
        return None
    provider, rest = split_model(model, settings.get("providers") or (), settings.get("provider"))
    provider = provider or DEFAULT_PROVIDER
    tokens = context_length(provider, rest, settings.get("context_lengths"))
    return None if tokens is None else Takes(f"{provider}/{rest}", tokens)

"""Texts to layers, for the tests of this folder."""

from __future__ import annotations

from typing import Any

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.layers import Layer, Settings
from turbo_yaml.settings.patch import Merge, apply
from turbo_yaml.settings.reading import read_settings
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml


def read(
    text: str, kind: LayerKind = LayerKind.PROJECT_FILE, name: str = "turbo.yaml"
) -> tuple[Merge, list[Diagnostic]]:
    """Return the patch that a text is, with what is wrong in it."""
    source = Source(name, text)
    node, found = parse_yaml(source)
    patch, problems = read_settings(node, source, kind)
    return patch, [*found, *problems]


def data(text: str, kind: LayerKind = LayerKind.PROJECT_FILE) -> Any:
    """Return the plain values of a text in which nothing is wrong."""
    patch, found = read(text, kind)
    assert not found
    return apply(patch, {})


def layer(text: str, kind: LayerKind = LayerKind.PROJECT_FILE, name: str | None = None) -> Layer:
    """Return a text in which nothing is wrong as a layer named after its kind."""
    name = name or f"{kind.words.replace(' ', '-')}.yaml"
    patch, found = read(text, kind, name)
    assert not found
    return Layer(kind, name, patch)


def stack(*layers: Layer, **environ: str) -> Settings:
    """Return settings with these layers in an environment of these variables only."""
    return Settings.built_in(environ).with_layers(layers)


def only(text: str, kind: LayerKind = LayerKind.PROJECT_FILE) -> Diagnostic:
    """Return the one thing that is wrong in a text."""
    _, found = read(text, kind)
    assert len(found) == 1, [(d.rule, d.message) for d in found]
    return found[0]


def underlined(diagnostic: Diagnostic) -> str:
    """Return the text that a finding points at."""
    return diagnostic.source.text[diagnostic.span.start : diagnostic.span.end]

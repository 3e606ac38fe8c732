"""Flags of the command line to layers: `-m`, `-o`, `--set`, `--allow` and `--settings`."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.settings.keys import FILE, LayerKind
from turbo_yaml.settings.layers import Layer
from turbo_yaml.settings.patch import Extend, Merge, Place, Set
from turbo_yaml.settings.sources import read_file
from turbo_yaml.source import Source, Span

Read: TypeAlias = tuple[Layer | None, list[Diagnostic]]


def model_layer(model: str, provider: str | None = None) -> Read:
    """Return what `-m MODEL` sets: the model, and its provider where the name says it."""
    if not model.strip():
        source = Source("command line", f"-m {model}")
        message = "`-m` takes the name of a model"
        return None, [Diagnostic("wrong-type", message, source, Span(0, 2), "such as `-m echo`")]
    said = {"model": model} if provider is None else {"model": model, "provider": provider}
    # The provider is set, too: a weaker layer's must not turn `groq/llama` into the name of a model.
    patch = Merge({key: Set(value, (Place("-m"),)) for key, value in said.items()})
    return Layer(LayerKind.COMMAND_LINE, "-m", patch), []


def option_layer(key: str, value: str) -> Read:
    """Return what `-o KEY VALUE` sets; the key may be dotted."""
    source = Source("command line", f"-o {key} {value}")
    return _dotted(source, key, 3, "-o")


def assignment_layer(text: str) -> Read:
    """Return what `--set a.b=c` sets."""
    key, equals, _ = text.partition("=")
    source = Source("command line", f"--set {text}")
    if not equals or not key:
        span = Span(len("--set "), len(source.text))
        message = "`--set` takes a setting and its value"
        return None, [Diagnostic("wrong-type", message, source, span, "write `--set NAME=VALUE`")]
    return _dotted(source, key, 6, "--set")


def allow_layer(entry: str) -> Read:
    """Return what `--allow ENTRY` sets: one more of what flows may reach."""
    from turbo_yaml.settings.fitting import Problem, fit

    problems: list[Problem] = []
    fit(FILE.keys["allow"].kind, [entry], problems.append, ("--allow",))
    if problems:
        source = Source("command line", f"--allow {entry}")
        span = Span(len("--allow "), len(source.text))
        message = problems[0].message.replace("--allow[0]", "--allow")
        help_ = "such as `--allow http:api.example.com`"
        return None, [Diagnostic("wrong-type", message, source, span, help_)]
    patch = Merge({"allow": Extend((), (entry,), (Place("--allow"),))})
    return Layer(LayerKind.COMMAND_LINE, "--allow", patch), []


def settings_layer(path: Path) -> Read:
    """Return what the file of `--settings FILE` sets."""
    return read_file(path, LayerKind.COMMAND_LINE)


def _dotted(source: Source, key: str, at: int, flag: str) -> Read:
    """Return the layer of a dotted key that stands at an offset, with its value one character behind it."""
    from turbo_yaml.settings.texts import split_key

    keys, spans = split_key(key, ".", at)
    return _layer(source, keys, spans, at + len(key) + 1, f"{flag} {key}")


def _layer(source: Source, keys: list[str], spans: list[Span], start: int, name: str) -> Read:
    from turbo_yaml.settings.texts import read_text

    patch, found = read_text(source, keys, spans, start, LayerKind.COMMAND_LINE, Place(name))
    return Layer(LayerKind.COMMAND_LINE, name, patch), found

"""Files, environment and flags, in the order in which they were written, to layers of settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import click

from turbo_yaml.cli.kept import kept_settings
from turbo_yaml.cli.terminal import put, wants_color
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.errors import FlowInvalid
from turbo_yaml.settings.layers import Layer

Read: TypeAlias = tuple[Layer | None, list[Diagnostic]]


class Override(NamedTuple):
    """One flag that sets something: its parameter's name, and what was written after it."""

    flag: str
    value: Any


class InOrder(click.Command):
    """A command that keeps the order of its setting flags, which decides, in `ctx.meta`."""

    KEY = "turbo_yaml.overrides"
    FLAGS = ("model", "options", "assignments", "allowed", "settings_files")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words, and once more where the order of several flags is asked for: click drops it."""
        words = list(args)
        rest = super().parse_args(ctx, args)
        found = [Override(flag, value) for flag in self.FLAGS for value in ctx.params.get(flag) or ()]
        if len({override.flag for override in found}) > 1:
            _, _, order = self.make_parser(ctx).parse_args(args=words)
            values = {flag: iter(ctx.params[flag]) for flag in self.FLAGS}
            found = [Override(p.name, next(values[p.name])) for p in order if p.name in values]
        ctx.meta[self.KEY] = found
        return rest


def setting_flags(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that set something; they count from left to right."""
    for option in (
        click.option(
            "--profile", "profiles", multiple=True, metavar="NAME", help="Use a profile; may be repeated."
        ),
        click.option(
            "--settings",
            "settings_files",
            multiple=True,
            metavar="FILE",
            type=click.Path(),
            help="Read a settings file.",
        ),
        click.option(
            "--set", "assignments", multiple=True, metavar="A.B=VALUE", help="Set any setting by its path."
        ),
        click.option(
            "--allow",
            "allowed",
            multiple=True,
            metavar="WHAT",
            help="Let flows reach this: http:HOST, mcp:COMMAND, mcp:URL, secret:VARIABLE@HOST, env:VARIABLE.",
        ),
        click.option(
            "-o",
            "--option",
            "options",
            nargs=2,
            multiple=True,
            metavar="KEY VALUE",
            help="Set a model setting.",
        ),
        click.option(
            "-m", "--model", multiple=True, metavar="MODEL", help="Ask this model: provider/model, or echo."
        ),
    ):
        function = option(function)
    return function


def gather_layers(overrides: Iterable[Override], folder: Path, *, offline: bool = False) -> list[Layer]:
    """Return the layers of the user's file, the project's, the environment and the flags.

    `offline`: nothing is reached, and neither the user's file nor the environment counts. Raise `FlowInvalid`
    with every error in them; warnings are shown.
    """
    from turbo_yaml.settings import options, sources, trust

    overrides = list(overrides)
    environ: Mapping[str, str] = {} if offline else os.environ
    layers, found = trust.run_layers(
        folder, os.environ, kept_settings(), offline=offline, named=_names_project(overrides, folder)
    )
    readers: dict[str, Callable[..., Read]] = {
        "model": lambda name: _model_layer(name, layers),
        "options": lambda pair: options.option_layer(*pair),
        "assignments": options.assignment_layer,
        "allowed": options.allow_layer,
        "settings_files": lambda name: options.settings_layer(Path(name)),
    }
    for layer, problems in (
        sources.environment_layer(environ),
        *(readers[override.flag](override.value) for override in overrides),
    ):
        found += problems
        if layer is not None:
            layers.append(layer)
    _refuse(found)
    return layers


def _names_project(overrides: Iterable[Override], folder: Path) -> bool:
    """Tell whether `--settings` names the very `turbo.yaml` that holds for a folder."""
    files = [override.value for override in overrides if override.flag == "settings_files"]
    if not files:
        return False
    from turbo_yaml.settings.sources import find_project_file

    project = find_project_file(folder)
    return project is not None and os.path.realpath(project) in map(os.path.realpath, files)


def _model_layer(name: str, weaker: list[Layer]) -> Read:
    """Return the layer of `-m`. A provider before the slash may be one that a settings file defines."""
    from turbo_yaml.settings.layers import Settings
    from turbo_yaml.settings.options import model_layer

    if "/" not in name:
        return model_layer(name)
    from turbo_yaml.models.providers import split_model

    defined = Settings.built_in().with_layers(weaker).values.get("providers") or {}
    provider, rest = split_model(name, known=set(defined))
    return model_layer(rest, provider)


def _refuse(found: list[Diagnostic]) -> None:
    if any(diagnostic.severity == "error" for diagnostic in found):
        raise FlowInvalid(found)
    if found:
        from turbo_yaml.diagnostics.render import render

        put(sys.stderr, render(found, color=wants_color(sys.stderr)))

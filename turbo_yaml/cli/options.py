"""Options that every verb has."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import click

from turbo_yaml.cli.faults import DEBUG
from turbo_yaml.cli.terminal import COLOR

COMPLETION: Final = "_TURBO_YAML_COMPLETE"
"""The variable by which a shell asks what a word could become."""


def completed(by: str) -> Callable[[click.Context, click.Parameter, str], Any]:
    """Return what completes a word with a function of `completion`, which is loaded when a shell asks."""

    def complete(context: click.Context, parameter: click.Parameter, word: str) -> Any:
        return getattr(import_module("turbo_yaml.cli.hints.completion"), by)(context, parameter, word)

    return complete


flow_argument = click.argument("flow", metavar="FLOW", shell_complete=completed("complete_flow"))
"""Adds the FLOW that a verb works on."""


def paths_argument(metavar: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the files and folders that a verb works on."""
    return click.argument("paths", nargs=-1, metavar=metavar, shell_complete=completed("complete_flow"))


def input_flags(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--param` and `--params`: the inputs of a flow."""
    function = click.option(
        "--params",
        "files",
        multiple=True,
        metavar="FILE",
        type=click.Path(),
        help="Read inputs from a JSON or YAML file.",
    )(function)
    return click.option(
        "-p",
        "--param",
        "params",
        nargs=2,
        multiple=True,
        metavar="NAME VALUE",
        shell_complete=completed("complete_input"),
        help="Give an input, read by its type. @FILE reads a file, - standard input, @@ is one @.",
    )(function)


secret_inputs_flag = click.option(
    "-p",
    "--param",
    "params",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="Give an input again: one that was not stored because it is secret.",
)
"""Adds `--param` to a verb that knows the other inputs from a recorded run."""
replies_flag = click.option(
    "--reply", "replies", multiple=True, metavar="TEXT", help="Answer the next question of the flow."
)
"""Adds `--reply`."""
tools_flag = click.option(
    "--tools",
    multiple=True,
    metavar="FILE.py",
    type=click.Path(),
    help="Bind the flow's tools to the functions of a Python file, which is run.",
)
"""Adds `--tools`."""


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--color` and `--debug`, which work on what is printed and not on what is done."""
    function = click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_keep(DEBUG),
        help="Show Python's traceback of a failure.",
    )(function)
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        expose_value=False,
        callback=_keep(COLOR),
        help="Colour what is shown; NO_COLOR is obeyed.",
    )(function)


def _keep(key: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        context.meta[key] = value
        return value

    return keep

"""Options that every verb has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from turbo_yaml.cli.faults import DEBUG
from turbo_yaml.cli.terminal import COLOR


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

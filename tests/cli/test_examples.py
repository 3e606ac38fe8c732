"""Every command shows examples, and each of them is a line that the command understands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator

import click
import pytest

from tests.cli.conftest import Done
from turbo_yaml.cli.hints.examples import EXAMPLES
from turbo_yaml.cli.main import PROGRAM
from turbo_yaml.cli.verbs import command


def paths() -> Iterator[str]:
    """Yield the words of every command, and of those in them."""
    root = click.Context(command, **command.context_settings)
    for name in command.list_commands(root):
        verb = command.get_command(root, name)
        yield name
        if isinstance(verb, click.Group):
            yield from (f"{name} {inner}" for inner in verb.commands)


def test_every_command_has_examples_and_nothing_else_has() -> None:
    assert set(paths()) == EXAMPLES.keys()


@pytest.mark.parametrize(("path", "example"), [(path, each) for path in EXAMPLES for each in EXAMPLES[path]])
def test_an_example_is_understood(path: str, example: tuple[str, str]) -> None:
    line = next(part for part in re.split(r"[|>]|<", example[0]) if PROGRAM in part)
    words = shlex.split(line)[1:]
    context = click.Context(command, info_name=PROGRAM, **command.context_settings)
    command.parse_args(context, words)
    verb: click.Command | None = command
    rest = [*context._protected_args, *context.args]
    while isinstance(verb, click.Group) and rest and not rest[0].startswith("-"):
        verb, rest = verb.get_command(context, rest[0]), rest[1:]
    assert verb is not None
    if isinstance(verb, click.Group):
        assert not rest
        return
    verb.make_context(path, rest, parent=context)


def test_help_shows_the_examples_and_then_the_exit_codes(turbo: Callable[..., Done]) -> None:
    out = turbo("run", "--help").out
    assert 0 < out.index("turbo-yaml run hello.yaml -p name Ada") < out.index("Exit codes:")
    assert turbo("keys", "set", "--help").out.count("Examples:") == 1


def test_a_run_loads_no_examples(process: Callable[..., Done]) -> None:
    words = ("run", "hello.yaml", "-m", "echo", "-p", "name", "Ada")
    done = process(*words, extra={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.code == 0
    assert "turbo_yaml.cli.verbs" in done.err
    assert "turbo_yaml.cli.hints.examples" not in done.err

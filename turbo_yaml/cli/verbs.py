"""The first word to the module that does it; a flow's path as the first word means `run`."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click

from turbo_yaml.cli.main import PROGRAM
from turbo_yaml.version import __version__

_HELP = frozenset(("-h", "--help"))
_COMPLETION = "_TURBO_YAML_COMPLETE"


class Verb(NamedTuple):
    """Where a verb's command is, and what it does in one line."""

    module: str
    help: str


VERBS = {
    "run": Verb("turbo_yaml.cli.commands.run", "Run a flow and print its answer; may be left out."),
    "chat": Verb("turbo_yaml.cli.chatting.command", "Talk with a flow in the terminal."),
    "resume": Verb("turbo_yaml.cli.commands.resume", "Go on with a run that broke off or waits."),
    "runs": Verb("turbo_yaml.cli.commands.runs", "Look at recorded runs, copy and delete them."),
    "conversations": Verb(
        "turbo_yaml.cli.commands.conversations", "Look at conversations that are kept; delete them."
    ),
    "replay": Verb("turbo_yaml.cli.commands.replay", "Run a recorded run again, with no model."),
    "record": Verb("turbo_yaml.cli.commands.record", "Make a test of a session, or of a recorded run."),
    "cache": Verb("turbo_yaml.cli.commands.cache", "Look at the cache of replies, and clear it."),
    "check": Verb("turbo_yaml.cli.commands.check", "Look for mistakes without running anything."),
    "explain": Verb("turbo_yaml.cli.commands.explain", "Tell what a rule of the check finds."),
    "audit": Verb("turbo_yaml.cli.commands.audit", "Tell what a flow can do: models, hosts, files, calls."),
    "test": Verb("turbo_yaml.cli.commands.test", "Run the tests of flows, without a model or a network."),
    "fmt": Verb("turbo_yaml.cli.commands.authoring.fmt", "Write flow files in one way, with their comments."),
    "graph": Verb("turbo_yaml.cli.commands.authoring.graph", "Draw what can happen in a flow."),
    "docs": Verb("turbo_yaml.cli.commands.authoring.docs", "Print a flow's reference in Markdown."),
    "compile": Verb("turbo_yaml.cli.commands.compile", "Print a flow as the Python it becomes."),
    "settings": Verb("turbo_yaml.cli.commands.settings", "Show settings, and which file or flag set them."),
    "models": Verb("turbo_yaml.cli.commands.servers.models", "List the models that servers offer."),
    "keys": Verb(
        "turbo_yaml.cli.commands.servers.keys", "Keep the keys of servers, and tell where each comes from."
    ),
    "schema": Verb("turbo_yaml.cli.commands.schema", "Print the JSON Schema of flows, settings or tests."),
    "init": Verb("turbo_yaml.cli.commands.init", "Write a small flow and a turbo.yaml to start from."),
}


class Verbs(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order in which a newcomer meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a verb's command."""
        verb = VERBS.get(cmd_name)
        if verb is None:
            return None
        command: click.Command = import_module(verb.module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.help) for name, verb in VERBS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; `run` is understood where they begin with a flow or with an option of `run`."""
        return super().parse_args(ctx, ["run", *args] if _means_run(args) else args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Return the verbs and flows that a word can become, importing no verb."""
        from click.shell_completion import CompletionItem

        from turbo_yaml.cli.hints.completion import complete_flow

        if incomplete.startswith("-"):
            return super(click.Group, self).shell_complete(ctx, incomplete)
        verbs = [CompletionItem(n, help=v.help) for n, v in VERBS.items() if n.startswith(incomplete)]
        return verbs or complete_flow(ctx, self.params[0], incomplete)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Find the verb; a word that is neither a verb nor a flow is answered with the nearest verb."""
        if args[0] in VERBS:
            name, found, rest = super().resolve_command(ctx, args)
            if found is not None and not _HELP.isdisjoint(rest):
                from turbo_yaml.cli.hints.examples import with_examples

                with_examples(found, args[0])
            return name, found, rest
        from turbo_yaml.diagnostics.suggest import did_you_mean

        hint = did_you_mean(args[0], VERBS)
        raise click.UsageError(
            f"`{args[0]}` is neither a command nor a flow file" + (f"; {hint}" if hint else ""), ctx
        )


@click.group(
    PROGRAM,
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"`{PROGRAM} flow.yaml` is short for `{PROGRAM} run flow.yaml`.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def command() -> None:
    """Run chat flows for language models, written in YAML and Jinja."""


def invoke(words: list[str]) -> int:
    """Do what the words say and return the exit code."""
    context: click.Context | None = None
    try:
        if _COMPLETION in os.environ:
            return _complete(os.environ[_COMPLETION])
        context = command.make_context(PROGRAM, words)
        with context:
            return command.invoke(context) or 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except Exception as error:
        from turbo_yaml.cli.faults import report

        return report(error, context, words)


def _means_run(words: list[str]) -> bool:
    if not words or words[0] in VERBS:
        return False
    first = words[0]
    if not first.startswith("-") or first == "-":
        return _is_flow(first)
    if first.startswith("--"):
        return first not in ("--help", "--version") and any(_is_flow(word) for word in words[1:])
    return not first.startswith("-h")


def _is_flow(word: str) -> bool:
    return word == "-" or word.endswith((".yaml", ".yml")) or Path(word).is_file()


def _complete(instruction: str) -> int:
    from click.shell_completion import shell_complete

    from turbo_yaml.cli.hints.shells import register

    register()
    return shell_complete(command, {}, PROGRAM, _COMPLETION, instruction)

"""`runs`: what the journal has, to lists, stories, differences and copies."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from turbo_yaml.cli.ages import moment_before
from turbo_yaml.cli.faults import EXIT_CODES
from turbo_yaml.cli.options import common, completed, replies_flag
from turbo_yaml.cli.overrides import InOrder, setting_flags
from turbo_yaml.cli.recorded import state_flag
from turbo_yaml.cli.terminal import tell, write
from turbo_yaml.errors import UsageError

if TYPE_CHECKING:
    from turbo_yaml.journal.journal import Journal, Run

STATUSES = ("running", "interrupted", "waiting", "stopped", "failed", "done")


class ListFirst(click.Group):
    """A group whose `list` is meant where no other command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words."""
        words = (
            args
            if args and (args[0] in self.commands or args[0] in ctx.help_option_names)
            else ["list", *args]
        )
        return super().parse_args(ctx, words)


@click.group("runs", cls=ListFirst, short_help="Look at recorded runs, copy and delete them.")
def command() -> None:
    """Look at recorded runs, copy and delete them. `runs` alone lists the last ones."""


@command.command("list")
@click.option(
    "-n", "--count", type=click.IntRange(0), default=20, help="So many at most; 0: all. 20 by default."
)
@click.option(
    "-q", "--query", metavar="WORDS", help="Those in which all these words were said; `wor*` for any ending."
)
@click.option("-m", "--model", metavar="MODEL", help="Those that asked this model.")
@click.option("--flow", metavar="FLOW", help="Those of this flow, by its name or its file.")
@click.option("--status", type=click.Choice(STATUSES), help="Those that stand so.")
@click.option("--since", metavar="AGE", help="Those that began no longer ago: 2h, 3d.")
@click.option(
    "-T",
    "--tool",
    "tools",
    multiple=True,
    metavar="NAME",
    help="Those that called this tool; may be repeated.",
)
@click.option("--tools", "any_tool", is_flag=True, help="Those that called any tool.")
@click.option(
    "--schema",
    metavar="TYPE",
    help="Those with a reply of this type: a type, a JSON Schema, or a file of it.",
)
@click.option("--cid", "--conversation", "conversation", metavar="NAME", help="Those of this conversation.")
@click.option("-c", "--current", is_flag=True, help="Those of the conversation that went on last.")
@click.option("--id-gt", "later_than", metavar="RUN", help="Those that began later than this one.")
@click.option("--id-gte", "not_before", metavar="RUN", help="This one, and those that began later.")
@click.option("-u", "--usage", is_flag=True, help="Tell on standard error how many tokens they used in all.")
@click.option("--json", "form", flag_value="json", help="Print a JSON list.")
@click.option(
    "-r", "--response", "form", flag_value="response", help="Print only what came of the newest of them."
)
@click.option(
    "-x", "--extract", "form", flag_value="first", help="Print the first block of code in what came of it."
)
@click.option("--xl", "--extract-last", "form", flag_value="last", help="Print the last block of code in it.")
@click.option("--data", "form", flag_value="data", help="Print what came of each as a line of JSON.")
@click.option("-t", "--truncate", is_flag=True, help="Cut long texts in JSON.")
@state_flag
@common
def list_runs(
    count: int,
    since: str | None,
    schema: str | None,
    usage: bool,
    form: str | None,
    truncate: bool,
    state: str | None,
    **wanted: Any,
) -> None:
    """List recorded runs, the newest first."""
    from turbo_yaml.cli.retold.listing import listed, schema_of
    from turbo_yaml.journal.search import Wanted, find_runs

    typed = None if schema is None else schema_of(schema)
    with _journal(state) as journal:
        looked_for = Wanted(**wanted, schema=typed, since=moment_before(since))
        found = find_runs(journal, looked_for, count or None)
    write(sys.stdout, listed(found, form, cut=truncate))
    if usage:
        _tell_usage(found)


@command.command("show")
@click.argument("run", metavar="RUN")
@click.option("-r", "--result", is_flag=True, help="Print only what came of it.")
@click.option("--flow", is_flag=True, help="Print the flow's files as they were.")
@click.option("--json", "as_json", is_flag=True, help="Print all that is known, as JSON.")
@state_flag
@common
def show(run: str, result: bool, flow: bool, as_json: bool, state: str | None) -> None:
    """Tell what happened in RUN: what was said, asked and answered, with the lines of the flow."""
    from turbo_yaml.cli.conversation.output import to_text
    from turbo_yaml.cli.history import shown_run
    from turbo_yaml.journal.story import run_data

    with _journal(state) as journal:
        found = journal.run(run)
        if as_json:
            _print_json(run_data(journal, found))
        elif flow:
            for name, text in journal.sources(found).items():
                write(sys.stdout, f"# {name}\n{to_text(text)}")
        elif result:
            if found.outcome is not None:
                write(sys.stdout, to_text(found.outcome))
        else:
            for line in shown_run(journal, found):
                write(sys.stdout, line + "\n")


@command.command("diff")
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@state_flag
@common
def diff(first: str, second: str, state: str | None) -> None:
    """Show how two runs differ: what was said, asked and answered. Exits with 1 where they do."""
    from turbo_yaml.journal.story import difference

    with _journal(state) as journal:
        lines = difference(journal, journal.run(first), journal.run(second))
    for line in lines:
        write(sys.stdout, line + "\n")
    if lines:
        raise click.exceptions.Exit(1)


@command.command("fork", cls=InOrder, epilog=EXIT_CODES)
@click.argument("run", metavar="RUN")
@click.option(
    "--at", "place", metavar="PLACE", required=True, help="Where to go another way: see `runs show`."
)
@click.option(
    "--flow",
    metavar="FLOW",
    shell_complete=completed("complete_flow"),
    help="Run this file from there on: an edited copy of the flow.",
)
@setting_flags
@replies_flag
@click.option("-u", "--usage", is_flag=True, help="Tell on standard error how many tokens were used.")
@state_flag
@common
@click.pass_context
def fork(
    ctx: click.Context,
    /,
    run: str,
    place: str,
    flow: str | None,
    profiles: tuple[str, ...],
    replies: tuple[str, ...],
    usage: bool,
    state: str | None,
    **_: Any,
) -> None:
    """Copy RUN as it was before PLACE, and go on from there: with other settings, or an edited flow.

    What was told before PLACE is kept, whatever the flow asks there now.
    """
    from turbo_yaml.cli.commands.resume import go_on, refuse_conversation
    from turbo_yaml.runtime.recording.scripts import ANEW, GIVEN

    state = None if state is None else str(Path(state).absolute())
    with _journal(state, to_look=False) as journal:
        origin = journal.run(run)
        refuse_conversation(origin, "copied")
        call = dict(origin.call)
        call.pop(GIVEN, None)
        overrides = ctx.meta[InOrder.KEY]
        call["overrides"] = [*call.get("overrides", ()), *map(list, overrides)]
        call["profiles"] = [*call.get("profiles", ()), *profiles]
        if flow is not None:
            call["flow"] = str(Path(flow).absolute())
        if any(each.flag == "assignments" and each.value.startswith("script=") for each in overrides):
            call[ANEW] = journal.last_before(origin, place)
        name = journal.fork(run, place, call)
    tell(f"run `{name}` goes on from `{place}` of `{run}`")
    go_on(name, state, "models", "keep", replies=replies, usage=usage)


@command.command("rm")
@click.argument("runs", metavar="RUN...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Delete all runs but those that go on now.")
@click.option("--before", metavar="AGE", help="Delete all that began longer ago: 30d.")
@state_flag
@common
def remove(runs: tuple[str, ...], everything: bool, before: str | None, state: str | None) -> None:
    """Delete runs for good: what was said in them is overwritten."""
    from turbo_yaml.journal.search import find_runs

    with _journal(state, to_look=False) as journal:
        names = list(runs)
        if everything or before is not None:
            moment = moment_before(before)
            names += [
                run.name
                for run in find_runs(journal)
                if run.status != "running" and (moment is None or run.began < moment)
            ]
        elif not names:
            raise UsageError("no run is named", hint="name runs, or use `--all` or `--before AGE`")
        if names:
            journal.delete(names)
    tell(f"deleted {len(names)} run{'' if len(names) == 1 else 's'}")


@command.command("export")
@click.argument("runs", metavar="[RUN]...", nargs=-1)
@state_flag
@common
def export(runs: tuple[str, ...], state: str | None) -> None:
    """Print runs, by default all, as lines of JSON: one for each."""
    from turbo_yaml.cli.conversation.output import to_json
    from turbo_yaml.journal.search import find_runs
    from turbo_yaml.journal.story import run_data

    with _journal(state) as journal:
        chosen = [journal.run(name) for name in runs] if runs else find_runs(journal)
        for run in chosen:
            write(sys.stdout, to_json(run_data(journal, run)) + "\n")


def _journal(state: str | None, *, to_look: bool = True) -> Journal:
    from turbo_yaml.journal.journal import Journal

    return Journal(None if state is None else Path(state), to_look=to_look)


def _print_json(data: Any) -> None:
    from turbo_yaml.cli.conversation.output import to_json

    write(sys.stdout, to_json(data, indent=2) + "\n")


def _tell_usage(runs: Iterable[Run]) -> None:
    runs = list(runs)
    sent, received = sum(run.input_tokens for run in runs), sum(run.output_tokens for run in runs)
    turns = sum(run.turns for run in runs)
    tell(f"tokens: {sent} input, {received} output; {turns} model {'turn' if turns == 1 else 'turns'}")

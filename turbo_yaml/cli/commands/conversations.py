"""`conversations`: those that `run --conversation` keeps, to lists, chats, copies and nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from turbo_yaml.cli.ages import moment_before
from turbo_yaml.cli.commands.runs import ListFirst
from turbo_yaml.cli.options import common
from turbo_yaml.cli.recorded import state_flag
from turbo_yaml.cli.terminal import tell, write
from turbo_yaml.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from turbo_yaml.memory.conversations import Conversation, Said


@click.group("conversations", cls=ListFirst, short_help="Look at conversations that are kept; delete them.")
def command() -> None:
    """Look at conversations that `run --conversation` keeps, copy and delete them.

    `conversations` alone lists them.
    """


@command.command("list")
@click.option(
    "-n", "--count", type=click.IntRange(0), default=20, help="So many at most; 0: all. 20 by default."
)
@click.option("--since", metavar="AGE", help="Those that were used no longer ago: 2h, 3d.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@state_flag
@common
def list_conversations(count: int, since: str | None, as_json: bool, state: str | None) -> None:
    """List conversations, the one that was used last first."""
    from turbo_yaml.memory.conversations import conversations

    moment = moment_before(since) or 0.0
    found = [each for each in conversations(_folder(state)) if each.used >= moment][: count or None]
    if as_json:
        _print_json([each._asdict() for each in found])
    for each in () if as_json else found:
        write(sys.stdout, _line(each) + "\n")


@command.command("show")
@click.argument("conversation", metavar="NAME")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@state_flag
@common
def show(conversation: str, as_json: bool, state: str | None) -> None:
    """Tell what was said in the conversation NAME, and what is remembered."""
    from turbo_yaml.memory.conversations import said_in

    said = said_in(_folder(state), conversation)
    if as_json:
        _print_json(_data(conversation, said))
        return
    for line in _chat(said):
        write(sys.stdout, line + "\n")


@command.command("rm")
@click.argument("names", metavar="NAME...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Delete all conversations but those that go on now.")
@click.option("--before", metavar="AGE", help="Delete all that were last used longer ago: 30d.")
@state_flag
@common
def remove(names: tuple[str, ...], everything: bool, before: str | None, state: str | None) -> None:
    """Delete conversations for good, with their runs in the journal: what was said is overwritten."""
    from turbo_yaml.memory.conversations import conversations, delete

    folder, wanted = _folder(state), list(names)
    if everything or before is not None:
        moment = moment_before(before)
        wanted += [
            each.name
            for each in conversations(folder)
            if each.process is None and (moment is None or each.used < moment)
        ]
    elif not names:
        raise UsageError(
            "no conversation is named", hint="name conversations, or use `--all` or `--before AGE`"
        )
    wanted = list(dict.fromkeys(wanted))
    delete(folder, wanted)
    runs = _delete_runs(folder, wanted)
    recorded = f" and {runs} recorded run{'' if runs == 1 else 's'}" if runs else ""
    tell(f"deleted {len(wanted)} conversation{'' if len(wanted) == 1 else 's'}{recorded}")


def _delete_runs(folder: Path, conversations: list[str]) -> int:
    """Delete the runs that went on with conversations; return how many there were."""
    from turbo_yaml.journal.database import FILE
    from turbo_yaml.journal.journal import Journal
    from turbo_yaml.journal.search import Wanted, find_runs

    if not conversations or not (folder / FILE).exists():
        return 0
    with Journal(folder) as journal:
        found = [run for name in conversations for run in find_runs(journal, Wanted(conversation=name))]
        names = [run.name for run in found if run.status != "running"]
        if names:
            journal.delete(names)
    return len(names)


@command.command("export")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@state_flag
@common
def export(names: tuple[str, ...], state: str | None) -> None:
    """Print conversations, by default all, as lines of JSON: one for each."""
    from turbo_yaml.cli.conversation.output import to_json
    from turbo_yaml.memory.conversations import conversations, said_in

    folder = _folder(state)
    for name in names or [each.name for each in conversations(folder)]:
        write(sys.stdout, to_json(_data(name, said_in(folder, name))) + "\n")


def _folder(state: str | None) -> Path:
    from turbo_yaml.journal.folder import state_folder

    return state_folder(state)


def _print_json(data: Any) -> None:
    from turbo_yaml.cli.conversation.output import to_json

    write(sys.stdout, to_json(data, indent=2) + "\n")


def _line(found: Conversation) -> str:
    from datetime import datetime

    used = datetime.fromtimestamp(found.used).astimezone().strftime("%Y-%m-%d %H:%M")
    count = f"{found.messages} message{'' if found.messages == 1 else 's'}"
    return f"{found.name}  {used}  {count}" + ("" if found.process is None else "  going on now")


def _data(name: str, said: Said) -> dict[str, Any]:
    from turbo_yaml.cli.conversation.output import message_data

    messages = [message_data(message) for message in said.messages]
    return {"conversation": name, "messages": messages, "remembered": dict(said.state)}


def _chat(said: Said) -> Iterator[str]:
    """Yield the lines of a chat: the role once, the lines below its first set in."""
    from turbo_yaml.cli.conversation.output import message_data, to_json

    for message in said.messages:
        data = message_data(message)
        text = data["content"] if isinstance(data["content"], str) else to_json(data["content"])
        first, *rest = text.splitlines() or [""]
        yield f"{message.role}: {first}".rstrip()
        yield from (f"  {line}" for line in rest)
        for call in data.get("tool_calls", ()):
            yield f"  → {call['name']} {call['arguments']}"
    if said.state:
        yield f"remembered: {to_json(dict(said.state))}"

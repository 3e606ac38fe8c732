"""`cache`: what the cache of replies holds, and how it is emptied."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from turbo_yaml.cli.ages import moment_before
from turbo_yaml.cli.options import common
from turbo_yaml.cli.recorded import state_flag
from turbo_yaml.cli.terminal import tell, write

if TYPE_CHECKING:
    from turbo_yaml.cache.file import SqliteCache


@click.group("cache", short_help="Look at the cache of replies, and clear it.")
def command() -> None:
    """Look at the cache of replies, which the setting `cache` uses, and clear it."""


@command.command("stats")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@state_flag
@common
def stats(as_json: bool, state: str | None) -> None:
    """Tell how many replies are kept, how large they are, and how often one was used."""
    from turbo_yaml.cli.conversation.output import to_json

    found = asyncio.run(_cache(state).stats())
    if as_json:
        write(sys.stdout, to_json(found._asdict(), indent=2) + "\n")
        return
    replies = f"{found.entries} {'reply' if found.entries == 1 else 'replies'}"
    write(sys.stdout, f"{replies}, used {found.hits} times, {found.size} bytes\n")


@command.command("clear")
@click.option("--before", metavar="AGE", help="Delete only what was kept longer ago: 30d.")
@state_flag
@common
def clear(before: str | None, state: str | None) -> None:
    """Delete what is kept."""
    asyncio.run(_cache(state).clear(moment_before(before)))
    tell("the cache is cleared")


def _cache(state: str | None) -> SqliteCache:
    from turbo_yaml.cache.file import SqliteCache
    from turbo_yaml.journal.folder import state_folder

    return SqliteCache(state_folder(state))

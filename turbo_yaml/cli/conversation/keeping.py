"""A named conversation to the chat of a run, and to what a recorded run needs to go on with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from turbo_yaml.errors import UsageError
from turbo_yaml.memory.registry import conversation

if TYPE_CHECKING:
    from turbo_yaml.memory.sqlite import SqliteMemory
    from turbo_yaml.protocol import Message


@contextmanager
def kept_chat(
    name: str | None,
    folder: str | None,
    declared: Mapping[str, Any] | None,
    then: Mapping[str, Any] | None = None,
) -> Iterator[SqliteMemory | None]:
    """Give the conversation of this name, which nobody else goes on with meanwhile; None where none is named.

    `then` tells how it was when a recorded run began: it is so again. `UsageError` where it cannot be.
    """
    if name is None:
        yield None
        return
    memory = conversation(name, folder, declared)
    try:
        asyncio.run(memory.setup())
        if then is not None:
            _check(memory, then)
            asyncio.run(memory.put_back(then["messages"], then["state"]))
        yield memory
    finally:
        asyncio.run(memory.release())


def beginning(memory: SqliteMemory) -> dict[str, Any]:
    """Return how a conversation is when a run begins that is recorded."""
    messages = memory.chat.messages
    state = dict(memory.chat.state)
    return {
        "name": memory.name,
        "messages": len(messages),
        "hash": _hash(messages),
        "state": state,
        "used": memory.used,
    }


def _check(memory: SqliteMemory, then: Mapping[str, Any]) -> None:
    """Refuse a conversation that is not as the run left it: what others said would be lost."""
    if memory.used_before != then["used"]:
        raise UsageError(
            f"the conversation `{memory.name}` has gone on since this run broke off",
            hint="run the flow anew: it knows what was said",
        )
    if _hash(memory.chat.messages[: then["messages"]]) != then["hash"]:
        raise UsageError(
            f"the conversation `{memory.name}` no longer holds what was said before this run",
            hint="a run that has said `forget` cannot go on: run the flow anew",
        )


def _hash(messages: list[Message]) -> str:
    from turbo_yaml.journal.content import hashed
    from turbo_yaml.memory.messages import stored

    return hashed("\n".join(map(stored, messages))).hex()

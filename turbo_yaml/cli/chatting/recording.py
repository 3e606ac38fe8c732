"""A chat at the terminal to one that is recorded, from its beginning or from where it was left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from turbo_yaml.cli.chatting.talk import FOLLOW_UP
from turbo_yaml.cli.commands.run import bound_tools
from turbo_yaml.cli.overrides import Override, gather_layers
from turbo_yaml.cli.recorded import GoingOn, asks_a_real_model, usable_journal
from turbo_yaml.compiler.edge import load, loads
from turbo_yaml.runtime.function import TurboGenFn

if TYPE_CHECKING:
    from turbo_yaml.runtime.recording.chat import RecordedChat


class ChatOrder(NamedTuple):
    """What the command line asks for. `overrides` are the setting flags, in the order they were written."""

    overrides: Sequence[Override]
    flow: str
    profiles: Sequence[str]
    system: str | None
    tools: Sequence[str]
    journal: bool | None
    state: str | None
    unrecorded: bool = False

    def functions(self) -> tuple[TurboGenFn, TurboGenFn]:
        """Return the flow, and what answers where it is over and takes no message."""
        layers = gather_layers(self.overrides, Path(self.flow).parent)
        tools = bound_tools(self.tools) if self.tools else None
        flow = load(self.flow, layers=layers, profiles=self.profiles, tools=tools)
        own = [flow.info.layer] if flow.info is not None and flow.info.layer is not None else []
        after = loads(FOLLOW_UP, name="<chat>", layers=[*layers, *own], profiles=self.profiles)
        if self.state is None:
            return flow, after
        from turbo_yaml.cache.file import SqliteCache

        cache = SqliteCache(self.state)
        return flow.using(cache=cache), after.using(cache=cache)

    def call(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of this with a recorded chat, for when it goes on."""
        kept = {name: getattr(self, name) for name in ("flow", "profiles", "system", "tools")}
        kept["overrides"] = [list(override) for override in self.overrides]
        return kept | {"chat": True, "inputs": dict(given), "folder": str(Path.cwd())}


@contextmanager
def recorded_chat(
    order: ChatOrder, function: TurboGenFn, given: Mapping[str, Any], going_on: GoingOn | None
) -> Iterator[RecordedChat | None]:
    """Give what records the chat, None where it is not recorded."""
    wanted = order.journal if order.journal is not None else asks_a_real_model(function, order.flow)
    if not wanted:
        yield None
        return
    from turbo_yaml.runtime.recording.chat import RecordedChat
    from turbo_yaml.runtime.recording.recorder import Rules

    rules = going_on.rules if going_on is not None else Rules(required=not order.unrecorded)
    with usable_journal(order.state, rules, "chat") as journal:
        if journal is None:
            yield None
            return
        resumed = None if going_on is None else going_on.name
        record = RecordedChat(journal, rules, order.call(given), resumed)
        try:
            yield record
        finally:
            record.leave()

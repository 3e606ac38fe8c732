"""`--journal` and `--state` to a function whose runs are recorded; a recorded run to one that goes on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import click

from turbo_yaml.runtime.function import TurboGenFn
from turbo_yaml.runtime.wrapper import TurboGenWrapper
from turbo_yaml.settings.keys import LayerKind
from turbo_yaml.settings.patch import inside

_NAMES_A_MODEL = re.compile(r"\b(?:model|profile)\b[\"']?\s*:\s*[^\s\[]")

if TYPE_CHECKING:
    from turbo_yaml.journal.journal import Journal
    from turbo_yaml.memory.sqlite import SqliteMemory
    from turbo_yaml.runtime.recording.recorder import Rules


class Order(Protocol):
    """What of the command line matters here."""

    @property
    def flow(self) -> str:
        """The flow's path."""

    @property
    def journal(self) -> bool | None:
        """Whether the run is recorded; None: if it asks a real model."""

    @property
    def state(self) -> str | None:
        """The folder of the journal."""

    @property
    def unrecorded(self) -> bool:
        """Whether the run goes on where it cannot be recorded."""

    @property
    def conversation(self) -> str | None:
        """The conversation that the run goes on with."""

    def _asdict(self) -> dict[str, Any]: ...


class Stateful(Protocol):
    """What may name a folder of the journal."""

    @property
    def state(self) -> str | None:
        """The folder of the journal."""


class GoingOn(NamedTuple):
    """A recorded run that goes on: its name, the inputs it had, how, and how its conversation was then."""

    name: str
    inputs: Mapping[str, Any]
    rules: Rules
    conversation: Mapping[str, Any] | None = None


def state_flag(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--state`."""
    return click.option(
        "--state",
        metavar="DIR",
        help="Keep the journal in this folder (TURBO_YAML_STATE; else the user's own).",
    )(function)


def journal_flags(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that say whether, where and how strictly a run is recorded."""
    function = click.option(
        "--go-on-unrecorded",
        "unrecorded",
        is_flag=True,
        help="Go on where the journal cannot be written: such a run cannot be resumed.",
    )(function)
    function = state_flag(function)
    return click.option(
        "--journal/--no-journal",
        default=None,
        help="Record the run, so that it can be resumed. Done by default where a real model is asked.",
    )(function)


@contextmanager
def usable_journal(state: str | None, rules: Rules, what: str) -> Iterator[Journal | None]:
    """Give the journal; None, and a warning, where it cannot be used and `what` is done may go unrecorded."""
    from turbo_yaml.errors import JournalError
    from turbo_yaml.journal.journal import Journal

    with Journal(state) as journal:
        try:
            journal.check()
        except JournalError as problem:
            if rules.required:
                raise
            from turbo_yaml.cli.terminal import tell

            tell(f"warning: the {what} is not recorded: {problem.message}")
            yield None
            return
        yield journal


@contextmanager
def recorded(
    order: Order, function: TurboGenFn, going_on: GoingOn | None, chat: SqliteMemory | None = None
) -> Iterator[TurboGenFn]:
    """Give the function as its run is to be recorded, or as it is. `chat`: the conversation it is part of."""
    function = _with_cache(order, function)
    wanted = asks_a_real_model(function, order.flow) if order.journal is None else order.journal
    if going_on is None and not wanted:
        yield function
        return
    from turbo_yaml.runtime.recording.recorder import Rules
    from turbo_yaml.runtime.recording.start import Recording

    rules = going_on.rules if going_on is not None else Rules(required=not order.unrecorded)
    with usable_journal(order.state, rules, "run") as journal:
        if journal is None:
            yield function
            return
        call = _call(order)
        if chat is not None:
            from turbo_yaml.cli.conversation.keeping import beginning

            call["conversation"] = beginning(chat)
        if going_on is not None and chat is not None:
            run = journal.run(going_on.name)
            journal.change_call(run, {**run.call, "conversation": call["conversation"]})
        resumed = None if going_on is None else going_on.name
        yield function.using(journal=Recording(journal, rules, call, resumed))


def _with_cache(order: Order, function: TurboGenFn) -> TurboGenFn:
    """Return the function with the cache in the folder that is named, if one is."""
    if order.state is None:
        return function
    from turbo_yaml.cache.file import SqliteCache

    return function.using(cache=SqliteCache(order.state))


def asks_a_real_model(function: TurboGenFn, path: str) -> bool:
    """Tell whether a model that the function asks may cost something: one that is a server's.

    `path` is the flow's, or `-`. The flow is read for models of its steps only where it may name some.
    """
    settings = function.settings
    addressed = settings.get("steps") or {}
    if any(_is_real(given.get("model")) for given in (settings, *addressed.values())):
        return True
    strong = (layer for layer in function.stack.layers if layer.kind > LayerKind.STEP)
    if any(inside(layer.patch, "model") is not None for layer in strong):
        return False
    from turbo_yaml.runtime.recording.start import sources_of

    if not any(_NAMES_A_MODEL.search(text) for text in sources_of(function.fn).values()):
        return False
    return path == "-" or _names_a_real_model(path)


def _names_a_real_model(path: str) -> bool:
    from turbo_yaml.compiler.edge import audit

    named = (entry for entry in audit(path)["models"] if "in_profile" not in entry)
    return any("profile" in entry or _is_real(entry.get("model")) for entry in named)


def _is_real(name: Any) -> bool:
    return isinstance(name, str) and name.partition("/")[0] not in ("", "echo", "script")


def _call(order: Order) -> dict[str, Any]:
    """Return what a run is called with, beside its inputs, as it is kept for when it goes on."""
    words = order._asdict()
    kept = {
        name: words[name] for name in ("flow", "profiles", "system", "replies", "form", "no_stream", "tools")
    }
    kept["overrides"] = [list(override) for override in words["overrides"]]
    return kept | {"folder": str(Path.cwd())}


def resume_words(order: Stateful, name: str | None) -> str:
    """Return the command that resumes a run."""
    state = f" --state {order.state}" if order.state else ""
    return f"turbo-yaml resume {name}{state}"


def goes_on(order: Order, run: TurboGenWrapper) -> str:
    """Return how a run goes on that has come to an end too early."""
    return f"`{resume_words(order, run.name)}` goes on from here"


def into_folder(folder: str) -> None:
    """Go to where a run began: its files are named from there."""
    if os.path.isdir(folder):  # noqa: PTH112
        os.chdir(folder)

"""The kind of memory that a flow declares to the memory itself."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.protocol import BaseMemory

if TYPE_CHECKING:
    from turbo_yaml.memory.sqlite import SqliteMemory

KINDS: Final[Mapping[str, str]] = {
    "local": "turbo_yaml.memory.local:LocalMemory",
    "truncated": "turbo_yaml.memory.truncated:TruncatedMemory",
    "sqlite": "turbo_yaml.memory.sqlite:SqliteMemory",
    "summarize": "turbo_yaml.memory.summarize:SummarizeMemory",
}
"""Each kind of memory, and where its class is."""


def new_memory(declared: Mapping[str, Any] | None = None) -> BaseMemory:
    """Return a new, empty memory of the declared kind: `{kind, **its own keys}`, or nothing for `local`.

    `UsageError` where the kind is not known or its own keys do not fit.
    """
    options = dict(declared or {})
    kind = options.pop("kind", "local")
    path = KINDS.get(kind)
    if path is None:
        raise UsageError(f"there is no memory of kind `{kind}`", hint=did_you_mean(str(kind), KINDS))
    module, _, name = path.partition(":")
    cls = getattr(import_module(module), name)
    memory: BaseMemory = cls.declared(options)
    return memory


def unkept_memory(declared: Mapping[str, Any] | None) -> BaseMemory:
    """Return a new memory as a flow declares it, but of this process alone where it is to be kept."""
    options = dict(declared or {})
    if options.get("kind") == "sqlite":
        options["kind"] = "truncated" if "max_tokens" in options else "local"
    return new_memory(options)


def conversation(name: str, folder: str | None, declared: Mapping[str, Any] | None) -> SqliteMemory:
    """Return the conversation of this name in a folder, as a flow declares its memory: what of it is sent.

    `UsageError` where the flow's memory cannot be kept, and for what is no name.
    """
    from turbo_yaml.memory.sqlite import SqliteMemory

    options = dict(declared or {})
    kind = options.get("kind", "local")
    if kind not in ("local", "truncated", "sqlite"):
        raise UsageError(
            f"a conversation cannot be kept with a memory of the kind `{kind}`",
            hint="`memory: {kind: sqlite, max_tokens: …}` sends the newest messages",
        )
    return SqliteMemory(name, folder, max_tokens=options.get("max_tokens"))

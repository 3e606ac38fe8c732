"""The kind of memory that a flow declares to the memory itself."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.protocol import BaseMemory

KINDS: Final[Mapping[str, str]] = {
    "local": "turbo_yaml.memory.local:LocalMemory",
    "truncated": "turbo_yaml.memory.truncated:TruncatedMemory",
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

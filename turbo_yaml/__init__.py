"""Declarative YAML and Jinja flows for language models, compiled into async generators.

Every public name is here; what it needs is loaded when the name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from turbo_yaml.version import __version__

if TYPE_CHECKING:
    from turbo_yaml.cache.file import SqliteCache
    from turbo_yaml.cache.memory import MemoryCache
    from turbo_yaml.cache.redis import RedisCache
    from turbo_yaml.compiler.edge import check, compile_python, load, loads
    from turbo_yaml.errors import (
        CacheError,
        FlowError,
        FlowInvalid,
        JournalError,
        LimitError,
        ModelError,
        ToolError,
        TurboError,
        UsageError,
    )
    from turbo_yaml.journal.journal import Journal
    from turbo_yaml.memory.local import LocalMemory
    from turbo_yaml.memory.sqlite import SqliteMemory
    from turbo_yaml.memory.summarize import SummarizeMemory
    from turbo_yaml.memory.truncated import TruncatedMemory
    from turbo_yaml.memory.window import count_tokens
    from turbo_yaml.models.request import Delta, Model, Reply, Request
    from turbo_yaml.protocol import (
        Assistant,
        BaseCache,
        BaseMemory,
        BaseMessageCollection,
        Example,
        ExampleAssistant,
        ExampleUser,
        Generate,
        GetInput,
        Message,
        Result,
        System,
        TurboGenTemplate,
        TurboGenTemplateFn,
        User,
    )
    from turbo_yaml.runtime.function import TurboGenFn
    from turbo_yaml.runtime.host.decorators import completion, turbo
    from turbo_yaml.runtime.host.scripts import run
    from turbo_yaml.runtime.tooling.approval import AskApproval
    from turbo_yaml.runtime.wrapper import TurboGenWrapper
    from turbo_yaml.types.scratchpad import Scratchpad

_HOMES = {
    "turbo_yaml.compiler.edge": ("check", "compile_python", "load", "loads"),
    "turbo_yaml.cache.file": ("SqliteCache",),
    "turbo_yaml.cache.memory": ("MemoryCache",),
    "turbo_yaml.cache.redis": ("RedisCache",),
    "turbo_yaml.errors": (
        "CacheError",
        "FlowError",
        "FlowInvalid",
        "JournalError",
        "LimitError",
        "ModelError",
        "ToolError",
        "TurboError",
        "UsageError",
    ),
    "turbo_yaml.journal.journal": ("Journal",),
    "turbo_yaml.memory.local": ("LocalMemory",),
    "turbo_yaml.memory.sqlite": ("SqliteMemory",),
    "turbo_yaml.memory.summarize": ("SummarizeMemory",),
    "turbo_yaml.memory.truncated": ("TruncatedMemory",),
    "turbo_yaml.memory.window": ("count_tokens",),
    "turbo_yaml.models.request": ("Delta", "Model", "Reply", "Request"),
    "turbo_yaml.protocol": (
        "Assistant",
        "BaseCache",
        "BaseMemory",
        "BaseMessageCollection",
        "Example",
        "ExampleAssistant",
        "ExampleUser",
        "Generate",
        "GetInput",
        "Message",
        "Result",
        "System",
        "TurboGenTemplate",
        "TurboGenTemplateFn",
        "User",
    ),
    "turbo_yaml.runtime.host.decorators": ("completion", "turbo"),
    "turbo_yaml.runtime.function": ("TurboGenFn",),
    "turbo_yaml.runtime.host.scripts": ("run",),
    "turbo_yaml.runtime.tooling.approval": ("AskApproval",),
    "turbo_yaml.runtime.wrapper": ("TurboGenWrapper",),
    "turbo_yaml.types.scratchpad": ("Scratchpad",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AskApproval",
    "Assistant",
    "BaseCache",
    "BaseMemory",
    "BaseMessageCollection",
    "CacheError",
    "Delta",
    "Example",
    "ExampleAssistant",
    "ExampleUser",
    "FlowError",
    "FlowInvalid",
    "Generate",
    "GetInput",
    "Journal",
    "JournalError",
    "LimitError",
    "LocalMemory",
    "MemoryCache",
    "Message",
    "Model",
    "ModelError",
    "RedisCache",
    "Reply",
    "Request",
    "Result",
    "Scratchpad",
    "SqliteCache",
    "SqliteMemory",
    "SummarizeMemory",
    "System",
    "ToolError",
    "TruncatedMemory",
    "TurboError",
    "TurboGenFn",
    "TurboGenTemplate",
    "TurboGenTemplateFn",
    "TurboGenWrapper",
    "UsageError",
    "User",
    "__version__",
    "check",
    "compile_python",
    "completion",
    "count_tokens",
    "load",
    "loads",
    "run",
    "turbo",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

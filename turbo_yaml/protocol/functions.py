"""The async generator at the heart of a flow, compiled or written by hand."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Protocol, TypeAlias

from turbo_yaml.protocol.memory import BaseMemory
from turbo_yaml.protocol.messages import Message
from turbo_yaml.protocol.signals import Generate, GetInput, Result

Signal: TypeAlias = Message | Generate | GetInput | Result
TurboGenTemplate: TypeAlias = AsyncGenerator[Signal, Any]


class TurboGenTemplateFn(Protocol):
    """Makes the generator of one run from a memory and the run's inputs."""

    def __call__(self, memory: BaseMemory | None = None, **context: Any) -> TurboGenTemplate:
        """Return a new generator that yields messages and signals."""
        ...

"""What a flow's steps tell while a test watches which of them run."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from turbo_yaml.source import Source

REACHED: ContextVar[Callable[[Source, int], object] | None] = ContextVar("turbo_yaml_reached", default=None)
"""Who is told. A mark is the offset of a step's head; or, inverted, of a condition that did not hold."""


def reached(source: Source, mark: int) -> None:
    """Tell that a step of a file is reached, or that one was passed over."""
    tell = REACHED.get()
    if tell is not None:
        tell(source, mark)

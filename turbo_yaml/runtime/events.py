"""What happens in a run, for whoever watches it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `step` is the step's `id`, `flow` the flow's name, where they are known.

    `depth` is 0 in the chat that the caller sees, more in called flows and in forks.
    """

    kind: ClassVar[str]
    flow: str | None = None
    step: str | None = None
    depth: int = 0

    def to_data(self) -> dict[str, Any]:
        """Return the event as JSON data: `event`, and its other fields where they say something."""
        data: dict[str, Any] = {"event": self.kind}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not (field.name == "depth" and value == 0):
                data[field.name] = list(value) if isinstance(value, tuple) else value
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent(Event):
    """A message joined the chat. `content` is text or a list of parts."""

    kind = "message"
    role: str
    content: Any
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaEvent(Event):
    """A piece of a reply came. `forward`: the caller gets the whole reply as a result, too."""

    kind = "delta"
    text: str
    forward: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningEvent(Event):
    """A piece of what the model thinks before it answers came."""

    kind = "reasoning"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputEvent(Event):
    """The flow asks the caller. `timeout` is in seconds."""

    kind = "input_needed"
    content: str
    choices: tuple[str, ...] | None = None
    default: Any = None
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultEvent(Event):
    """The flow gave the caller something."""

    kind = "result"
    content: Any
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEvent(Event):
    """A model call took so many tokens, as its server counted them."""

    kind = "usage"
    input_tokens: int
    output_tokens: int
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryEvent(Event):
    """An attempt failed and another follows after `wait` seconds; `attempt` counts the failed ones from 1."""

    kind = "retry"
    error: str
    message: str
    attempt: int
    wait: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningEvent(Event):
    """Something is odd, and the run goes on."""

    kind = "warning"
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent(Event):
    """The flow wrote a line."""

    kind = "log"
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneEvent(Event):
    """The run is over. `outcome` is what the flow came to."""

    kind = "done"
    outcome: Any = None


Listener: TypeAlias = Callable[[Event], Awaitable[None] | None]
"""Told of every event. Where it is async the run waits for it, so that a slow reader holds the run back."""

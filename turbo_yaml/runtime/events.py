"""What happens in a run, for whoever watches it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeAlias

from turbo_yaml.records import Record


class Event(Record, kw_only=True):
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
        for name in self.__fields__:
            value = getattr(self, name)
            if value is not None and not (name == "depth" and value == 0):
                data[name] = list(value) if isinstance(value, tuple) else value
        return data


class MessageEvent(Event, kw_only=True):
    """A message joined the chat. `content` is text or a list of parts."""

    kind = "message"
    role: str
    content: Any
    name: str | None = None


class DeltaEvent(Event, kw_only=True):
    """A piece of a reply came. `forward`: the caller gets the whole reply as a result, too."""

    kind = "delta"
    text: str
    forward: bool = False


class PartialEvent(Event, kw_only=True):
    """A reply that is data has come so far. Of `value` nothing is checked, and a text in it may be cut."""

    kind = "partial"
    value: Any


class ReasoningEvent(Event, kw_only=True):
    """A piece of what the model thinks before it answers came."""

    kind = "reasoning"
    text: str


class InputEvent(Event, kw_only=True):
    """The flow asks the caller. `timeout` is in seconds.

    With `tool` it asks whether that may be called with just these `arguments`.
    """

    kind = "input_needed"
    content: str
    choices: tuple[str, ...] | None = None
    default: Any = None
    timeout: float | None = None
    tool: str | None = None
    arguments: Any = None


class ResultEvent(Event, kw_only=True):
    """The flow gave the caller something."""

    kind = "result"
    content: Any
    done: bool = False


class UsageEvent(Event, kw_only=True):
    """A model call took so many tokens, as its server counted them; `cost` in US dollars, else `unpriced`.

    `cached`: the cache answered instead.
    """

    kind = "usage"
    input_tokens: int
    output_tokens: int
    model: str | None = None
    cached: bool | None = None
    cost: float | None = None
    unpriced: bool | None = None


class RetryEvent(Event, kw_only=True):
    """An attempt failed and another follows after `wait` seconds; `attempt` counts the failed ones from 1."""

    kind = "retry"
    error: str
    message: str
    attempt: int
    wait: float = 0.0


class FallbackEvent(Event, kw_only=True):
    """A model failed for good, and `model`, the next of `provider` or `fallback`, is asked in its place."""

    kind = "fallback"
    error: str
    message: str
    model: str


class WarningEvent(Event, kw_only=True):
    """Something is odd, and the run goes on."""

    kind = "warning"
    message: str


class ToolCallEvent(Event, kw_only=True):
    """A tool is called: by the model, whose call has the id `call_id`, or by a step."""

    kind = "tool_call"
    tool: str
    arguments: Any
    call_id: str | None = None


class ToolResultEvent(Event, kw_only=True):
    """A call of a tool is over. `error` is the kind of its failure, if it failed; `content` then says why."""

    kind = "tool_result"
    tool: str
    content: Any
    call_id: str | None = None
    error: str | None = None


class LogEvent(Event, kw_only=True):
    """The flow wrote a line."""

    kind = "log"
    message: str


class DoneEvent(Event, kw_only=True):
    """The run is over. `outcome` is what the flow came to."""

    kind = "done"
    outcome: Any = None


Listener: TypeAlias = Callable[[Event], Awaitable[None] | object]
"""Told of every event. Where it is async the run waits for it, so that a slow reader holds the run back."""

"""What happens in a run to what is shown of it while it goes on."""

from __future__ import annotations

import sys
from typing import Any, Protocol, TextIO

from turbo_yaml.cli.conversation.output import to_json, to_text
from turbo_yaml.cli.terminal import murmur, put, tell, write
from turbo_yaml.protocol import GetInput, Result
from turbo_yaml.runtime.events import (
    DeltaEvent,
    Event,
    FallbackEvent,
    LogEvent,
    RetryEvent,
    ToolCallEvent,
    ToolResultEvent,
    WarningEvent,
)

_NOTHING: Any = object()
_WIDTH = 120
"""Characters of a line that tells of a call."""


class View(Protocol):
    """Shows a run while it goes on."""

    @property
    def live(self) -> bool:
        """Whether replies are shown piece by piece."""

    @property
    def begun(self) -> bool:
        """Whether a line is begun and not ended."""

    def hear(self, event: Event) -> None:
        """Take an event."""

    def result(self, result: Result) -> None:
        """Take a result, or a reply that was forwarded."""

    def ask(self, question: GetInput) -> None:
        """Show a question, and all that was held back before it."""

    def answered(self, answer: str) -> None:
        """Show the answer to a question that the person did not type."""

    def ended(self) -> None:
        """Finish the line that was begun."""

    def has_shown(self, outcome: Any) -> bool:
        """Tell whether the outcome was the last that was shown on standard output."""


class Notices:
    """Shows nobody the conversation; logs, warnings and retries go to standard error."""

    live = False
    begun = False

    def hear(self, event: Event) -> None:
        """Tell what is for the person, whoever reads the answer."""
        line = notice(event)
        if line is not None:
            tell(line)

    def result(self, result: Result) -> None:
        """Hold it back: only the outcome is printed, at the end."""

    def ask(self, question: GetInput) -> None:
        """Say nothing: nobody is there."""

    def answered(self, answer: str) -> None:
        """Say nothing: nobody is there."""

    def ended(self) -> None:
        """Nothing was begun."""

    def has_shown(self, outcome: Any) -> bool:
        """It was not: nothing was."""
        return False


class EventLines:
    """Prints every event as one line of JSON. `beside` is where a person is asked."""

    live = True
    begun = False

    def __init__(self, beside: View) -> None:
        self._beside = beside

    def hear(self, event: Event) -> None:
        """Print the event at once."""
        put(sys.stdout, to_json(event.to_data()) + "\n")

    def result(self, result: Result) -> None:
        """It was an event already."""

    def ask(self, question: GetInput) -> None:
        """It was an event already; a person reads it elsewhere."""
        self._beside.ask(question)

    def answered(self, answer: str) -> None:
        """The flow goes on; the answer is one of its messages."""

    def ended(self) -> None:
        """Every line is whole."""

    def has_shown(self, outcome: Any) -> bool:
        """It was: the last event tells it."""
        return True


class Conversation:
    """Shows replies as they come, results and questions on a terminal. `held`: only what a question needs."""

    def __init__(self, stream: TextIO, *, held: bool = False) -> None:
        self.live = not held
        self._stream = stream
        self._held: list[str] | None = [] if held else None
        self._streamed = ""
        self._carriage = ""
        self._last: Any = _NOTHING

    @property
    def begun(self) -> bool:
        """Whether a reply is in the middle of a line."""
        return bool(self._streamed) and not self._streamed.endswith("\n")

    def hear(self, event: Event) -> None:
        """Show a piece of a reply, or a notice on a line of its own."""
        if isinstance(event, DeltaEvent):
            if event.forward:
                self._piece(event.text)
            return
        line = notice(event)
        if line is not None:
            self.ended()
            tell(line)
        elif (line := _of_a_tool(event)) is not None:
            self.ended()
            murmur(line)

    def result(self, result: Result) -> None:
        """Show a result, unless it is the reply that has been shown piece by piece."""
        shown, self._streamed = self._streamed, ""
        if shown and shown == result.content:
            self.show(self._carriage + ("" if shown.endswith("\n") else "\n"))
        else:
            self.show(("\n" if shown and not shown.endswith("\n") else "") + to_text(result.content))
        self._carriage = ""
        self._last = result.content

    def ask(self, question: GetInput) -> None:
        """Show a question with its choices and its default."""
        self.ended()
        if question.content:
            self.show(to_text(question.content))
        if question.choices:
            self.show(f"({' / '.join(question.choices)})\n")
        if question.default is not None:
            self.show(f"[{to_text(question.default).strip()}]\n")
        if self._held is not None:
            write(self._stream, "".join(self._held))
            self._held.clear()
        self._last = _NOTHING

    def answered(self, answer: str) -> None:
        """Show the answer where the person would have typed it."""
        self.show(f"> {to_text(answer)}")

    def ended(self) -> None:
        """End the line that a reply is in the middle of."""
        if self.begun:
            self.show("\n")
        self._streamed = self._carriage = ""

    def has_shown(self, outcome: Any) -> bool:
        """Tell whether it was shown last, and not beside standard output."""
        return self.live and self._last is not _NOTHING and bool(self._last == outcome)

    def _piece(self, text: str) -> None:
        self._streamed += text
        text = self._carriage + text
        # A carriage return waits for what follows: with a line feed it is a line end, alone it is shown.
        self._carriage = "\r" if text.endswith("\r") else ""
        self.show(text[: len(text) - len(self._carriage)])

    def show(self, text: str) -> None:
        """Show text, or hold it back."""
        if self._held is not None:
            self._held.append(text)
        elif text:
            write(self._stream, text)


def _of_a_tool(event: Event) -> str | None:
    """Return the line that tells of a tool's call, or of its failure; None for another event."""
    match event:
        case ToolCallEvent():
            line = f"→ {event.tool} {to_json(event.arguments)}"
        case ToolResultEvent() if event.error is not None:
            line = f"← {event.tool}: {event.content}"
        case _:
            return None
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def notice(event: Event) -> str | None:
    """Return the line that tells of an event on standard error, or None where it says nothing to a person."""
    match event:
        case LogEvent():
            return event.message
        case WarningEvent():
            return f"warning: {event.message}"
        case RetryEvent():
            pause = f" in {event.wait:.1f} s" if event.wait else ""
            return f"attempt {event.attempt} failed, another follows{pause}: {event.message}"
        case FallbackEvent():
            return f"the model failed, `{event.model}` is asked in its place: {event.message}"
    return None

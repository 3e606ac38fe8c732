"""A long run to a line that tells how far it is: one that changes on a terminal, else one now and then."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from time import monotonic
from typing import Any, Final, Literal, TypeAlias

from turbo_yaml.cli.conversation.views import View, notice
from turbo_yaml.cli.terminal import is_terminal, put, tell
from turbo_yaml.diagnostics.visible import cells
from turbo_yaml.models.known.prices import shown_cost
from turbo_yaml.protocol import GetInput, Result
from turbo_yaml.runtime.events import Event
from turbo_yaml.runtime.wrapper import TurboGenWrapper

Mode: TypeAlias = Literal["live", "lines"]

PATIENCE: Final = 2.0
"""Seconds of a run before anything is told of it: most are over by then."""
BETWEEN_LINES: Final = 10.0
_WIPE: Final = "\r\x1b[K"
_NARROWEST: Final = 20


def progress_mode(asked: bool | None) -> Mode | None:
    """Return how progress is shown. `asked`: None where the command line does not say.

    Unasked it is told to a person at a terminal, and to the log of a CI.
    """
    live = is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
    if asked is not None:
        return ("live" if live else "lines") if asked else None
    if live:
        return "live"
    return "lines" if os.environ.get("CI", "").lower() not in ("", "0", "false") else None


class Progress:
    """Tells on standard error how far a run is, around the view that shows the run itself."""

    def __init__(
        self,
        view: View,
        run: TurboGenWrapper,
        mode: Mode,
        *,
        asked: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._view = view
        self._run = run
        self._live = mode == "live"
        self._asked = asked
        self._clock = clock
        self._began = clock()
        self._next = self._began + ((0.0 if asked else PATIENCE) if self._live else BETWEEN_LINES)
        self._where = ""
        self._drawn = False
        self._lines = 0

    @property
    def live(self) -> bool:
        """Whether replies are shown piece by piece."""
        return self._view.live

    def tick(self) -> None:
        """Tell how far the run is, if it is time for that."""
        now = self._clock()
        if now < self._next:
            return
        if not self._live:
            self._next = now + BETWEEN_LINES
            self._tell_line()
        elif not (self._view.live and self._view.begun):
            put(sys.stderr, _WIPE + _fitting(self._line()))
            self._drawn = True

    def hear(self, event: Event) -> None:
        """Take an event: where the run is, and what the view shows of it."""
        self._where = event.step or self._where
        if self._view.live or notice(event) is not None:
            self._wipe()
        self._view.hear(event)

    def result(self, result: Result) -> None:
        """Take a result."""
        self._wipe()
        self._view.result(result)

    def ask(self, question: GetInput) -> None:
        """Show a question, and no progress while it waits."""
        self._wipe()
        self._view.ask(question)

    def answered(self, answer: str) -> None:
        """Show an answer."""
        self._view.answered(answer)

    def ended(self) -> None:
        """Take the line away, or tell how the run came out where lines were told of it."""
        self._wipe()
        self._view.ended()
        if self._lines or (self._asked and not self._live):
            self._tell_line()

    def has_shown(self, outcome: Any) -> bool:
        """Tell whether the outcome was shown last."""
        return self._view.has_shown(outcome)

    @property
    def begun(self) -> bool:
        """Whether a line is begun and not ended."""
        return self._view.begun

    def _tell_line(self) -> None:
        self._lines += 1
        tell(f"progress: {self._line()}")

    def _wipe(self) -> None:
        if self._drawn:
            put(sys.stderr, _WIPE)
            self._drawn = False

    def _line(self) -> str:
        steps, used = self._run.steps, self._run.usage
        parts = [_duration(self._clock() - self._began), _number(steps.turns, "turn")]
        if steps.tools:
            parts.append(_number(steps.tools, "tool call"))
        if tokens := used.input_tokens + used.output_tokens:
            parts.append(_number(tokens, "token"))
            if used.cost:
                parts.append(shown_cost(used.cost))
        return ", ".join(parts) + (f"; at {self._where}" if self._where else "")


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _fitting(line: str) -> str:
    """Return as much of a line as a row of the terminal holds, with nothing in it that the terminal obeys."""
    try:
        width = max(os.get_terminal_size(sys.stderr.fileno()).columns - 1, _NARROWEST)
    except (OSError, ValueError):
        width = 79
    shown = []
    for cell in cells(line):
        width -= cell.width
        if width < 0:
            break
        shown.append(cell.text)
    return "".join(shown)

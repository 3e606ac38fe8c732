"""A recorded event that a flow no longer asks for: what differs, and where."""

from __future__ import annotations

from difflib import unified_diff
from typing import Final

from turbo_yaml.errors import JournalError
from turbo_yaml.journal.log import Event, Link

_CHOICES: Final = (
    "`--on-change rerun` asks anew where it differs, `--on-change keep` takes what was recorded all the same"
)


class FlowChanged(JournalError):
    """A flow asks something else than was recorded.

    `place` is where, and `line` in which line; `diff` shows how the prompts differ.
    """

    def __init__(self, message: str, place: str, diff: str = "", line: str | None = None) -> None:
        super().__init__(message, hint=_CHOICES)
        self.place = place
        self.diff = diff
        self.line = line


def shown_prompt(links: list[Link], asked: str) -> list[str]:
    """Return what was asked as lines: the settings, then each message under its role."""
    lines = [asked]
    for link in links:
        lines.append(f"{link.role}:" if link.name is None else f"{link.role} ({link.name}):")
        lines += [f"  {line}" for line in link.text.splitlines()]
    return lines


def prompt_diff(before: list[str], after: list[str]) -> str:
    """Return the lines that differ, with a few around them."""
    found = unified_diff(before, after, "recorded", "now", n=2, lineterm="")
    return "\n".join(found)


def changed(at: str, event: Event, line: str | None, diff: str) -> FlowChanged:
    """Return the error of an event that is no longer what is asked."""
    where = f" ({line})" if line else ""
    then = f", then at {event.line}" if event.line and event.line != line else ""
    return FlowChanged(
        f"the flow asks something else at `{at}`{where} than what was recorded{then}", at, diff, line
    )

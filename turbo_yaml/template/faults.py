"""What is wrong with a template, as a fault: a rule, words and a range of the template's own characters."""

from __future__ import annotations


class Fault(Exception):
    """A mistake in a template, at `start` to `end` of its text. Never leaves this package."""

    def __init__(self, rule: str, message: str, start: int, end: int, help: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.start = start
        self.end = end
        self.help = help


def syntax_fault(message: str, start: int, end: int, help: str | None = None) -> Fault:
    """Return a fault of the template's syntax."""
    return Fault("template-syntax", message, start, end, help)


def depth_fault(what: str, limit: int, start: int, end: int) -> Fault:
    """Return the fault of something that is nested deeper than is allowed."""
    return Fault(
        "template-depth", f"{what} goes deeper than {limit} levels", start, end, "split it with `set`"
    )

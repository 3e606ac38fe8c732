"""The place where reading a text stopped, and what can be said about it."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.records import Record
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.lines import Line, line_at, line_start, next_line

SEARCHED_LINES = 50
"""How far from the place a cause is looked for."""

RepairKind = Literal["value", "pair", "key", "line", "tabs"]


class Repair(NamedTuple):
    """What to overwrite so that reading can go on; every offset stays.

    `value`: a placeholder takes the place. `pair`: a space, then a placeholder. `key`: a placeholder, then
    `:`. `line`: nothing takes the place. `tabs`: spaces take the place of every tab of the text.
    """

    start: int
    end: int
    kind: RepairKind


class Flaw(Exception):
    """Reading stopped. Without a repair it cannot go on: a limit was passed."""

    def __init__(self, diagnostic: Diagnostic, repair: Repair | None) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.repair = repair


class Site(Record):
    """Where reading stopped. `text` may have repairs in it; `source` is as the author wrote it."""

    source: Source
    text: str
    opened: int
    """Where what was being read began; equal to `at` where the parser does not say."""
    at: int
    reached: int
    """Where the last node that was read ends."""
    bracket: int = -1
    """Where the `[` or `{` that is open here stands; -1 outside brackets."""

    def flaw(
        self,
        rule: str,
        message: str,
        span: tuple[int, int],
        repair: Repair,
        help: str | None = None,
        related: tuple[str, int, int] | None = None,
    ) -> Flaw:
        """Return what stopped the reading; places beyond the text move to its last character."""
        size = len(self.text)
        start, end = span
        if start >= size:
            start, end = self.last_character()
        first = min(repair.start, size)
        repair = repair._replace(start=first, end=max(first, min(repair.end, size)))
        places: tuple[Related, ...] = ()
        if related is not None:
            places = (Related(related[0], self.source, Span(min(related[1], size), min(related[2], size))),)
        place = Span(start, max(start, min(end, size)))
        return Flaw(Diagnostic(rule, message, self.source, place, help, related=places), repair)

    def shown(self, start: int, end: int, most: int = 40) -> str:
        """Return a part of what the author wrote, shortened, for a message."""
        return shortened(self.source.text[start:end], most)

    def last_character(self) -> tuple[int, int]:
        """Return the span of the last character that is not white space."""
        end = len(self.text.rstrip())
        return max(end - 1, 0), end

    def lines(self) -> list[Line]:
        """Return the lines, but for blank ones, from the last node that was read to where reading stopped."""
        lines: list[Line] = []
        at, last = line_start(self.text, self.reached), min(self.at, len(self.text) - 1)
        for _ in range(SEARCHED_LINES):
            if at > last:
                break
            line = line_at(self.text, at)
            if line.first < line.end and line.end > self.reached:
                lines.append(line)
            at = max(next_line(self.text, at), at + 1)
        return lines

    def line_above(self, line: Line) -> Line | None:
        """Return the last line above that has something on it that is no comment, if it is near."""
        start = line.start
        for _ in range(SEARCHED_LINES):
            if start == 0:
                return None
            above = line_at(self.text, start - 1)
            if above.first < above.end and self.text[above.first] != "#":
                return above
            start = above.start
        return None


def shortened(text: str, most: int = 40) -> str:
    """Return the first line of a text, cut where it is longer than `most` characters."""
    lines = text.strip().splitlines() or [""]
    line = lines[0]
    return line if len(line) <= most and len(lines) == 1 else line[: most - 1] + "…"


def quoted(text: str) -> str:
    """Return a text as an author would quote it in YAML."""
    if '"' in text and "\\" not in text:
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def leave_a_space(tag: str) -> str | None:
    """Return the help for a tag that swallowed the `,` or bracket right behind it; None for another one."""
    glued = re.match(r"(![A-Za-z]+)([\]},])", tag)
    return None if glued is None else f"leave a space before the `{glued[2]}`: `{glued[1]} {glued[2]}`"


def quote_it(text: str) -> str:
    """Return the help for a text that needs quotes, with the text if it is short."""
    if len(text) > 60 or "\n" in text or "`" in text:
        return "put the text in quotes, or below a `|`"
    return f"put it in quotes: `{quoted(text)}`"

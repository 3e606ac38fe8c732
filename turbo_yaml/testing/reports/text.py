"""Outcomes to text that people read: each file in a line, what failed with its place, a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.diagnostic import Severity
from turbo_yaml.diagnostics.paint import painter
from turbo_yaml.diagnostics.render import render_failure, render_one
from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.testing.judging import Verdict
from turbo_yaml.testing.outcome import Outcome, Summary, Trouble
from turbo_yaml.testing.reports.differences import differences, preview

_MARKS = {"passed": "✓", "failed": "✗", "skipped": "○"}
_PLAIN = {"passed": "ok", "failed": "FAILED", "skipped": "skipped"}
_STYLES = {"passed": "good", "failed": "error", "skipped": "note"}


class TextReport:
    """Draws outcomes. `symbols`: whether the reader's encoding has them; `width` is in columns."""

    def __init__(self, *, color: bool = False, symbols: bool = True, width: int = 80) -> None:
        self._paint = painter(color)
        self._color = color
        self._marks = _MARKS if symbols else _PLAIN
        self._arrow = " › " if symbols else " > "
        self._width = width

    def file(self, outcomes: list[Outcome], *, whole: bool = False) -> str:
        """Return the lines of one file: its name, and its tests where not all passed, or with `whole`."""
        states = {outcome.state for outcome in outcomes}
        state = "failed" if "failed" in states else "passed" if "passed" in states else "skipped"
        count = f"{len(outcomes)} {'test' if len(outcomes) == 1 else 'tests'}"
        took = _time(sum(outcome.seconds for outcome in outcomes))
        head = f"{self._mark(state)} {one_line(outcomes[0].file)} {self._dim(f'({count}, {took})')}\n"
        if states == {"passed"} and not whole:
            return head
        return head + "".join(self._test(outcome) for outcome in outcomes)

    def _test(self, outcome: Outcome) -> str:
        soft = [verdict for verdict in outcome.verdicts if not verdict.passed and not verdict.fails]
        notes = [] if outcome.reason is None else [outcome.reason]
        notes += [f"score {outcome.score:.2f}"] if 0 < outcome.score < 1 else []
        notes += [f"{len(soft)} soft"] if soft and outcome.state == "passed" else []
        note = self._dim(f" ({'; '.join(notes)})") if notes else ""
        return f"  {self._mark(outcome.state)} {one_line(outcome.name)}{note}\n"

    def failures(self, outcomes: Iterable[Outcome]) -> str:
        """Return what failed, and what would have but is soft, each with its place."""
        blocks = [
            self._failure(outcome) for outcome in outcomes if outcome.state == "failed" or _softly(outcome)
        ]
        return "".join(f"\n{block}" for block in blocks)

    def _failure(self, outcome: Outcome) -> str:
        state = "failed" if outcome.state == "failed" else "passed"
        title = f"{one_line(outcome.file)}{self._arrow}{one_line(outcome.name)}"
        return f"{self._mark(state)} {self._paint('strong', title)}\n\n{self.problems(outcome)}"

    def problems(self, outcome: Outcome) -> str:
        """Return what does not hold of one outcome, and what kept it from running."""
        parts = [self._trouble(trouble) for trouble in outcome.troubles]
        parts += [self._verdict(outcome, verdict) for verdict in told(outcome.verdicts)]
        if outcome.case.test.threshold is not None and outcome.state == "failed":
            parts.append(f"the score is {outcome.score:.2f}; {outcome.case.test.threshold:g} is asked for\n")
        return "\n".join(parts)

    def _trouble(self, trouble: Trouble) -> str:
        found = Diagnostic("test", trouble.message, trouble.source, trouble.span, trouble.help)
        drawn = render_one(found, color=self._color, width=self._width)
        if trouble.cause is None:
            return drawn
        return drawn + "\n" + render_failure(trouble.cause, color=self._color, width=self._width)

    def _verdict(self, outcome: Outcome, verdict: Verdict) -> str:
        assertion, finding = verdict.assertion, verdict.finding
        source = outcome.case.source
        severity: Severity = "error" if verdict.fails else "warning"
        turn = "" if verdict.turn is None else f" (turn {verdict.turn})"
        found = Diagnostic(
            assertion.title,
            finding.fact + turn,
            source,
            assertion.span,
            None,
            severity,
        )
        lines = self._shown(verdict)
        drawn = render_one(found, color=self._color, width=self._width)
        return drawn + "".join(f"    {line}\n" for line in lines)

    def _shown(self, verdict: Verdict) -> list[str]:
        finding = verdict.finding
        if verdict.assertion.negated:
            return preview(finding.got) if finding.got is not None else []
        if finding.wanted is not None and finding.got is not None and finding.wanted != finding.got:
            return differences(finding.wanted, finding.got, self._paint)
        return preview(finding.got) if finding.got is not None and not verdict.inner else []

    def summary(self, summary: Summary) -> str:
        """Return the last line: how many of each, and how long it took."""
        counts = [
            self._paint(_STYLES[state], f"{summary.count(state)} {state}")  # type: ignore[arg-type]
            for state in ("passed", "failed", "skipped")
            if summary.count(state)
        ]
        return f"\n{', '.join(counts) or 'no tests'} in {_time(summary.seconds)}\n"

    def _mark(self, state: str) -> str:
        return self._paint(_STYLES[state], self._marks[state])  # type: ignore[arg-type]

    def _dim(self, text: str) -> str:
        return self._paint("gutter", text)


def told(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Yield the verdicts that did not pass; after a set, those in it."""
    for verdict in verdicts:
        if not verdict.passed:
            yield verdict
            yield from told(verdict.inner)


def _softly(outcome: Outcome) -> bool:
    return any(not verdict.passed for verdict in outcome.verdicts)


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"

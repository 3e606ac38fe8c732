"""What came of a test, and of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from turbo_yaml.errors import TurboError
from turbo_yaml.records import Record, field, replace
from turbo_yaml.source import Source, Span
from turbo_yaml.testing.cases import Case
from turbo_yaml.testing.judging import Verdict
from turbo_yaml.testing.stage.story import Story

State: TypeAlias = Literal["passed", "failed", "skipped"]


class Trouble(Record):
    """What kept a test from running as it was written, with its place in the test.

    `cause` is the failure of the flow, which has a place of its own.
    """

    message: str
    source: Source
    span: Span
    help: str | None = None
    cause: TurboError | None = None


class Outcome(Record, kw_only=True):
    """What came of one run of a test. `seconds` is the time of this machine."""

    case: Case
    file: str
    state: State
    score: float = 1.0
    verdicts: Sequence[Verdict] = ()
    troubles: Sequence[Trouble] = ()
    story: Story | None = None
    seconds: float = 0.0
    reason: str | None = None
    """Why it was skipped."""
    attempt: tuple[int, int] | None = None
    """Which run of how many this is."""

    @property
    def name(self) -> str:
        """The name of the test, with the number of its run where there are several."""
        if self.attempt is None:
            return self.case.name
        return f"{self.case.name} ({self.attempt[0]}/{self.attempt[1]})"

    def timed(self, seconds: float, attempt: tuple[int, int] | None) -> Outcome:
        """Return this outcome with the time that it took, and which run of several it was."""
        return replace(self, seconds=seconds, attempt=attempt)

    @property
    def line(self) -> int:
        """The line of the test's name."""
        return self.case.source.position(self.case.span.start).line

    def failing(self) -> list[Verdict]:
        """Return the verdicts that failed it."""
        return [verdict for verdict in self.verdicts if verdict.fails]


class Summary(Record, kw_only=True):
    """All outcomes, in the order of the files. `seconds` is the time that all took."""

    outcomes: Sequence[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, state: State) -> int:
        """Return how many tests came out so."""
        return sum(outcome.state == state for outcome in self.outcomes)

    @property
    def passed(self) -> bool:
        """Whether no test failed."""
        return not self.count("failed")

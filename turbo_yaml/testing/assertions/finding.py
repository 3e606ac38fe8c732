"""What an assertion looks at, and what it finds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from turbo_yaml.flow.nodes.tests import Assertion
from turbo_yaml.records import Record, field
from turbo_yaml.testing.stage.story import Story


class Finding(Record):
    """Whether it is so, in a sentence of what is. `wanted` and `got` are shown side by side where it is not.

    `score` is from 0 to 1; without one it is 1 for what is so and 0 for what is not.
    """

    holds: bool
    fact: str
    wanted: str | None = None
    got: str | None = None
    score: float | None = None


class Look(Record):
    """One assertion with its value made ready, and the run that it is about.

    `subject` is what it looks at: the result, or what its `of` says. `steps` are those that ran.
    """

    assertion: Assertion
    value: Any
    subject: Any
    story: Story
    steps: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The subject as text: data as JSON."""
        return shown(self.subject)

    @property
    def threshold(self) -> float:
        """The threshold, which has a default for the assertions that need one."""
        return self.assertion.threshold or 0.0


def shown(value: Any) -> str:
    """Return a value as text: text as it is, data as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def laid_out(value: Any) -> str:
    """Return a value as text to compare line by line: data as indented JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)


def quoted(text: str, most: int = 60) -> str:
    """Return text in backticks, on one line, cut where it is long."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "`" + short.replace("\n", "⏎") + "`"


def listed(texts: Sequence[str]) -> str:
    """Return texts in backticks, with commas."""
    return ", ".join(quoted(text) for text in texts)

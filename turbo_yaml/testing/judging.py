"""The assertions of a test and the story of a run to verdicts and a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from turbo_yaml.flow.assertions import GRADED
from turbo_yaml.flow.nodes import Named
from turbo_yaml.flow.nodes.tests import Assertion
from turbo_yaml.records import Record, replace
from turbo_yaml.runtime.failures import Failures, as_flow_error
from turbo_yaml.testing.assertions.finding import Finding, Look
from turbo_yaml.testing.assertions.graded import Ask, Embed, similar
from turbo_yaml.testing.assertions.registry import ASKED, PLAIN, WATCHED
from turbo_yaml.testing.snapshots import Snapshots
from turbo_yaml.testing.stage.script import NoReply
from turbo_yaml.testing.stage.story import Story
from turbo_yaml.testing.steps import StepTable
from turbo_yaml.testing.templates import Templates


class Verdict(Record, kw_only=True):
    """What came of one assertion. `skipped` says why nobody looked; `inner` are those of an `assert-set`."""

    assertion: Assertion
    finding: Finding
    passed: bool
    score: float
    skipped: str | None = None
    inner: tuple[Verdict, ...] = ()
    turn: int | None = None

    def of_turn(self, number: int) -> Verdict:
        """Return this verdict as one on a turn of the dialogue."""
        return replace(self, turn=number)

    @property
    def fails(self) -> bool:
        """Whether it fails its test."""
        return not (self.passed or self.assertion.soft or self.assertion.weight == 0)


class Means(Record, kw_only=True):
    """What judges may use: the compiled templates, the steps of the flows, models that grade, snapshots."""

    templates: Templates
    steps: StepTable
    snapshots: Snapshots
    ask: Ask | None = None
    embed: Embed | None = None


async def judge(
    assertions: Iterable[Assertion], story: Story, means: Means, name: str, case: Mapping[str, Any] | None
) -> list[Verdict]:
    """Return a verdict on each assertion. `name` is that of its snapshot, `case` the row that it runs for."""
    judging = _Judging(story, means, name, {} if case is None else {"case": case})
    return [await judging.verdict(assertion) for assertion in assertions]


def score_of(verdicts: Sequence[Verdict]) -> float:
    """Return the mean of the scores, by weight; 1 where nothing was looked at, 0 where nothing weighs."""
    looked = [verdict for verdict in verdicts if verdict.skipped is None]
    if not looked:
        return 1.0
    total = sum(verdict.assertion.weight for verdict in looked)
    return sum(verdict.score * verdict.assertion.weight for verdict in looked) / total if total else 0.0


def passes(verdicts: Sequence[Verdict], threshold: float | None) -> bool:
    """Tell whether enough holds: nothing fails, or with a threshold, the score reaches it."""
    if threshold is not None:
        return score_of(verdicts) >= threshold
    return not any(verdict.fails for verdict in verdicts)


class _Judging:
    """Judges one story; what several assertions need is made once."""

    def __init__(self, story: Story, means: Means, name: str, case: dict[str, Any]) -> None:
        self.story = story
        self.means = means
        self.name = name
        self.case = case
        self._names: dict[str, Any] | None = None
        self._steps: list[dict[str, Any]] | None = None

    @property
    def names(self) -> dict[str, Any]:
        """What templates and expressions may read."""
        if self._names is None:
            self._names = self.story.names() | self.case
            if self.story.marks is not None:
                self._names["steps"] = self.steps
        return self._names

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps that ran."""
        if self._steps is None:
            self._steps = self.means.steps.ran(self.story.marks or ())
        return self._steps

    async def verdict(self, assertion: Assertion) -> Verdict:
        """Return the verdict on one assertion."""
        if assertion.name == "assert-set":
            return await self._set(assertion)
        lacking = self._lacks(assertion)
        if lacking is not None:
            return Verdict(
                assertion=assertion, finding=Finding(False, lacking), passed=True, score=0.0, skipped=lacking
            )
        try:
            finding = await self._finding(assertion)
        except Failures as problem:
            finding = Finding(False, as_flow_error(problem).message)
            return Verdict(assertion=assertion, finding=finding, passed=False, score=0.0)
        passed = finding.holds != assertion.negated
        score = float(finding.holds) if finding.score is None else min(max(finding.score, 0.0), 1.0)
        score = 1 - score if assertion.negated else score
        return Verdict(assertion=assertion, finding=finding, passed=passed, score=score)

    def _lacks(self, assertion: Assertion) -> str | None:
        """Return why an assertion cannot be looked at here."""
        if assertion.name == "similar":
            return None if self.means.embed is not None else "needs a model: run with `--live`"
        if assertion.name in GRADED and self.means.ask is None:
            return "needs a model: run with `--live`, or give the test a `grader`"
        return None

    async def _set(self, assertion: Assertion) -> Verdict:
        inner = tuple([await self.verdict(one) for one in assertion.value])
        passed = passes(inner, assertion.threshold)
        score = score_of(inner)
        fact = f"the score of the set is {score:.2f}"
        return Verdict(
            assertion=assertion, finding=Finding(passed, fact), passed=passed, score=score, inner=inner
        )

    async def _finding(self, assertion: Assertion) -> Finding:
        name = assertion.name
        if name == "snapshot":
            return self.means.snapshots.compare(self.name, self.story.calls)
        look = self._look(assertion)
        if name in PLAIN:
            return PLAIN[name](look)
        if name == "similar":
            assert self.means.embed is not None
            return await similar(look, self.means.embed)
        assert self.means.ask is not None
        try:
            return await ASKED[name](look, self.means.ask)
        except NoReply as problem:
            return Finding(False, f"the `grader` has {problem.given} grades, and one more is needed")

    def _look(self, assertion: Assertion) -> Look:
        subject = self.story.result
        if assertion.of is not None:
            subject = self.means.templates.value(assertion.of, self.names)
        steps = self.steps if assertion.name in WATCHED else ()
        options = {
            name: self._rendered(name, value) if isinstance(value, tuple) else value
            for name, value in assertion.options.items()
        }
        return Look(assertion, self._value(assertion), subject, self.story, steps, options)

    def _value(self, assertion: Assertion) -> Any:
        """Return what stands under the head, its templates rendered."""
        value = assertion.value
        templates = self.means.templates
        if assertion.name in _TYPES:
            return value
        if isinstance(value, Named):
            return value.name, templates.text(value.value, self._known())
        if isinstance(value, dict):
            return {key: self._rendered(key, inner) for key, inner in value.items()}
        if assertion.name in _TEXTS:
            return templates.text(value, self._known())
        if isinstance(value, tuple):
            return [templates.text(one, self._known()) for one in value]
        return templates.value(value, self.names if assertion.name == "assert" else self._known())

    def _rendered(self, key: str, value: Any) -> Any:
        if isinstance(value, tuple):
            return [self.means.templates.text(one, self._known()) for one in value]
        return self.means.templates.value(value, self._known())

    def _known(self) -> Mapping[str, Any]:
        """Return the names for templates: of the run only where a test has rows, and so templates."""
        return self.names if self.case else {}


_TYPES = frozenset(("is-json", "contains-json"))
_TEXTS = frozenset(
    (
        "contains", "icontains", "starts-with", "ends-with", "regex", "levenshtein", "rouge-n", "question",
        "llm-rubric", "factuality",
    )
)  # fmt: skip

"""A test and its rows to cases: what is given, answered and replied, ready to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from turbo_yaml.errors import FlowError, UsageError
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.nodes.tests import Assertion, Test
from turbo_yaml.records import Record, field
from turbo_yaml.runtime.failures import Failures, as_flow_error, locate
from turbo_yaml.source import Source, Span
from turbo_yaml.testing.stage.rehearsal import Cue
from turbo_yaml.testing.templates import Templates
from turbo_yaml.types import Input
from turbo_yaml.types.text import read_text


class Case(Record, kw_only=True):
    """One run of a test. `row` is the row that it runs for, `problem` why it cannot run.

    `snapshot` is what its snapshots are called, unlike those of any other case of the file.
    """

    name: str
    snapshot: str = ""
    test: Test
    source: Source
    row: Mapping[str, Any] | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    cues: Sequence[Cue] = ()
    problem: FlowError | UsageError | None = None

    @property
    def span(self) -> Span:
        """The place of the test's name."""
        return self.test.span

    def expected(self) -> Iterator[Assertion]:
        """Yield all that is expected, in the order of the dialogue."""
        for turn in self.test.turns:
            yield from turn.expect
        yield from self.test.expect


def cases_of(
    test: Test, source: Source, rows: Mapping[str, Any], declared: Sequence[Input], templates: Templates
) -> Iterator[Case]:
    """Yield the cases of a test. `rows`: what files of rows hold; `declared`: the inputs of the flow."""
    if test.rows is None:
        yield _case(test, source, None, declared, templates)
        return
    taken = 0
    for row in _rows(test, rows):
        if test.rows.take is not None and taken >= test.rows.take:
            return
        try:
            kept = test.rows.where is None or templates.value(test.rows.where, {"case": row})
        except Failures as problem:
            yield Case(name=_plain(test), test=test, source=source, row=row, problem=_located(problem))
            continue
        if kept:
            taken += 1
            yield _case(test, source, row, declared, templates, number=taken)


def _rows(test: Test, files: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    rows = test.rows
    assert rows is not None
    if rows.path is None:
        yield from (item.data for item in rows.items)
        return
    found = files.get(rows.path)
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise UsageError(
            f"`{rows.path}` holds no list of rows", hint="each row is a mapping of names to values"
        )
    yield from found


def _case(
    test: Test,
    source: Source,
    row: Mapping[str, Any] | None,
    declared: Sequence[Input],
    templates: Templates,
    number: int = 0,
) -> Case:
    names = {} if row is None else {"case": row}
    try:
        name = templates.text(test.name, names)
        if isinstance(test.name, n.Constant) and row is not None:
            name = f"{name} [{number}]"
        return Case(
            name=name,
            test=test,
            source=source,
            row=row,
            inputs=_inputs(test, row, declared, templates, names),
            cues=_cues(test, row, templates, names),
        )
    except (UsageError, *Failures) as problem:
        return Case(name=_plain(test), test=test, source=source, row=row, problem=_located(problem))


def _located(problem: Exception) -> FlowError | UsageError:
    return problem if isinstance(problem, UsageError) else as_flow_error(locate(problem))


def _plain(test: Test) -> str:
    if isinstance(test.name, n.Constant):
        return str(test.name.data)
    return str(getattr(test.name, "plain", "a test"))


def _inputs(
    test: Test,
    row: Mapping[str, Any] | None,
    declared: Sequence[Input],
    templates: Templates,
    names: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the inputs: those of `with`, else the columns of the row that are called as inputs."""
    if test.given is not None or row is None:
        return {given.name: templates.value(given.value, names) for given in test.inputs}
    wanted = {given.name: given for given in declared}
    is_table = test.rows is not None and (test.rows.path or "").lower().endswith(".csv")
    return {
        name: read_text(wanted[name].schema, value, name) if is_table and isinstance(value, str) else value
        for name, value in row.items()
        if name in wanted
    }


def _cues(
    test: Test, row: Mapping[str, Any] | None, templates: Templates, names: Mapping[str, Any]
) -> list[Cue]:
    if test.turns:
        return [
            Cue(
                None if turn.answer is None else templates.value(turn.answer, names),
                [reply.data for reply in turn.replies],
            )
            for turn in test.turns
        ]
    replies = [reply.data for reply in test.replies] or _column(row, "model")
    answers = [templates.value(answer, names) for answer in test.answers] or _column(row, "input")
    return [Cue(replies=replies), *(Cue(answer) for answer in answers)]


def _column(row: Mapping[str, Any] | None, name: str) -> list[Any]:
    """Return what a row itself brings of replies or answers, of which it may have one or a list."""
    found = None if row is None else row.get(name)
    return [] if found is None else found if isinstance(found, list) else [found]

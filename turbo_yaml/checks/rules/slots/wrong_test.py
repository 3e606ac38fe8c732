"""A test that gives a flow what it does not take, or names what is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic, nearest
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.errors import UsageError
from turbo_yaml.flow import nodes as n
from turbo_yaml.flow.assertions import NAMES
from turbo_yaml.flow.nodes.tests import Assertion, Test
from turbo_yaml.flow.vocabulary import HEADS
from turbo_yaml.flow.walk import steps
from turbo_yaml.records import Record
from turbo_yaml.source import Source, Span
from turbo_yaml.template import Expression, Text, reads
from turbo_yaml.types import Input
from turbo_yaml.types.filling import fill
from turbo_yaml.types.text import read_text
from turbo_yaml.types.validation import goes_beyond, problems

RULE = Rule("wrong-test", "error", "A test gives its flow what it does not take, or names what is not there.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what tests give to inputs that do not take it, the inputs they leave out, and unknown names."""
    if not subject.declared or not subject.clean:
        return  # an input that does not fit may be what was reported
    told: set[str] = set()
    for finding in misfits(subject.file.tests, subject.file, subject.source, subject.rows):
        about = finding.message.partition(":")[0]
        if about not in told:
            yield finding  # where the same is said of several tests, it is the input that is wrong
        told.add(about)


def misfits(
    tests: Iterable[Test], file: n.FlowFile, source: Source, rows: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    """Yield what is wrong with tests, which stand in `source`, of the flows of a file.

    `rows`: what their files of rows hold, by path, as far as they could be read.
    """
    for test in tests:
        yield from _Look(test, file, source, rows).all()


class _Look(Record):
    """Looks at one test."""

    test: Test
    file: n.FlowFile
    source: Source
    rows: Mapping[str, Any]

    def all(self) -> Iterator[Diagnostic]:
        """Yield all that is wrong."""
        flow = self.file.main if self.test.flow is None else self.file.flows.get(self.test.flow)
        if flow is None:
            assert self.test.flow is not None and self.test.flow_span is not None
            help_ = did_you_mean(self.test.flow, self.file.flows) or "there are no flows under `flows:`"
            yield self.at(self.test.flow_span, f"there is no local flow `{self.test.flow}`", help_)
        else:
            yield from self.inputs(flow)
        yield from self.tools()
        yield from self.names()
        if not self.file.uses:
            yield from self.steps()

    def at(self, span: Span, message: str, help: str | None = None) -> Diagnostic:
        """Return a finding at a place of the test."""
        return RULE.at(self.source, span, message, help)

    # Inputs --------------------------------------------------------------------------------------------

    def inputs(self, flow: n.Flow) -> Iterator[Diagnostic]:
        """Yield the inputs that the flow does not have, those that do not fit, and those that are missing."""
        wanted = {given.name: given for given in flow.inputs}
        test = self.test
        for given in test.inputs:
            if given.name not in wanted:
                help_ = did_you_mean(given.name, wanted)
                yield self.at(given.span, f"the flow takes no input `{given.name}`", help_)
            elif isinstance(given.value, n.Constant):
                yield from self.fits(given.value.data, wanted[given.name], given.value.span)
        rows = self.given_rows()
        if rows is None:
            return  # what the rows hold is not known
        for row, span in rows:
            for name in row.keys() & wanted.keys():
                yield from self.fits(row[name], wanted[name], span)
        there = {given.name for given in test.inputs} | {name for row, _ in rows for name in row}
        misspelt = {nearest(name, wanted) for name in there - wanted.keys()} - {None}
        missing = [name for name in wanted if wanted[name].required and name not in there | misspelt]
        if missing:
            names = ", ".join(f"`{name}`" for name in missing)
            yield self.at(test.given or test.span, f"the test does not give {names}", "add it under `with`")

    def given_rows(self) -> list[tuple[Mapping[str, Any], Span]] | None:
        """Return the rows whose columns are inputs, each with its place; None where they are not known."""
        rows = self.test.rows
        if rows is None or self.test.given is not None:
            return []
        if rows.path is None:
            return [(item.data, item.span) for item in rows.items]
        found = self.rows.get(rows.path)
        if not isinstance(found, list):
            return None
        return [(row, rows.span) for row in found if isinstance(row, Mapping)]

    def fits(self, data: Any, wanted: Input, span: Span) -> Iterator[Diagnostic]:
        """Yield why data is not what an input takes, if so."""
        if goes_beyond(wanted.schema) or (data is None and not wanted.required):
            return
        if self.is_table and isinstance(data, str) and self.test.given is None:
            try:
                read_text(wanted.schema, data, wanted.name)
            except UsageError as problem:
                yield self.at(span, problem.message)
            return
        found = problems(wanted.schema, fill(wanted.schema, data))
        if found:
            yield self.at(span, f"the input `{wanted.name}` cannot be this: {found[0].message}")

    @property
    def is_table(self) -> bool:
        """Whether the rows come from a CSV file, in which all is text."""
        rows = self.test.rows
        return rows is not None and rows.path is not None and rows.path.lower().endswith(".csv")

    # Tools ---------------------------------------------------------------------------------------------

    def tools(self) -> Iterator[Diagnostic]:
        """Yield the results of tools that the file does not declare."""
        span = self.test.tools_span
        if span is None or self.file.uses:
            return
        declared = self.file.tools
        given = any(tool.kind == "caller" for tool in declared.values())
        servers = [name for name, tool in declared.items() if tool.kind == "mcp"]
        for name in self.test.tools:
            if name not in declared and not given and name.partition(".")[0] not in servers:
                help_ = did_you_mean(name, declared) or "declare it under `tools:` of the flow"
                if servers:
                    help_ = f"a tool of a server has its name before its own, as in `{servers[0]}.{name}`"
                yield self.at(span, f"the flow declares no tool `{name}`", help_)

    # Names ---------------------------------------------------------------------------------------------

    def names(self) -> Iterator[Diagnostic]:
        """Yield the names in templates and expressions that a test does not have."""
        test = self.test
        before = [test.name, *(given.value for given in test.inputs), *test.answers]
        before += [turn.answer for turn in test.turns if turn.answer is not None]
        if test.rows is not None and test.rows.where is not None:
            before.append(test.rows.where)  # type: ignore[arg-type]
        for text in _texts(before):
            yield from self.reads(text, ("case",))
        known = [name for name in NAMES if name != "case" or test.rows is not None]
        for assertion in _assertions(test):
            for text in _texts((assertion.of, assertion.value, *assertion.options.values())):
                yield from self.reads(text, known)

    def reads(self, text: Text | Expression, known: Iterable[str]) -> Iterator[Diagnostic]:
        """Yield the names that are read and are none of those known."""
        known = tuple(known)
        for read in reads(text):
            if not read.soft and read.name not in known:
                help_ = did_you_mean(read.name, known)
                yield self.at(read.span, f"a test has no `{read.name}` here", help_)

    # Steps ---------------------------------------------------------------------------------------------

    def steps(self) -> Iterator[Diagnostic]:
        """Yield the steps that assertions name and the file does not have."""
        flows = (self.file.main, *self.file.flows.values())
        all_steps = [step for flow in flows for step in steps(flow.steps)]
        if any(
            isinstance(step, n.Include | n.Call | n.Handoff) and "/" in step.flow.name for step in all_steps
        ):
            return
        ids = {step.id for step in all_steps if step.id is not None}
        for assertion in _assertions(self.test):
            for name in _steps_named(assertion):
                if name not in ids and name not in HEADS:
                    help_ = did_you_mean(name, [*ids, *HEADS]) or "give the step an `id:`"
                    yield self.at(assertion.span, f"no step has the id `{name}`, and it is no head", help_)


def _texts(values: Iterable[Any]) -> Iterator[Text | Expression]:
    """Yield the templates and expressions in values of every kind."""
    for value in values:
        match value:
            case Text() | Expression():
                yield value
            case n.ListValue():
                yield from _texts(value.items)
            case n.MapValue():
                yield from _texts(entry.value for entry in value.entries)
            case n.Named():
                yield from _texts((value.value,))
            case tuple():
                yield from _texts(value)
            case dict():
                yield from _texts(value.values())


def _assertions(test: Test) -> Iterator[Assertion]:
    for assertion in (*test.expect, *(one for turn in test.turns for one in turn.expect)):
        yield from _with_inner(assertion)


def _with_inner(assertion: Assertion) -> Iterator[Assertion]:
    yield assertion
    if assertion.name == "assert-set":
        for inner in assertion.value:
            yield from _with_inner(inner)


def _steps_named(assertion: Assertion) -> Iterator[str]:
    """Yield the names of steps that are written as they are, not as templates."""
    value: Any = assertion.value
    if assertion.name == "trajectory:step-used":
        named = value
    elif assertion.name == "trajectory:step-sequence":
        named = value["steps"]
    elif assertion.name == "trajectory:step-count" and "step" in value:
        named = [n.Constant(value["step"], assertion.span)]
    else:
        return
    yield from (one.data for one in named if isinstance(one, n.Constant))

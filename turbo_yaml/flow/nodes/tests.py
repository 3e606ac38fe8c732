"""Tests in their typed form: what is given to a flow, what the model says, what must hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turbo_yaml.flow.nodes.files import FileRef
from turbo_yaml.flow.nodes.values import Constant, Named, Value
from turbo_yaml.records import Record, field
from turbo_yaml.source import Source, Span
from turbo_yaml.template import Expression


class Assertion(Record, kw_only=True):
    """One thing that must hold. `span` is that of its head.

    `value` is what stands under the head: a value, a type, an expression, a number, or other assertions.
    `number` is that of the message it is about. `options` are the keys beside it.
    """

    name: str
    span: Span
    value: Any = None
    negated: bool = False
    number: int | None = None
    of: Expression | None = None
    weight: float = 1.0
    soft: bool = False
    threshold: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The head as it is written."""
        name = self.name if self.number is None else f"messages[{self.number}]"
        return f"not-{name}" if self.negated else name


class TestTurn(Record, kw_only=True):
    """What happens up to the next question: the answer before it, the model's replies, what must hold."""

    __test__ = False

    span: Span
    answer: Value | None = None
    replies: tuple[Constant, ...] = ()
    expect: tuple[Assertion, ...] = ()


class Rows(Record, kw_only=True):
    """The rows that a test runs for: written here, or in a file."""

    span: Span
    items: tuple[Constant, ...] = ()
    path: str | None = None
    where: Expression | None = None
    take: int | None = None


class Test(Record, kw_only=True):
    """One test. `given` and `span` are the places of its `with` and of its name.

    With `rows` its texts are templates over `case`; without, all is as written. Replies are never templates.
    """

    __test__ = False

    name: Value
    span: Span
    flow: str | None = None
    flow_span: Span | None = None
    inputs: tuple[Named, ...] = ()
    given: Span | None = None
    turns: tuple[TestTurn, ...] = ()
    replies: tuple[Constant, ...] = ()
    answers: tuple[Value, ...] = ()
    tools: Mapping[str, Any] = field(default_factory=dict)
    tools_span: Span | None = None
    rows: Rows | None = None
    live: bool = False
    grader: tuple[Constant, ...] | None = None
    threshold: float | None = None
    expect: tuple[Assertion, ...] = ()


class TestFile(Record, kw_only=True):
    """A file of tests, and the flow that they are about."""

    __test__ = False

    source: Source
    flow: FileRef
    tests: tuple[Test, ...] = ()

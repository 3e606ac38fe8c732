"""A scalar of a flow file as a template or as an expression, whose every part knows its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from turbo_yaml.records import Record, field
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Scalar

if TYPE_CHECKING:
    from jinja2 import nodes

    from turbo_yaml.template.places import Places

ReadInclude: TypeAlias = Callable[[str, Span], "Source | str"]
"""Takes the name of an included file and its place; returns the file, or a sentence that says why not."""


class Text(Record):
    """A text slot: plain text (`tree` is None), or a template. `plain` is what the author wrote, decoded."""

    source: Source
    scalar: Scalar
    plain: str
    tree: nodes.Template | None = None
    single: nodes.Expr | None = None
    """The expression, if the text is exactly one `{{ expression }}`: then its value keeps its type."""
    includes: Mapping[int, Text] = field(default_factory=dict)
    """The included texts, by the identity of the `Include` node."""
    places: Places | None = None

    @property
    def span(self) -> Span:
        """The place of the whole scalar."""
        return self.scalar.span

    def span_of(self, node: nodes.Node) -> Span:
        """Return the exact place of a node of `tree` in the file; a statement's is its first tag."""
        return self.scalar.span if self.places is None else self.places.of(node)

    def name_span_of(self, node: nodes.Node) -> Span:
        """Return the place of the name that a node adds: its attribute, filter, test or keyword."""
        return self.scalar.span if self.places is None else self.places.of_name(node)


class Expression(Record):
    """A condition or a list: a Jinja expression without `{{ }}`."""

    source: Source
    scalar: Scalar
    node: nodes.Expr
    places: Places

    @property
    def span(self) -> Span:
        """The place of the whole scalar."""
        return self.scalar.span

    def span_of(self, node: nodes.Node) -> Span:
        """Return the exact place of a node in the file."""
        return self.places.of(node)

    def name_span_of(self, node: nodes.Node) -> Span:
        """Return the place of the name that a node adds: its attribute, filter, test or keyword."""
        return self.places.of_name(node)

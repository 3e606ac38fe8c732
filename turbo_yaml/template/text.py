"""A scalar of a flow file as a template or as an expression, whose every part knows its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Scalar
from turbo_yaml.syntax.scalarmap import offset_map

if TYPE_CHECKING:
    from jinja2 import nodes

    from turbo_yaml.template.extents import Extents
    from turbo_yaml.template.stream import Tokens

ReadInclude: TypeAlias = Callable[[str, Span], "Source | str"]
"""Takes the name of an included file and its place; returns the file, or a sentence that says why not."""


class Places:
    """Where a template's characters stand in the file, and the nodes of its tree; worked out when asked."""

    __slots__ = ("_extents", "_offsets", "_scalar", "_source", "_tokens")

    def __init__(
        self, source: Source, scalar: Scalar, tokens: Tokens | None, whole_file: bool = False
    ) -> None:
        self._source = source
        self._scalar = scalar
        self._tokens = tokens
        self._extents: Extents | None = None
        self._offsets: Sequence[int] | bool | None = range(len(source.text) + 1) if whole_file else False

    def span(self, start: int, end: int) -> Span:
        """Return the place in the file of the template's characters from `start` to `end`."""
        offsets = self._offsets
        if offsets is False:
            self._offsets = offsets = offset_map(self._source.text, self._scalar)
        if not offsets or offsets is True:
            return self._scalar.span
        if start >= len(offsets):
            return Span(self._scalar.end, self._scalar.end)
        first = offsets[start]
        if end <= start:
            return Span(first, first)
        last = offsets[end - 1]
        return Span(first, max(last + _width(self._source.text, last, self._scalar.style), first))

    def of(self, node: nodes.Node) -> Span:
        """Return the place in the file of a node of the tree."""
        extents = self.extents
        if extents is None:
            return self._scalar.span
        return self.span(*extents.of(node))

    def of_name(self, node: nodes.Node) -> Span:
        """Return the place of the name that a node adds: its attribute, filter, test or keyword."""
        extents = self.extents
        if extents is None:
            return self._scalar.span
        return self.span(*extents.of_name(node))

    @property
    def extents(self) -> Extents | None:
        """The extents of the tree's nodes."""
        if self._extents is None and self._tokens is not None:
            from turbo_yaml.template.extents import Extents

            self._extents = Extents(self._tokens)
        return self._extents


@dataclass(frozen=True, slots=True)
class Text:
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


@dataclass(frozen=True, slots=True)
class Expression:
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


def _width(text: str, at: int, style: str) -> int:
    """Return how many characters of the file the decoded character at `at` takes."""
    if style == '"' and text[at] == "\\":
        return {"x": 4, "u": 6, "U": 10}.get(text[at + 1 : at + 2], 2)
    return 2 if style == "'" and text[at : at + 2] == "''" else 1

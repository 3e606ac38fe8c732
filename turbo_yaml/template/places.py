"""Where the characters of a template stand in the file, and the nodes of its tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jinja2 import nodes

from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Scalar
from turbo_yaml.syntax.scalarmap import offset_map
from turbo_yaml.template.shortcut import Shortcut

if TYPE_CHECKING:
    from turbo_yaml.template.extents import Extents
    from turbo_yaml.template.stream import Tokens


class Places:
    """The places of one template, worked out when they are asked for."""

    __slots__ = ("_extents", "_offsets", "_scalar", "_shift", "_source", "_tokens", "shortcut")

    def __init__(
        self,
        source: Source,
        scalar: Scalar,
        tokens: Tokens | None,
        *,
        whole_file: bool = False,
        shortcut: Shortcut | None = None,
    ) -> None:
        self._source = source
        self._scalar = scalar
        self._tokens = tokens
        self.shortcut = shortcut
        self._extents: Extents | None = None
        self._offsets: Sequence[int] | None = None
        self._shift: int | None = 0 if whole_file else None
        """Where the template begins, if its characters stand in the file as they are."""

    def span(self, start: int, end: int) -> Span:
        """Return the place in the file of the template's characters from `start` to `end`."""
        if self._shift is None and self._offsets is None:
            self._map()
        if (shift := self._shift) is not None:
            return Span(start + shift, end + shift)
        offsets = self._offsets
        if not offsets:
            return self._scalar.span
        first = offsets[min(start, len(offsets) - 1)]
        if end <= start:
            return Span(first, first)
        last = offsets[min(end, len(offsets)) - 1]
        return Span(first, max(last + _width(self._source.text, last, self._scalar.style), first))

    def _map(self) -> None:
        offsets = offset_map(self._source.text, self._scalar)
        if isinstance(offsets, range):
            self._shift = offsets.start
        else:
            self._offsets = offsets or ()

    def of(self, node: nodes.Node) -> Span:
        """Return the place in the file of a node of the tree."""
        if self.shortcut is not None:
            extent = self.shortcut.extents.get(id(node))
            return self._scalar.span if extent is None else self.span(*extent)
        if type(node) is nodes.Name:
            return self.span(node.lineno, node.lineno + len(node.name))
        extents = self.extents
        return self._scalar.span if extents is None else self.span(*extents.of(node))

    def of_name(self, node: nodes.Node) -> Span:
        """Return the place of the name that a node adds: its attribute, filter, test or keyword."""
        if self.shortcut is not None:
            return self._name_after_shortcut(node)
        extents = self.extents
        return self._scalar.span if extents is None else self.span(*extents.of_name(node))

    def _name_after_shortcut(self, node: nodes.Node) -> Span:
        if isinstance(node, nodes.Getattr):
            return self.span(node.lineno + 1, node.lineno + 1 + len(node.attr))
        if isinstance(node, nodes.Filter):
            return self.span(node.lineno, node.lineno + len(node.name))
        return self.of(node)

    @property
    def extents(self) -> Extents | None:
        """The extents of the tree's nodes; None where there is no tree."""
        if self._extents is None and self._tokens is not None:
            from turbo_yaml.template.extents import Extents

            self._extents = Extents(self._tokens)
        return self._extents


def _width(text: str, at: int, style: str) -> int:
    """Return how many characters of the file the decoded character at `at` takes."""
    if style == '"' and text[at] == "\\":
        return {"x": 4, "u": 6, "U": 10}.get(text[at + 1 : at + 2], 2)
    return 2 if style == "'" and text[at : at + 2] == "''" else 1

"""Anchors, aliases and tags: what an alias stands for, how much it counts, which tags there are."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.source import Span
from turbo_yaml.syntax.tree import Node, Scalar, children

UNFINISHED: Final = -1
"""The end of a collection that is still being filled."""

_TAG: Final = r"![A-Za-z][A-Za-z0-9_-]*"
_ANCHOR: Final = r"&\S+(?:\s+(?:#.*)?)*"


class Labels:
    """The anchors of one text, with the size of what they name."""

    __slots__ = ("_anchors", "_measures", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._anchors: dict[str, Node] = {}
        self._measures: dict[int, tuple[int, int]] = {}

    def keep(self, node: Node, anchor: str | None) -> Span | None:
        """Remember a node by its anchor; take away a tag that is not `!word`, and return its place."""
        if anchor is not None:
            self._anchors[anchor] = node
        if node.tag is None:
            return None
        text, at = self._text, node.start
        if anchor is not None and (match := re.compile(_ANCHOR).match(text, at)):
            at = match.end()
        written = re.compile(r"\S*").match(text, at)
        assert written is not None
        # The parsers decode a tag each in its own way, so what counts is what is written.
        if written.group() == node.tag and re.fullmatch(_TAG, node.tag):
            return None
        node.tag = None
        return Span(*written.span())

    def resolved(self, anchor: str) -> tuple[Node | None, str | None]:
        """Return what an alias stands for, or why it stands for nothing."""
        node, shown = self._anchors.get(anchor), anchor[:40]
        if node is None:
            problem = f"YAML reads `*{shown}` as an alias, and nothing before it is named `&{shown}`"
            return None, problem
        if node.end == UNFINISHED:
            return None, f"the alias `*{shown}` stands inside what it names"
        return node, None

    def measure(self, node: Node) -> tuple[int, int]:
        """Return how many nodes a finished node has and how many levels, aliases written out."""
        if isinstance(node, Scalar):
            return 1, 0
        known = self._measures.get(id(node))
        if known is None:
            measures = [self.measure(child) for child in children(node)]
            size = 1 + sum(size for size, _ in measures)
            known = size, 1 + max((height for _, height in measures), default=0)
            self._measures[id(node)] = known
        return known

"""The source tree: what a YAML text says, each node with its place in it."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from turbo_yaml.source import Span


class Scalar:
    """Text as written: decoded, but not yet read as a number, a boolean or null."""

    __slots__ = ("end", "start", "style", "tag", "text")

    def __init__(self, text: str, start: int, end: int, style: str, tag: str | None = None) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.style = style
        """`""` plain, `"'"` or `'"'` quoted, `"|"` literal, `">"` folded; `"broken"`: it could not be read.

        A broken scalar was reported already: a value, an item, or a key where the map lost an entry.
        """
        self.tag = tag

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Sequence:
    """A list of nodes."""

    __slots__ = ("end", "flow", "items", "start", "tag")

    def __init__(self, items: list[Node], start: int, end: int, flow: bool, tag: str | None = None) -> None:
        self.items = items
        self.start = start
        self.end = end
        self.flow = flow
        self.tag = tag

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Entry(NamedTuple):
    """A key and its value."""

    key: Scalar
    value: Node


class Mapping:
    """Keys to values, in the order written; keys are text and each is there once."""

    __slots__ = ("end", "entries", "flow", "start", "tag")

    def __init__(
        self, entries: dict[str, Entry], start: int, end: int, flow: bool, tag: str | None = None
    ) -> None:
        self.entries = entries
        self.start = start
        self.end = end
        self.flow = flow
        self.tag = tag

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None where the key is not there."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value


Node: TypeAlias = Scalar | Sequence | Mapping


def children(node: Node) -> list[Node]:
    """Return the items of a sequence or the values of a mapping."""
    if isinstance(node, Sequence):
        return node.items
    return [entry.value for entry in node.entries.values()] if isinstance(node, Mapping) else []

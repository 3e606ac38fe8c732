"""The events of a YAML text to its pieces, each with its place, as it was written: nothing is resolved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from turbo_yaml.records import Record, field
from turbo_yaml.syntax.composer import event_stream
from turbo_yaml.syntax.scalarmap import content_start
from turbo_yaml.syntax.tree import Scalar

Kind = Literal["scalar", "alias", "list", "map"]


class Piece(Record, frozen=False):
    """A scalar, an alias, or a collection; the children of a map are its keys and values by turns.

    `labels` is its tag and anchor as written. A block collection ends where its last child does.
    """

    kind: Kind
    start: int
    end: int
    content: int
    labels: str = ""
    flow: bool = False
    text: str = ""
    style: str = ""
    children: list[Piece] = field(default_factory=list)

    @property
    def absent(self) -> bool:
        """Whether nothing is written here: the value of `key:` alone."""
        return self.kind == "scalar" and self.start == self.end

    @property
    def entries(self) -> Iterator[tuple[Piece, Piece]]:
        """The keys of a map with their values."""
        return zip(self.children[::2], self.children[1::2], strict=True)


class Document(Record):
    """The pieces of a text. `marker`: where its `---` stands, or -1."""

    root: Piece | None
    marker: int


_OPENING: Final = {"MappingStartEvent": "map", "SequenceStartEvent": "list"}


def read_pieces(text: str) -> Document:
    """Return the pieces of a text that has no mistakes."""
    next_event = event_stream(text, pure=False)
    root: Piece | None = None
    marker = -1
    stack: list[Piece] = []
    while (name := type(event := next_event()).__name__) != "StreamEndEvent":
        if name == "DocumentStartEvent" and event.explicit:
            marker = text.find("---", event.start_mark.index)
        if name.endswith("EndEvent") and name not in ("DocumentEndEvent",):
            _close(stack.pop(), event)
        if name not in ("ScalarEvent", "AliasEvent", *_OPENING):
            continue
        piece = _piece(text, event, name)
        if stack:
            stack[-1].children.append(piece)
        else:
            root = piece
        if name in _OPENING:
            stack.append(piece)
    return Document(root, marker)


def _piece(text: str, event: Any, name: str) -> Piece:
    start, end = event.start_mark.index, event.end_mark.index
    if name == "AliasEvent":
        return Piece("alias", start, end, start)
    if name in _OPENING:
        content = content_start(text, Scalar("", start, len(text), "")) if _labelled(event) else start
        kind: Any = _OPENING[name]
        return Piece(kind, start, end, content, text[start:content].strip(), bool(event.flow_style))
    style = event.style or ""
    if style in ("|", ">"):
        end = start + len(text[start:end].rstrip(" \r\n"))
    content = content_start(text, Scalar("", start, end, style))
    return Piece("scalar", start, end, content, text[start:content].strip(), False, event.value, style)


def _labelled(event: Any) -> bool:
    return event.anchor is not None or event.tag is not None


def _close(piece: Piece, event: Any) -> None:
    """End a collection at its bracket, or where its last child ends."""
    end = event.end_mark.index
    piece.end = end if piece.flow else max((child.end for child in piece.children), default=piece.end)

"""A text with some of its parts replaced."""

from __future__ import annotations

from collections.abc import Iterable

from turbo_yaml.records import Record
from turbo_yaml.source import Span


class Edit(Record):
    """The part of a text to replace, and what takes its place."""

    span: Span
    text: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return a text after some edits, none of which may overlap another."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        assert at <= edit.span.start <= edit.span.end <= len(text)
        pieces += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*pieces, text[at:]])


def overlap(one: Edit, other: Edit) -> bool:
    """Tell whether two edits touch the same character, or the same place between two."""
    if one.span == other.span:
        return True
    return one.span.start < other.span.end and other.span.start < one.span.end

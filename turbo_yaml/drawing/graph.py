"""Boxes and arrows, before anybody knows where they are drawn."""

from __future__ import annotations

from typing import Literal, TypeAlias

from turbo_yaml.records import Record, field

Kind: TypeAlias = Literal["start", "end", "note", "turn", "ask", "choice", "loop", "fork", "other", "fail"]


class Box(Record):
    """One box: `lines` is the text in it, as it stands in the flow and not yet escaped."""

    name: str
    kind: Kind
    lines: tuple[str, ...]


class Arrow(Record):
    """An arrow between two boxes. `back`: to where a loop begins; `aside`: into another flow."""

    start: str
    end: str
    label: str = ""
    back: bool = False
    aside: bool = False


class Group(Record, frozen=False):
    """The boxes of one flow."""

    name: str
    title: str
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)


class Graph(Record, frozen=False):
    """The flows of a file and those that they lead to, the main one first; `arrows` go between them."""

    groups: list[Group] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)

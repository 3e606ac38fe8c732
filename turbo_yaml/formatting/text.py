"""A text to the same text as the house writes it; one that cannot be held to mean the same stays as it is."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.formatting.gaps import read_gap
from turbo_yaml.formatting.layout import Layout, Odd
from turbo_yaml.formatting.pieces import Piece, read_pieces
from turbo_yaml.formatting.shape import shape_of
from turbo_yaml.source import Source
from turbo_yaml.syntax.loader import parse_yaml

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def format_text(text: str) -> tuple[str | None, str | None]:
    """Return a YAML text without mistakes as the house writes it, or None and why it stays as it is.

    What it says, its comments and their order stay, and so does the way in which its lines end.
    """
    end = _most_common_end(text)
    plain = _LINE_END.sub("\n", text)
    try:
        new = _laid_out(plain)
    except Odd as odd:
        return None, str(odd)
    again, found = parse_yaml(Source("", new))
    before, _ = parse_yaml(Source("", plain))
    if found or shape_of(before) != shape_of(again) or comments(plain) != comments(new):
        return None, "it could not be written in another way with the same meaning"
    return (new if end == "\n" else new.replace("\n", end)), None


def comments(text: str) -> list[str]:
    """Return the comments of a text without mistakes, in order."""
    found: list[str] = []
    at = 0
    for piece in _tokens(read_pieces(text).root):
        found += _comments_between(text, at, max(piece.start, at))
        if piece.style in ("|", ">"):
            header = text[piece.content : piece.end].partition("\n")[0]
            found += [f"#{header.partition('#')[2].rstrip()}"] if "#" in header else []
        at = max(at, piece.end)
    return found + _comments_between(text, at, len(text))


def _comments_between(text: str, start: int, end: int) -> list[str]:
    gap = read_gap(text, start, end)
    return [one for one in (gap.behind.strip(), *(remark.text for remark in gap.remarks)) if one]


def _tokens(piece: Piece | None) -> list[Piece]:
    """Return the scalars and aliases of a piece, in order."""
    if piece is None:
        return []
    if piece.kind in ("scalar", "alias"):
        return [piece]
    return [token for child in piece.children for token in _tokens(child)]


def _laid_out(text: str) -> str:
    lines = Layout(text).write(read_pieces(text))
    return "\n".join(lines) + "\n"


def _most_common_end(text: str) -> str:
    ends = _LINE_END.findall(text)
    return max(("\n", "\r\n", "\r"), key=ends.count)

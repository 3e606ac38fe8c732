"""The pieces of a text to its lines as the house writes them, with every comment."""

from __future__ import annotations

from typing import Final

from turbo_yaml.formatting.gaps import Gap, Remark, read_gap
from turbo_yaml.formatting.pieces import Document, Piece
from turbo_yaml.formatting.scalars import STEP, as_block, inline, key_text, lines_of_block

WIDTH: Final = 120
"""Characters after which prose is folded, and what stands in brackets is written below one another."""


class Odd(Exception):
    """A way to write YAML that is left as it is."""


class Layout:
    """Writes the lines of one text, from its first piece to its last."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[str] = []
        self._line: str | None = None
        """The line that is being written: what stands behind its last piece is not known yet."""
        self._at = 0
        """Where in the text the last piece ends that was written."""
        self._levels: list[tuple[int, int]] = []
        """Of the open collections: the column they had, and the one they get."""
        self._before: list[tuple[int, int]] = []
        """The levels at the last piece."""
        self._kept = 0
        """How many lines may not be changed: empty lines at the end of a block can belong to it."""

    def write(self, document: Document) -> list[str]:
        """Return the lines of a text."""
        root = document.root
        if document.marker >= 0:
            self._between(document.marker, 0)
            self._line = "---"
            self._at = document.marker + len(self._line)
        if root is not None:
            self._between(root.content, 0)
            self._line = root.labels
            if root.labels and root.kind in ("map", "list") and not root.flow:
                self._end_line()
            self._value(root, 0, 0)
        self._between(len(self._text), 0)
        while len(self._lines) > self._kept and not self._lines[-1]:
            self._lines.pop()
        return self._lines

    # Collections ---------------------------------------------------------------------------------------

    def _map(self, piece: Piece, column: int) -> None:
        """Write the entries of a map; the first goes on in the line that has been begun."""
        self._levels.append((self._column(piece), column))
        for number, (key, value) in enumerate(piece.entries):
            if number:
                self._between(key.start, column)
                self._line = " " * column
            name = key_text(self._text, key)
            if name is None or key.style in ("|", ">"):
                raise Odd("a key has more than one line")
            self._put(f"{name}:", key.end)
            self._value(value, column, column + STEP)
        self._levels.pop()

    def _list(self, piece: Piece, column: int) -> None:
        self._levels.append((self._column(piece), column))
        for number, item in enumerate(piece.children):
            if number:
                self._between(item.content if item.kind in ("map", "list") else item.start, column)
                self._line = " " * column
            self._put("-", self._at)
            self._value(item, column, column + STEP, item=True)
        self._levels.pop()

    def _column(self, piece: Piece) -> int:
        """Return the column that a collection has in the text."""
        return piece.content - (self._text.rfind("\n", 0, piece.content) + 1)

    # Values --------------------------------------------------------------------------------------------

    def _value(self, piece: Piece, column: int, below: int, *, item: bool = False) -> None:
        """Write what follows a key or a dash: on its line, or in the lines below, further in."""
        if piece.absent:
            return
        fits = False
        if not (piece.kind in ("map", "list") and not piece.flow):
            written = self._inline(piece, brackets=False)
            fits = written is not None and len(self._line or "") + 1 + len(written) <= WIDTH
            block = as_block(self._text, piece, WIDTH - below, fits)
            if written is not None and block is None and (fits or piece.kind in ("scalar", "alias")):
                self._hoist(piece.start)
                self._put(f" {written}" if self._line else written, piece.end)
                return
        if piece.kind == "scalar":
            self._block(piece, column, below, block)
        else:
            self._collection(piece, column, below, item)

    def _block(self, piece: Piece, column: int, below: int, made: tuple[str, list[str]] | None) -> None:
        self._hoist(piece.start)
        header, lines = made or lines_of_block(self._text, piece, self._line_end(piece.end))
        self._put(f" {header}", piece.end)
        if made is not None:
            self._claim_comment()
        self._end_line()
        self._lines += [(" " * below + line) if line else "" for line in lines]
        if "+" in header.partition("#")[0]:
            self._kept = len(self._lines)

    def _collection(self, piece: Piece, column: int, below: int, item: bool) -> None:
        """Write a collection: behind a dash on its line, else on lines of its own."""
        if not piece.children:
            raise Odd("there is a comment in empty brackets")
        if piece.flow and not self._has_comment(piece):
            self._claim_bracket_comment(piece)
        inner = column if not (item or self._line) else below
        if not self._line:
            self._line = " " * inner
        elif item and not piece.labels:
            self._hoist(self._first(piece))
            self._line += " "
        else:
            if piece.labels:
                self._put(f" {piece.labels}", piece.content)
            self._between(self._first(piece), inner, first=True)
            self._line = " " * inner
        if piece.kind == "map":
            self._map(piece, inner)
        else:
            self._list(piece, inner)

    def _first(self, piece: Piece) -> int:
        """Return where the first piece below a collection begins."""
        child = piece.children[0]
        return child.start if child.kind in ("scalar", "alias") else child.content

    def _inline(self, piece: Piece, *, brackets: bool) -> str | None:
        """Return a piece on one line; None where it cannot stand on one, or has a comment in it."""
        if piece.kind in ("scalar", "alias"):
            return inline(self._text, piece, brackets=brackets)
        if not piece.flow or self._has_comment(piece):
            return None
        labels = piece.labels + " " if piece.labels else ""
        if piece.kind == "list":
            items = [self._inline(child, brackets=True) for child in piece.children]
            return None if None in items else f"{labels}[{', '.join(map(str, items))}]"
        entries = [self._inline_entry(key, value) for key, value in piece.entries]
        return None if None in entries else f"{labels}{{{', '.join(map(str, entries))}}}"

    def _inline_entry(self, key: Piece, value: Piece) -> str | None:
        name = key_text(self._text, key)
        if name is None or value.absent:
            return name
        written = self._inline(value, brackets=True)
        return None if written is None else f"{name}: {written}"

    def _has_comment(self, piece: Piece) -> bool:
        """Tell whether a comment stands between the children of a collection."""
        at = piece.content
        for child in piece.children:
            if read_gap(self._text, max(at, 1), child.start).comments:
                return True
            at = max(at, child.end)
        return read_gap(self._text, max(at, 1), piece.end).comments

    # Lines and comments --------------------------------------------------------------------------------

    def _put(self, written: str, end: int) -> None:
        """Go on with the line; `end`: where in the text that stands which was written."""
        self._line = (self._line or "") + written
        self._at = max(self._at, end)
        self._before = [*self._levels]

    def _line_end(self, at: int) -> int:
        """Return where the line of the text ends that a place is on."""
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _end_line(self) -> None:
        if self._line is not None:
            self._lines.append(self._line)
        self._line = None

    def _between(self, start: int, column: int, *, first: bool = False) -> None:
        """End the line, and write the comments and empty lines before the next piece.

        `first`: it is the first of a collection.
        """
        gap = read_gap(self._text, self._at, max(start, self._at))
        if gap.behind:
            self._line = (self._line or "") + gap.behind
        self._end_line()
        for remark in gap.remarks:
            self._remark(remark, column, first)
        self._at = max(self._at, start)

    def _remark(self, remark: Remark, column: int, first: bool) -> None:
        """Write a comment at the column of what it stands with, or an empty line unless there is one."""
        if remark.text:
            self._lines.append(" " * (column if first else self._place(remark.column, column)) + remark.text)
        elif not first and len(self._lines) > self._kept and self._lines[-1]:
            self._lines.append("")

    def _place(self, column: int, least: int) -> int:
        """Return the column of the innermost collection that a comment can belong to, as it is indented."""
        fitting = [(old, new) for old, new in self._before if old <= column and new >= least]
        if not fitting:
            return least
        innermost = max(old for old, _ in fitting)
        return next(new for old, new in fitting if old == innermost)

    def _put_above(self, gap: Gap) -> None:
        """Write comments above the line that has been begun."""
        line = self._line or ""
        margin = " " * (len(line) - len(line.lstrip(" ")))
        comments = [gap.behind.strip(), *(remark.text for remark in gap.remarks)]
        self._lines += [margin + comment for comment in comments if comment]

    def _hoist(self, start: int) -> None:
        """Write comments between a key or dash and its value above the both."""
        gap = read_gap(self._text, self._at, max(start, self._at))
        if gap.comments:
            self._put_above(gap)
        self._at = max(self._at, start)

    def _claim_comment(self) -> None:
        """Take the comment behind a text along to the line on which its block begins."""
        stop = self._line_end(self._at)
        gap = read_gap(self._text, self._at, stop)
        if gap.behind:
            self._line = (self._line or "") + gap.behind
            self._at = stop

    def _claim_bracket_comment(self, piece: Piece) -> None:
        """Take the comment behind brackets that are opened up along to the line above them."""
        stop = self._line_end(piece.end)
        gap = read_gap(self._text, piece.end, stop)
        if gap.behind and self._line:
            self._put_above(gap)
            self._text = self._text[: piece.end] + " " * (stop - piece.end) + self._text[stop:]

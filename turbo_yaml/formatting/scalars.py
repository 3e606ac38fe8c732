"""A scalar to the style that the house writes it in: plain, quoted, or a block of lines."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.formatting.pieces import Piece
from turbo_yaml.syntax.scalars import read_value
from turbo_yaml.syntax.tree import Scalar

STEP: Final = 2
"""Spaces for each level."""
_UNFIT: Final = re.compile(
    "[^\n\x20-\x7e\xa1-\xac\xae-\u1fff\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\uf900-\ufdff\ufe10-\ufefe"
    "\uff00-\ufff8\U00010000-\U0001ffff]"
)
_WRITTEN_OUT: Final = re.compile(r'\\[^n"\\/ \n]')
_PLAIN: Final = re.compile(r"""[^-?:,\[\]{}#&*!|>'"%@`\s.=<~](?:.*[^\s:])?""")
_NOT_PLAIN: Final = re.compile(r":\s|\s#")
_NOT_IN_BRACKETS: Final = re.compile(r"[,\[\]{}:?]")
_KEY: Final = re.compile(r"[A-Za-z_][\w.-]*\??")
_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_BREAK: Final = re.compile(r"(?<=[^ ]) (?=[^ ])")
_HEADER: Final = re.compile(r"([|>])([-+0-9]*)[ \t]*(#[^\n]*)?")
_LEAST_ROOM: Final = 40


def key_text(source: str, key: Piece) -> str | None:
    """Return a key as it is written, None where it has more than a line."""
    written = source[key.start : key.end]
    if key.kind == "alias":
        return written + " "
    if "\n" in written:
        return None
    if key.style and not key.labels and _KEY.fullmatch(key.text) and _is_text(key.text):
        return key.text
    return written


def inline(source: str, piece: Piece, *, brackets: bool) -> str | None:
    """Return a scalar or alias on one line, None where it cannot stand on one."""
    if piece.kind == "alias" or piece.absent:
        return source[piece.start : piece.end]
    if piece.style in ("|", ">"):
        return None
    labels = piece.labels + " " if piece.labels else ""
    return labels + _written(source, piece, brackets) if piece.content < piece.end else piece.labels


def _written(source: str, piece: Piece, brackets: bool) -> str:
    """Return the content of a scalar on one line, with quotes where they are needed."""
    written = source[piece.content : piece.end]
    text = piece.text
    if not piece.style:
        if "\n" not in written:
            return written
        return text if "\n" not in text and not (brackets and _NOT_IN_BRACKETS.search(text)) else quoted(text)
    if not piece.labels and not _WRITTEN_OUT.search(written) and may_be_plain(text, brackets):
        return text
    if "\n" in written:
        return quoted(text)
    if piece.style == "'" and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return written


def quoted(text: str) -> str:
    """Return a text in double quotes, on one line."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(_escaped(character) for character in escaped) + '"'


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def may_be_plain(text: str, brackets: bool) -> bool:
    """Tell whether a text means the same without quotes, wherever it stands."""
    if not _PLAIN.fullmatch(text) or not text.isprintable() or _NOT_PLAIN.search(text):
        return False
    return _is_text(text) and not (brackets and _NOT_IN_BRACKETS.search(text))


def _is_text(text: str) -> bool:
    return read_value(Scalar(text, 0, 0, "")) == (text, None)


# Blocks ------------------------------------------------------------------------------------------------


def lines_of_block(source: str, piece: Piece, end: int) -> tuple[str, list[str]]:
    """Return the header of a block scalar and its lines without their indentation.

    `end`: where what follows begins, so that nothing of the block is left out.
    """
    header = _HEADER.match(source, piece.content)
    assert header is not None
    text = piece.text
    chomping = next((mark for mark in header[2] if mark in "-+"), "")
    if header[1] == "|":
        lines = text.removesuffix("\n").split("\n") if text else []
    else:
        lines = _folded_lines(source, header.end(), end, text)
        if chomping == "+":
            lines += [""] * (len(text) - len(text.rstrip("\n")) - bool(lines))
    first = text.lstrip("\n")
    marks = header[1] + (str(STEP) if first.startswith(" ") else "") + chomping
    labels = piece.labels + " " if piece.labels else ""
    return labels + marks + (f" {header[3].rstrip()}" if header[3] else ""), lines


def _folded_lines(source: str, start: int, end: int, text: str) -> list[str]:
    """Return the lines of a folded block as they are in the file."""
    lines = source[start:end].split("\n")[1:]
    while lines and not lines[-1].strip(" "):
        lines.pop()
    first = next((line for line in lines if line.strip(" ")), "")
    content = text.lstrip("\n")
    indent = _spaces(first) - _spaces(content)
    body = []
    for line in lines:
        if line.strip(" ") and _spaces(line) < indent:
            break  # a comment behind the block
        body.append(line[indent:])
    return body


def _spaces(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def as_block(source: str, piece: Piece, room: int, fits: bool) -> tuple[str, list[str]] | None:
    """Return prose as a block: a text of several lines, or with `fits` false a long one folded.

    None where the text is no prose, or a block could not hold it as it is. `room`: characters for a line.
    """
    text = piece.text
    written = source[piece.content : piece.end]
    if piece.kind != "scalar" or piece.style in ("|", ">") or not _is_prose(piece, written):
        return None
    labels = piece.labels + " " if piece.labels else ""
    if "\n" in text:
        lines = text.split("\n")
        return None if any(line.endswith(" ") for line in lines) else (f"{labels}|-", lines)
    if fits:
        return None
    lines = _wrapped(text, max(room, _LEAST_ROOM))
    return (f"{labels}>-", lines) if len(lines) > 1 else None


def _is_prose(piece: Piece, written: str) -> bool:
    """Tell whether a text can stand in a block, and an author would want it there."""
    text = piece.text
    if "!" in piece.labels or not text or text[0] in " \n" or text[-1] in " \n" or _UNFIT.search(text):
        return False
    if piece.style == '"' and _WRITTEN_OUT.search(written):
        return False
    return bool(piece.style) or _is_text(text)


def _wrapped(text: str, room: int) -> list[str]:
    """Return a text in lines of some length, broken at single spaces outside of templates."""
    templates = [found.span() for found in _TEMPLATE.finditer(text)]
    lines: list[str] = []
    start = last = 0
    for place in [*(found.start() for found in _BREAK.finditer(text)), len(text)]:
        if any(begin < place < end for begin, end in templates):
            continue
        if place - start > room and last > start:
            lines.append(text[start:last])
            start = last + 1
        last = place
    return [*lines, text[start:]]

"""Tabs to spaces, where it does not matter how wide a tab is taken to be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.edits import Edit, applied
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Mapping, Node, Scalar
from turbo_yaml.syntax.loader import parse_yaml

_INDENT: Final = re.compile(r"^[ \t]*\t[ \t]*(?=[^\s])", re.MULTILINE)
_AFTER_MARK: Final = re.compile(r"(?<=[:-])[ \t]*\t[ \t]*(?=\S)")
_WIDTHS: Final = (2, 3, 4, 8)
_LARGEST: Final = 100_000

_Shape: TypeAlias = "tuple[str, ...] | tuple[tuple[object, object], ...] | tuple[object, ...]"


def without_tabs(finding: Diagnostic) -> Sequence[Edit]:
    """Put a space for a tab behind a `:` or `-`, and spaces for all tabs that indent lines."""
    text = finding.source.text
    line = finding.source.starts[finding.source.position(finding.span.start).line - 1]
    if text[line : finding.span.start].strip(" \t"):
        found = next(
            (
                tab
                for tab in _AFTER_MARK.finditer(text, line)
                if tab.start() <= finding.span.start < tab.end()
            ),
            None,
        )
        return [] if found is None else [Edit(Span(*found.span()), " ")]
    return _indented_by_spaces(text)


def _indented_by_spaces(text: str) -> Sequence[Edit]:
    """Return the edits that make the least of a tab, if the file says the same however wide a tab is."""
    if len(text) > _LARGEST:
        return ()
    edits = [_edits(text, width) for width in _WIDTHS]
    shapes = [_read(applied(text, some)) for some in edits]
    return edits[0] if shapes[0] is not None and all(shape == shapes[0] for shape in shapes) else ()


def _edits(text: str, width: int) -> list[Edit]:
    return [Edit(Span(*found.span()), found[0].expandtabs(width)) for found in _INDENT.finditer(text)]


def _read(text: str) -> _Shape | None:
    """Return what a text says apart from where, or None where it is no YAML."""
    root, found = parse_yaml(Source("", text))
    return None if root is None or found else _shape(root)


def _shape(node: Node) -> _Shape:
    match node:
        case Scalar():
            return (node.text, node.style, node.tag or "")
        case Mapping():
            return tuple((name, _shape(entry.value)) for name, entry in node.entries.items())
        case _:
            return tuple(_shape(item) for item in node.items)

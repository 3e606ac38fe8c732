"""The files under `data:` to plain data, read when the flow loads."""

from __future__ import annotations

import json
from typing import Any

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source, Span


def read_data(source: Source) -> tuple[Any, list[Diagnostic]]:
    """Return what a data file holds, by the ending of its name: JSON, JSONL, YAML, CSV, or else text."""
    ending = source.name.rpartition(".")[2].lower()
    if ending == "json":
        return _json(source, source.text, 0)
    if ending in ("jsonl", "ndjson"):
        return _json_lines(source)
    if ending in ("yaml", "yml"):
        return _yaml(source)
    if ending == "csv":
        return _csv(source)
    return source.text, []


def _json(source: Source, text: str, offset: int) -> tuple[Any, list[Diagnostic]]:
    try:
        return json.loads(text, parse_constant=_no_constant), []
    except json.JSONDecodeError as error:
        at = min(offset + error.pos, len(source.text))
        message = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        return None, [Diagnostic("data-syntax", message, source, Span(at, min(at + 1, len(source.text))))]
    except (ValueError, RecursionError) as error:
        return None, [Diagnostic("data-syntax", f"this is not JSON: {error}", source, Span(offset, offset))]


def _no_constant(name: str) -> Any:
    raise ValueError(f"`{name}` is not a JSON number")


def _json_lines(source: Source) -> tuple[Any, list[Diagnostic]]:
    items: list[Any] = []
    found: list[Diagnostic] = []
    for line, start in enumerate(source.starts, 1):
        text = source.line_text(line)
        if text.strip():
            item, problems = _json(source, text, start)
            items.append(item)
            found += problems
    return items, found


def _yaml(source: Source) -> tuple[Any, list[Diagnostic]]:
    from turbo_yaml.syntax.loader import parse_yaml
    from turbo_yaml.syntax.scalars import data_of

    node, found = parse_yaml(source)
    if node is None:
        return None, found
    data, problems = data_of(node, source)
    return data, [*found, *problems]


def _csv(source: Source) -> tuple[Any, list[Diagnostic]]:
    import csv
    import io

    rows = csv.DictReader(io.StringIO(source.text, newline=""), strict=True)
    items: list[Any] = []
    try:
        for row in rows:
            if None in row or None in row.values():
                raise csv.Error("a row has not as many fields as the first line has names")
            items.append(row)
    except csv.Error as error:
        line = min(max(rows.line_num, 1), len(source.starts))
        start = source.starts[line - 1]
        span = Span(start, start + len(source.line_text(line)))
        return None, [Diagnostic("data-syntax", f"this is not CSV: {error}", source, span)]
    return items, []

"""Findings and failures to the text that people read in a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from turbo_yaml.diagnostics.diagnostic import Diagnostic
from turbo_yaml.diagnostics.paint import Paint, Style, painter
from turbo_yaml.diagnostics.snippet import Snippet
from turbo_yaml.diagnostics.visible import one_line
from turbo_yaml.errors import FlowError, TurboError
from turbo_yaml.source import Source, Span

WIDTH = 80


def render(diagnostics: Iterable[Diagnostic], *, color: bool = False, width: int = WIDTH) -> str:
    """Return every finding, sorted by place, with its source lines; a summary is the last line."""
    found = sorted(diagnostics, key=Diagnostic.sort_key)
    if not found:
        return ""
    blocks = [render_one(diagnostic, color=color, width=width) for diagnostic in found]
    return "\n".join([*blocks, summary(found) + "\n"])


def render_one(diagnostic: Diagnostic, *, color: bool = False, width: int = WIDTH) -> str:
    """Return one finding: what is wrong, where, the line with the place underlined, and the next move."""
    paint = painter(color)
    gutter = _gutter(
        (diagnostic.source, diagnostic.span),
        *((related.source, related.span) for related in diagnostic.related),
    )
    style: Style = diagnostic.severity
    drawn = [_title(paint, style, f"{style}[{diagnostic.rule}]", diagnostic.message)]
    drawn += _place(paint, diagnostic.source, diagnostic.span, style, gutter, width)
    drawn += _notes(paint, gutter, diagnostic.help)
    for related in diagnostic.related:
        drawn.append(_title(paint, "note", "note", related.message))
        drawn += _place(paint, related.source, related.span, "note", gutter, width)
    return "\n".join(drawn) + "\n"


def render_failure(error: TurboError, *, color: bool = False, width: int = WIDTH) -> str:
    """Return what went wrong in a run: with its place in the flow where that is known, else in one line."""
    paint = painter(color)
    label = f"error[{error.kind}]" if isinstance(error, FlowError) else "error"
    drawn = [_title(paint, "error", one_line(label), error.message)]
    gutter = 1
    if isinstance(error, FlowError) and error.source is not None and error.span is not None:
        gutter = _gutter((error.source, error.span))
        drawn += _place(paint, error.source, error.span, "error", gutter, width)
    drawn += _notes(paint, gutter, error.hint)
    return "\n".join(drawn) + "\n"


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how many errors and warnings there are, and in which file or how many files."""
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    counts = [_count(errors, "error")] if errors or not warnings else []
    counts += [_count(warnings, "warning")] if warnings else []
    files = {diagnostic.source.name for diagnostic in diagnostics}
    where = one_line(files.pop()) if len(files) == 1 else _count(len(files), "file")
    return f"{', '.join(counts)} in {where}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _gutter(*places: tuple[Source, Span]) -> int:
    """Return the width of the widest line number that will be shown."""
    ends = [source.position(max(span.start, min(span.end, len(source.text)) - 1)) for source, span in places]
    return len(str(max(position.line for position in ends)))


def _title(paint: Paint, style: Style, label: str, message: str) -> str:
    first, *rest = message.splitlines() or [""]
    lines = [paint(style, label) + paint("strong", ": " + one_line(first))]
    return "\n".join(lines + ["  " + one_line(line) for line in rest])


def _place(paint: Paint, source: Source, span: Span, style: Style, gutter: int, width: int) -> list[str]:
    line, column = source.position(span.start)
    arrow = paint("gutter", " " * gutter + "-->") + f" {one_line(source.name)}:{line}:{column}"
    if not source.text:
        return [arrow]
    mark = "-" if style == "note" else "^"
    return [arrow, *Snippet(source, span, gutter, width).lines(paint, style, mark)]


def _notes(paint: Paint, gutter: int, text: str | None) -> list[str]:
    if not text:
        return []
    first, *rest = text.splitlines()
    margin = " " * (gutter + 1)
    head = margin + paint("gutter", "=") + " " + paint("help", "help") + ": " + one_line(first)
    return [head, *(margin + " " * 8 + one_line(line) for line in rest)]

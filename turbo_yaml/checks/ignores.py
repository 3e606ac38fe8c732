"""`# turbo-yaml: ignore[rule] why`: findings that an author has looked at and lets be."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.records import Record
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax import Mapping, Node, Scalar, Sequence

MARK: Final = "turbo-yaml: ignore"
_COMMENT: Final = r"(?<![^\s])#[ \t]*turbo-yaml: ignore(?:\[([^\]\n\r]*)\])?"
_NAME: Final = r"[^,\s]+"
_IDLE_LINE: Final = r"[ \t]*(?:#.*)?"


class Ignored(Record):
    """A rule that a comment names, the comment's place for it, and the part of the file that it is about."""

    rule: str | None
    span: Span
    about: Span


def find_ignores(source: Source) -> list[Ignored]:
    """Return the rules that the comments of a file name; one that names none has the rule None."""
    if MARK not in source.text:
        return []
    texts = [*scalars(source)]
    found: list[Ignored] = []
    for comment in re.finditer(_COMMENT, source.text):
        if any(start <= comment.start() < end for start, end in map(_text_of(source), texts)):
            continue
        about = _about(source, comment.start(), texts)
        names = [*re.compile(_NAME).finditer(source.text, *comment.span(1))] if comment[1] else []
        found += [Ignored(name[0], Span(*name.span()), about) for name in names]
        if not names:
            found.append(Ignored(None, Span(*comment.span()), about))
    return found


def _text_of(source: Source) -> Callable[[Span], Span]:
    """Return what takes the first line of a block away: a comment may stand there."""

    def text_of(span: Span) -> Span:
        if source.text[span.start : span.start + 1] not in ("|", ">"):
            return span
        line = source.position(span.start).line
        return Span(min(source.starts[line] if line < len(source.starts) else span.end, span.end), span.end)

    return text_of


def _about(source: Source, comment: int, texts: list[Span]) -> Span:
    """Return the line of a comment, or the next one if it stands alone, with the texts begun there."""
    line = source.position(comment).line
    if not source.text[source.starts[line - 1] : comment].strip():
        while line < len(source.starts) and re.fullmatch(_IDLE_LINE, source.line_text(line)):
            line += 1
    start = source.starts[line - 1]
    end = start + len(source.line_text(line))
    return Span(start, max([end, *(last for first, last in texts if start <= first <= end)]))


def scalars(source: Source) -> Iterator[Span]:
    """Yield where texts stand that may hold a `#`: those of more than one line, and quoted ones."""
    from turbo_yaml.syntax.loader import parse_yaml

    waiting: list[Node] = []
    root = parse_yaml(source)[0]
    if root is not None:
        waiting.append(root)
    while waiting:
        node = waiting.pop()
        match node:
            case Scalar():
                yield node.span
            case Sequence():
                waiting += node.items
            case Mapping():
                for entry in node.entries.values():
                    waiting += [entry.key, entry.value]


def hide(
    found: list[Diagnostic], ignores: list[Ignored], own: Collection[str]
) -> tuple[list[Diagnostic], list[Ignored]]:
    """Return the findings that no comment hides, and the comments that hide nothing.

    `own`: the rules of the check. Errors of other rules cannot be hidden: a flow that has one cannot run.
    """
    used: set[int] = set()
    kept = []
    for diagnostic in found:
        hidden = False
        if diagnostic.rule in own or diagnostic.severity == "warning":
            for index, ignore in enumerate(ignores):
                if ignore.rule == diagnostic.rule and _is_about(ignore.about, diagnostic.span):
                    used.add(index)
                    hidden = True
        if not hidden:
            kept.append(diagnostic)
    return kept, [ignore for index, ignore in enumerate(ignores) if index not in used]


def _is_about(about: Span, span: Span) -> bool:
    return about.start <= span.start <= about.end

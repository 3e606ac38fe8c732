"""A text with mistakes to as much of its tree as can be had, and to a finding for each mistake."""

from __future__ import annotations

import re
from typing import Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source
from turbo_yaml.syntax.composer import Composer
from turbo_yaml.syntax.lines import item_end, line_at, line_start, line_stop
from turbo_yaml.syntax.mistakes.site import Flaw, Repair
from turbo_yaml.syntax.tree import Entry, Mapping, Node, Scalar, Sequence, children

MAX_ROUNDS: Final = 20
_STRUCTURAL: Final = frozenset(("yaml-indentation", "yaml-missing-dash", "yaml-missing-colon"))
_MOST_READ: Final = 4 << 20
"""Characters read again in all: a long text is read again fewer times."""


def recover(
    source: Source, text: str, flaw: Flaw, composer: Composer
) -> tuple[Node | None, str, list[Diagnostic]]:
    """Return the tree, the text that it is the tree of, and the findings.

    What a flaw stands in is overwritten and the text is read again, for a bounded number of times.
    """
    found: list[Diagnostic] = []
    hole = _unused(text)
    lost: list[int] = []
    touched = _Touched()
    rounds = max(1, min(MAX_ROUNDS, _MOST_READ // (len(text) + 1)))
    while True:
        repair, at = flaw.repair, flaw.diagnostic.span.start
        if repair is None:
            return None, text, [*found, *composer.found, flaw.diagnostic]
        if touched.holds(at):
            repair = _whole_item(text, at)
        elif not touched.explains(text, flaw.diagnostic):
            found.append(flaw.diagnostic)
        repaired = _overwritten(text, repair, hole)
        rounds -= 1
        if repaired == text or not rounds:
            _abandon(composer)
            break
        touched.add(text, repair, flaw.diagnostic)
        if repair.kind == "line" or (repair.kind in ("pair", "key") and repair.end - repair.start <= 1):
            lost.append(repair.start)
        text = repaired
        composer = Composer(source, text, pure=composer.pure, hole=hole)
        try:
            composer.read()
            break
        except Flaw as next_flaw:
            flaw = next_flaw
    if composer.root is not None:
        _mark(composer.root, source.text, hole, lost)
    return composer.root, text, found + composer.found


class _Touched:
    """The lines that were overwritten, to tell what follows from that alone."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []
        self._rules: set[str] = set()

    def add(self, text: str, repair: Repair, cause: Diagnostic) -> None:
        """Remember the lines of a repair and of what it was for."""
        at = cause.span.start
        self._spans.append((line_start(text, min(repair.start, at)), line_stop(text, max(repair.end, at))))
        self._rules.add(cause.rule)

    def holds(self, at: int) -> bool:
        """Tell whether the line of a place was overwritten."""
        return any(start <= at <= end for start, end in self._spans)

    def explains(self, text: str, finding: Diagnostic) -> bool:
        """Tell whether a finding about indentation follows from another one or from an overwritten line."""
        if finding.rule not in _STRUCTURAL:
            return False
        if not {"yaml-indentation", "yaml-tab"}.isdisjoint(self._rules) or (
            finding.rule != "yaml-missing-colon" and self._rules & _STRUCTURAL
        ):
            return True
        start = line_start(text, finding.span.start)
        while start and not text[(above := line_start(text, start - 1)) : start].strip():
            start = above
        return start > 0 and self.holds(start - 1)


def _unused(text: str) -> str:
    """Return a private character that the text does not hold: it fills what is overwritten."""
    used = set(text)
    return next(character for code in range(0xE000, 0xF0000) if (character := chr(code)) not in used)


def _whole_item(text: str, offset: int) -> Repair:
    """Return the repair that overwrites all of the item or entry that a place is in."""
    line = line_at(text, offset)
    if line.lead > line.first:
        return Repair(line.lead, item_end(text, line), "value")
    return Repair(line.start, item_end(text, line), "line")


def _overwritten(text: str, repair: Repair, hole: str) -> str:
    """Return the text with a part overwritten; nothing else moves."""
    start, end, kind = repair
    assert 0 <= start <= end <= len(text)
    if kind == "tabs":
        return text.replace("\t", " ")
    part = text[start:end]
    size = 0 if kind == "line" else line_stop(part, 0)
    filled = hole * size
    if kind == "pair":
        filled = (" " + filled)[:size]
    elif kind == "key" and size > 1:
        filled = filled[1:] + ":"
    return text[:start] + filled + re.sub(r"[^\r\n]", " ", part[size:]) + text[end:]


def _abandon(composer: Composer) -> None:
    """End every collection that is still open, with a broken node where the rest would be."""
    if composer.key is not None:
        inner = composer.open[-1]
        assert isinstance(inner, Mapping)
        broken = Scalar("", composer.end, composer.end, "broken")
        inner.entries.setdefault(composer.key.text, Entry(composer.key, broken))
    for node in composer.open:
        node.end = max(composer.end, node.start)
        _add_broken(node, composer.end)


def _add_broken(node: Mapping | Sequence, offset: int) -> None:
    broken = Scalar("", offset, offset, "broken")
    if isinstance(node, Mapping):
        node.entries.setdefault(f"\0{offset}", Entry(broken, broken))
    else:
        node.items.append(broken)


def _mark(root: Node, text: str, hole: str, lost: list[int]) -> None:
    """Make every placeholder a broken scalar, and mark the collections that lost a line."""
    waiting: list[Node] = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping) and any(hole in name for name in node.entries):
            _rename(node, hole)
        elif isinstance(node, Scalar) and hole in node.text:
            node.text, node.style = "", "broken"
        waiting += children(node)
    for offset in lost:
        _mark_lost(root, text, offset)


def _rename(node: Mapping, hole: str) -> None:
    """Make the keys that hold a placeholder broken; the order stays."""
    entries = list(node.entries.items())
    node.entries.clear()
    for name, entry in entries:
        if hole in entry.key.text:
            entry.key.text, entry.key.style = "", "broken"
            name = f"\0{entry.key.start}"
        node.entries[name] = entry


def _mark_lost(root: Node, text: str, offset: int) -> None:
    """Add a broken node to the innermost block collection that a lost line can have belonged to."""
    line = line_at(text, offset)
    column = line.first - line.start
    node: Node | None = root
    found: Mapping | Sequence | None = None
    while node is not None and not isinstance(node, Scalar):
        if node.flow or node.start > offset or node.start - line_start(text, node.start) > column:
            break
        found = node
        node = max(
            (child for child in children(node) if child.start <= offset),
            key=lambda child: child.start,
            default=None,
        )
    if found is not None:
        _add_broken(found, offset)

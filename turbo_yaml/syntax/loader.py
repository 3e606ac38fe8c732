"""YAML text to its source tree: strict, within limits, and going on after mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.characters import clean, stray_tabs
from turbo_yaml.syntax.composer import Composer
from turbo_yaml.syntax.mistakes.site import Flaw
from turbo_yaml.syntax.tree import Mapping, Node, Scalar, Sequence

MAX_CHARACTERS: Final = 1 << 20


def parse_yaml(source: Source, *, pure: bool = False) -> tuple[Node | None, list[Diagnostic]]:
    """Return the tree of a YAML text and what is wrong with it, in the order of the text; never raise.

    With mistakes the tree holds what could be read: a scalar of the style `broken` stands for what could not,
    as a value, an item or a key. It is None for an empty text, and where a limit was passed. `pure`: read
    with PyYAML's pure parser, as is done where its C parser is missing; the tree is the same.
    """
    if len(source.text) > MAX_CHARACTERS:
        refusal = Diagnostic(
            "yaml-too-large",
            f"the text is longer than {MAX_CHARACTERS:,} characters",
            source,
            Span(0, 0),
            "split it into several files",
        )
        return None, [refusal]
    text, found_characters = clean(source)
    composer = Composer(source, text, pure=pure)
    try:
        root, found_next = composer.read(), composer.found
    except Flaw as flaw:
        from turbo_yaml.syntax.recovery import recover

        root, text, found_next = recover(source, text, flaw, composer)
    found = list(found_next)
    if "\t" in text:
        found += stray_tabs(source, text, root)
    if found_characters:
        # What else is wrong on such a line may be due to the character.
        lines = {_line(finding) for finding in found_characters}
        found = found_characters + [finding for finding in found if _line(finding) not in lines]
    if not found and _is_empty(root):
        return None, [Diagnostic("empty-file", "there is nothing in this file", source, Span(0, 0))]
    return root, sorted(found, key=Diagnostic.sort_key)


def tagged(node: Node) -> Iterator[Node]:
    """Give each node that has a tag, outermost first, in the order of the text."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if here.tag is not None:
            yield here
        if type(here) is Sequence:
            waiting += reversed(here.items)
        elif type(here) is Mapping:
            waiting += [entry.value for entry in reversed(here.entries.values())]


def _line(finding: Diagnostic) -> int:
    return finding.source.position(finding.span.start).line


def _is_empty(root: Node | None) -> bool:
    return root is None or (isinstance(root, Scalar) and not (root.text or root.style or root.tag))

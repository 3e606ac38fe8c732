"""Events of a YAML parser to the source tree, within limits; never by recursion."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from turbo_yaml.diagnostics import Diagnostic, Related
from turbo_yaml.source import Source, Span
from turbo_yaml.syntax.labels import UNFINISHED, Labels
from turbo_yaml.syntax.lines import item_end, line_at
from turbo_yaml.syntax.mistakes.site import Flaw, Repair, Site, leave_a_space, shortened
from turbo_yaml.syntax.scalarmap import content_start
from turbo_yaml.syntax.tree import Entry, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from yaml.error import MarkedYAMLError

MAX_DEPTH: Final = 64
MAX_NODES: Final = 100_000
MOST_FOUND: Final = 100
"""Findings that are kept: a text of a million mistakes is not worth as many messages."""

# A named tuple made without its own slow constructor.
_ENTRY: Final[Any] = tuple.__new__

_GLUED_COMMENT: Final = r"[|>][-+0-9]{0,2}#"


def event_stream(text: str, pure: bool) -> Callable[[], Any]:
    """Return what gives the next event of a text; PyYAML's C parser where it is there, unless `pure`."""
    if not pure:
        try:
            from yaml._yaml import CParser
        except ImportError:
            pass
        else:
            return CParser(text).get_event
    from turbo_yaml.syntax.fallback import PureParser

    return PureParser(text).get_event


class Composer:
    """One reading of a text. After a `Flaw`, `root` and `open` hold what was read before it."""

    __slots__ = (
        "_documents",
        "_entries",
        "_items",
        "_labels",
        "_room",
        "end",
        "found",
        "hole",
        "key",
        "open",
        "pure",
        "root",
        "source",
        "text",
    )

    def __init__(self, source: Source, text: str, *, pure: bool = False, hole: str = "") -> None:
        self.source = source
        self.text = text
        self.pure = pure
        self.hole = hole
        """The character that overwrites what could not be read; empty where nothing was overwritten."""
        self.found: list[Diagnostic] = []
        self.root: Node | None = None
        self.open: list[Mapping | Sequence] = []
        """The collections that are being filled, outermost first."""
        self.key: Scalar | None = None
        """The key that waits for its value."""
        self.end = 0
        """Where the last node that was read ends."""
        # What the innermost collection is filled through: one of them, neither at the root.
        self._items: list[Node] | None = None
        self._entries: dict[str, Entry] | None = None
        self._room = MAX_NODES
        self._documents = 0
        self._labels = Labels(text)

    def read(self) -> Node | None:
        """Return the tree, None for an empty text; raise `Flaw` where reading cannot go on."""
        from yaml import events
        from yaml.error import MarkedYAMLError

        handlers: dict[Any, Callable[[Any], None]] = {
            events.ScalarEvent: self._scalar,
            events.MappingStartEvent: self._mapping,
            events.MappingEndEvent: self._close,
            events.SequenceStartEvent: self._sequence,
            events.SequenceEndEvent: self._close,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
            events.DocumentEndEvent: self._skip,
            events.StreamStartEvent: self._skip,
        }
        next_event = event_stream(self.text, self.pure)
        try:
            while self._documents < 2 and (kind := type(event := next_event())) is not events.StreamEndEvent:
                handlers[kind](event)
        except MarkedYAMLError as error:
            raise self._explained(error) from None
        return self.root

    def _scalar(self, event: Any) -> None:
        # The hottest of all: what `_attach` and `_add_entry` do is written out here.
        style = event.style
        self.end = end = event.end_mark.index
        tag = event.tag
        node = Scalar(event.value, event.start_mark.index, end, style or "", tag)
        key = self.key
        if tag is not None or event.anchor is not None:
            self._labelled(node, event.anchor)
        if style:
            if style == "|" or style == ">":
                self._trim(node)
        elif key is not None and not node.text:
            self._place_after_colon(node)
        if key is not None:
            entries: Any = self._entries
            name = key.text
            self.key = None
            if name in entries or name == "<<" or not name:
                self._odd_entry(entries, key, node)
            else:
                entries[name] = _ENTRY(Entry, (key, node))
        elif self._items is not None:
            self._items.append(node)
        elif self._entries is not None:
            self.key = node
            return
        else:
            self.root = node
        self._room -= 1
        if self._room < 0:
            raise self._too_many(node)

    def _add_entry(self, key: Scalar, node: Node) -> None:
        """Give the innermost map an entry; what is wrong with the key is found here."""
        entries = self._entries
        assert entries is not None
        name = key.text
        self.key = None
        if name in entries or name == "<<" or not name:
            self._odd_entry(entries, key, node)
        else:
            entries[name] = _ENTRY(Entry, (key, node))

    def _attach(self, node: Node) -> None:
        """Put a node where it belongs: root, item or value."""
        if self.key is not None:
            self._add_entry(self.key, node)
        elif self._items is not None:
            self._items.append(node)
        else:
            self.root = node
        self._room -= 1
        if self._room < 0:
            raise self._too_many(node)

    def _mapping(self, event: Any) -> None:
        node = Mapping({}, event.start_mark.index, UNFINISHED, bool(event.flow_style), event.tag)
        self._enter(node, event)
        self._entries = node.entries
        self._items = None

    def _sequence(self, event: Any) -> None:
        node = Sequence([], event.start_mark.index, UNFINISHED, bool(event.flow_style), event.tag)
        self._enter(node, event)
        self._items = node.items
        self._entries = None

    def _enter(self, node: Mapping | Sequence, event: Any) -> None:
        """Put a collection where it belongs, and begin to fill it."""
        if self._entries is not None and self.key is None:
            raise self._key_is_collection(node)
        if node.tag is not None or event.anchor is not None:
            self._labelled(node, event.anchor)
        if len(self.open) >= MAX_DEPTH:
            raise self._too_deep(node)
        self._attach(node)
        self.open.append(node)

    def _close(self, event: Any) -> None:
        """Leave the innermost collection; its end is a bracket, or where its last node ends."""
        opened = self.open
        node = opened.pop()
        if node.flow:
            end = event.end_mark.index
            if self.text[end - 1] in "]}":
                self.end = end
        node.end = self.end
        if not opened:
            self._items = self._entries = None
            return
        parent = opened[-1]
        if isinstance(parent, Mapping):
            self._entries, self._items = parent.entries, None
        else:
            self._entries, self._items = None, parent.items

    def _skip(self, event: Any) -> None:
        """An event that says nothing about the tree."""

    def _alias(self, event: Any) -> None:
        """An alias is the node that it names, and counts as many nodes as that has."""
        start, self.end = event.start_mark.index, event.end_mark.index
        node, problem = self._labels.resolved(event.anchor)
        if problem is not None:
            place = (start, self.end)
            self._report("yaml-alias", problem, place, "put it in quotes if it is text")
        if node is None:
            node = Scalar("", start, self.end, "broken")
        size, height = self._labels.measure(node)
        if height + len(self.open) > MAX_DEPTH:
            raise self._too_deep(Scalar("", start, self.end, ""))
        if self._entries is not None and self.key is None:
            if not isinstance(node, Scalar):
                raise self._key_is_collection(Sequence([], start, self.end, False))
            self.key = Scalar(node.text, start, self.end, node.style)
            return
        self._room -= size - 1
        if self._room < 1:
            raise self._too_many(Scalar("", start, self.end, ""))
        self._attach(node)

    def _labelled(self, node: Node, anchor: str | None) -> None:
        """Keep a node's anchor; refuse a tag that is not one plain word, and any tag of a key."""
        refused = self._labels.keep(node, anchor)
        if refused is None and node.tag is not None and self._entries is not None and self.key is None:
            refused, node.tag = Span(node.start, node.start + len(node.tag)), None
        if refused is not None:
            shown = shortened(self.text[refused.start : refused.end])
            self._report(
                "yaml-tag",
                f"the tag `{shown}` is not used here",
                refused,
                leave_a_space(shown) or "remove it, or put the text in quotes if it is a part of it",
            )

    def _document(self, event: Any) -> None:
        """The start of a document: the first is read, and no directive may stand before it."""
        self._documents += 1
        start, end = event.start_mark.index, event.end_mark.index
        if self._documents > 1:
            at = self.text.find("---", start, end) if end > start else start
            self._report(
                "yaml-documents",
                "a second document begins here; a file holds one",
                (max(at, start), max(end, start)),
                "remove the `---`, or move what follows it into a file of its own",
            )
            return
        directive = re.compile(r"(?:^|[\r\n])(%[^\r\n]*)").search(self.text, 0, end)
        if directive is not None:
            place = directive.span(1)
            self._report("yaml-directive", "YAML directives are not used here", place, "remove the line")

    def _trim(self, node: Scalar) -> None:
        """End a block scalar where its last line does; refuse `|#`, which parsers read differently."""
        text = self.text
        start = content_start(text, node)
        node.end = self.end = start + len(text[start : node.end].rstrip(" \r\n"))
        if text[start + 1 : start + 2] not in ("\n", "\r", "") and re.compile(_GLUED_COMMENT).match(
            text, start
        ):
            line = line_at(text, start)
            self._report(
                "yaml-block-header",
                f"there is no space between `{text[start]}` and the comment",
                (start, line.end),
                "put a space before the `#`",
            )

    def _place_after_colon(self, node: Scalar) -> None:
        """Parsers differ about where a value is that is not there: it is after the colon, or its key."""
        assert self.key is not None
        if node.tag is None and node.start == node.end:
            colon = self.text.find(":", self.key.end, node.start + 1)
            if colon < 0 and self.open[-1].flow and not self.key.style:
                self._bare_key(self.key, node)
            node.start = node.end = self.end = self.key.end if colon < 0 else colon + 1

    def _bare_key(self, key: Scalar, node: Scalar) -> None:
        """Report `{key:value}` and `{key value}`, which YAML reads as keys without values.

        Further on in a map, `{a: b, key value}` may be the rest of a text with a comma.
        """
        split = re.compile(r"([\w?()*-]+)(:(?!//)|\s+)(?=\S)").match(key.text)
        if self.found and self.found[-1].span.start >= self.open[-1].start:
            key.text, key.style = "", "broken"  # what is left of the one before
            return
        if split is None or (self._entries and split[2] != ":"):
            return
        if not self.text.startswith(split[0], key.start):
            return
        colon = key.start + split.end(1)
        key.text, node.style = split[1], "broken"
        rest = shortened(self.text[key.start + split.end() : key.end])
        help = f"write `{split[1]}: {rest}`"
        if split[2] == ":":
            message = f"there is no space after `{split[1]}:`, so YAML reads no key here"
            self._report("yaml-missing-space", message, (colon, colon + 1), help)
        else:
            message = f"`{split[1]} {rest}` stands where a `key: value` was expected"
            self._report("yaml-missing-colon", message, (key.start, key.end), help)

    def _odd_entry(self, entries: dict[str, Entry], key: Scalar, node: Node) -> None:
        """Report a key that is there twice, empty or `<<`."""
        name = key.text
        if (self.hole and self.hole in name) or key.style == "broken":
            entries[f"{name}\0{key.start}"] = Entry(key, node)
        elif name in entries:
            first, before = entries[name]
            if isinstance(before, Scalar) and not before.text and not before.style:
                entries[name] = Entry(key, node)  # nothing stands after the first
            told = self.found[-1] if self.found else None
            if (
                told is not None
                and told.rule == "yaml-duplicate-key"
                and told.span.start > self.open[-1].start
            ):
                return  # two maps have become one
            self._report(
                "yaml-duplicate-key",
                f"the key `{shortened(name)}` is here twice",
                key.span,
                "remove one of the two",
                Related("the first is here", self.source, first.span),
            )
        elif key.style:
            entries[name] = Entry(key, node)
        elif name == "<<":
            entries[f"\0{key.start}"] = Entry(Scalar("", key.start, key.end, "broken"), node)
            self._report(
                "yaml-merge-key",
                "`<<` merges maps in YAML 1.1 alone",
                key.span,
                "write the keys out where they are wanted",
            )
        else:
            entries[f"\0{key.start}"] = Entry(Scalar("", key.start, key.end, "broken"), node)
            self._report("yaml-empty-key", "there is no key before the `:`", (key.start, key.start + 1))

    def _report(
        self, rule: str, message: str, span: tuple[int, int], help: str | None = None, *related: Related
    ) -> None:
        if len(self.found) < MOST_FOUND:
            self.found.append(
                Diagnostic(rule, message, self.source, self._span(*span), help, related=related)
            )

    def _span(self, start: int, end: int) -> Span:
        size = len(self.text)
        return Span(min(start, size), min(max(start, end), size))

    def _key_is_collection(self, node: Mapping | Sequence) -> Flaw:
        text, start = self.text, node.start
        if start and text[start - 1 : start + 1] == "{{":
            from turbo_yaml.syntax.mistakes.values import unquoted_template

            return unquoted_template(self.source, text, start - 1)
        line = line_at(text, start)
        what = "map" if isinstance(node, Mapping) else "list"
        found = Diagnostic(
            "yaml-key-not-text",
            f"a key must be text; this one is a {what}",
            self.source,
            self._span(start, start + 1),
            "put it in quotes if it is text",
        )
        return Flaw(found, Repair(line.lead, item_end(text, line), "value"))

    def _too_deep(self, node: Node) -> Flaw:
        return self._limit("yaml-too-deep", f"this is more than {MAX_DEPTH} levels deep", node)

    def _too_many(self, node: Node) -> Flaw:
        return self._limit("yaml-too-many-nodes", f"the text has more than {MAX_NODES:,} values", node)

    def _limit(self, rule: str, message: str, node: Node) -> Flaw:
        return Flaw(Diagnostic(rule, message, self.source, self._span(node.start, node.start + 1)), None)

    def _explained(self, error: MarkedYAMLError) -> Flaw:
        # What explains mistakes is loaded for the first one.
        from turbo_yaml.syntax.mistakes.explain import explain

        size = len(self.text)
        mark, begun = error.problem_mark, error.context_mark
        at = size if mark is None else min(mark.index, size)
        opened = at if begun is None else min(begun.index, at)
        bracket = self.open[-1].start if self.open and self.open[-1].flow else -1
        site = Site(self.source, self.text, opened, at, min(self.end, at), bracket)
        return explain(site, f"{error.context}; {error.problem}")

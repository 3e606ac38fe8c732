"""A mapping with known keys to their values: unknown, missing and misplaced keys are found here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.flow.readers.context import WRONG, Reading, is_empty, is_hole, shape
from turbo_yaml.flow.vocabulary import VERBS, Key
from turbo_yaml.flow.words import advice, meant
from turbo_yaml.records import Record
from turbo_yaml.source import Span
from turbo_yaml.syntax import Entry, Node, Scalar
from turbo_yaml.syntax import Mapping as MappingNode

_BLOCK_MARK = r":[ \t]+[|>][-+0-9]{0,2}[ \t]*\r?\n\Z"
_FREE = "keys that begin with `x-` are free for other tools"


class Table(Record):
    """Keys that may stand together in one mapping. `name` begins what is said of the mapping.

    At least one of `any_of` must be there. `advise` knows more about a key that is not known.
    """

    name: str
    keys: Mapping[str, Key]
    any_of: tuple[str, ...] = ()
    advise: Callable[[str], str | None] | None = None
    required: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()
    """The keys that need or exclude others."""


def table_of(
    name: str,
    keys: Iterable[Key],
    any_of: tuple[str, ...] = (),
    advise: Callable[[str], str | None] | None = None,
) -> Table:
    """Return the table of some keys."""
    keys = tuple(keys)
    return Table(
        name,
        {key.name: key for key in keys},
        any_of,
        advise,
        frozenset(key.name for key in keys if key.required),
        frozenset(key.name for key in keys if key.needs or key.excludes),
    )


def read_keys(
    reading: Reading, entries: Mapping[str, Entry], table: Table, place: Span, name: str | None = None
) -> tuple[dict[str, Any], bool]:
    """Return the value of each known key, without what could not be read, and whether all is well.

    `place` is what to point at when a key is missing; `name` is said instead of the table's.
    """
    given: dict[str, Any] = {}
    good = True
    unknown: list[str] = []
    keys = table.keys
    readers = reading.readers
    linked = False
    empty: Entry | None = None
    lacking: Diagnostic | None = None
    fallen = False
    for word, entry in entries.items():
        key = keys.get(word)
        value: Any = WRONG
        if key is None:
            if word.startswith("x-"):
                continue
            if fallen or _is_text_of_a_block(reading, entry.key):
                if not fallen:
                    _report_shallow(reading, entry.key)
                good, fallen = False, True
                continue
            unknown.append(word)
            if empty is not None and empty.key.start >= _line_before(reading, entry.key):
                # What stands below it is not indented.
                reading.diagnostics[:] = [one for one in reading.diagnostics if one is not lacking]
        elif is_empty(entry.value) and not key.empty:
            empty = entry
            reading.report("missing-value", f"there is nothing after `{word}`", entry.key, about(key))
            lacking = reading.diagnostics[-1]
        else:
            linked = linked or word in table.linked
            value = readers[key.slot](reading, entry.value, key)
        if value is WRONG:
            good = False
        else:
            given[word] = value
    if unknown or linked or table.any_of or not table.required <= entries.keys():
        check = _Check(
            reading, entries, table, place, name or table.name, {_meant(word, keys) for word in unknown}
        )
        good = check.all(unknown) and good
    return given, good


def _is_text_of_a_block(reading: Reading, word: Scalar) -> bool:
    """Tell whether the line above a key ends with the `|` of a block that has no text."""
    if is_hole(word):
        return False
    text = reading.source.text
    above = text[_line_before(reading, word) : text.rfind("\n", 0, word.start) + 1]
    return re.search(_BLOCK_MARK, above) is not None


def _report_shallow(reading: Reading, word: Scalar) -> None:
    end = reading.source.text.find("\n", word.start)
    span = Span(word.start, len(reading.source.text) if end < 0 else end)
    message = "the text of this block is not indented deeper than its key"
    help = "indent every line of the text by two more spaces than the key"
    reading.report("yaml-indentation", message, span, help)


def _meant(word: str, keys: Mapping[str, Key]) -> str | None:
    """Return the key that was meant: `user "good day` is `user` that lacks its colon."""
    first = re.match(r"\w+", word)
    return first[0] if first and first[0] != word and first[0] in keys else meant(word, keys)


def _line_before(reading: Reading, word: Scalar) -> int:
    """Return where the line above a key begins."""
    text = reading.source.text
    return text.rfind("\n", 0, max(text.rfind("\n", 0, word.start), 0)) + 1


class _Check(Record):
    """Looks for keys that are unknown, missing, or cannot stand together. `slips`: what unknown keys mean."""

    reading: Reading
    entries: Mapping[str, Entry]
    table: Table
    place: Span
    name: str
    slips: set[str | None]

    def all(self, unknown: list[str]) -> bool:
        """Report what is wrong; tell whether all is well."""
        keys = self.table.keys
        missing: list[tuple[Key, ...]] = [
            (key,) for key in keys.values() if key.required and key.name not in self.entries
        ]
        if self.table.any_of and not any(word in self.entries for word in self.table.any_of):
            missing.append(tuple(keys[word] for word in self.table.any_of))
        self.report_unknown([self.entries[word].key for word in unknown])
        if missing:
            self.report_missing(missing)
        apart = [not self.stands_well(keys[word]) for word in self.entries if word in self.table.linked]
        return not unknown and not missing and not any(apart)

    def report_unknown(self, words: list[Scalar]) -> None:
        """Report keys that are not known; those that mean nothing here came together, and are one mistake."""
        together = len(words) > 1 and belong_together([word.text for word in words])
        strangers = [word for word in words if together or meant(word.text, self.table.keys) is None]
        for word in words:
            if word in strangers[1:]:
                continue
            advise = self.table.advise
            if self.name == "`match`" and "cases" not in self.entries:
                self.slips.add("cases")
                advise = _below_cases
            help = (advise(word.text) if advise else None) or advice(word.text, self.table.keys) or _FREE
            others = strangers[1:] if word in strangers else []
            related = [self.reading.related(f"nor `{other.text}`", other.span) for other in others]
            self.reading.report("unknown-key", f"{self.name} has no key `{word.text}`", word, help, *related)

    def report_missing(self, missing: list[tuple[Key, ...]]) -> None:
        """Report what is missing, but for what was misspelt, or may be in what could not be read as YAML."""
        if any(is_hole(word) or is_hole(node) for word, node in self.entries.values()):
            return
        missing = [wanted for wanted in missing if not any(key.name in self.slips for key in wanted)]
        if not missing:
            return
        first = missing[0][0]
        names = " and ".join(" or ".join(f"`{key.name}`" for key in wanted) for wanted in missing)
        help = about(first) if first.default is None else f"write `{first.name}: {first.default}`"
        self.reading.report("missing-key", f"{self.name} needs {names}", self.place, help)

    def stands_well(self, key: Key) -> bool:
        """Report what a key needs beside it and lacks, or cannot have beside it and has."""
        word = self.entries[key.name].key
        if key.needs and not any(other in self.entries for other in key.needs):
            if self.slips.isdisjoint(key.needs):
                self.slips.update(key.needs)  # told once
                names = " or ".join(f"`{other}`" for other in key.needs)
                help = about(self.table.keys[key.needs[0]])
                self.reading.report("missing-key", f"`{key.name}` needs {names} beside it", word, help)
            return False
        for other in key.excludes:
            if other in self.entries:
                place = self.reading.related(f"`{other}` is here", self.entries[other].key.span)
                message = f"`{key.name}` and `{other}` cannot stand together"
                self.reading.report("conflicting-keys", message, word, "keep one of them", place)
                return False
        return True


def _below_cases(word: str) -> str:
    return f"labels stand below `cases`: `cases: {{{word}: […]}}`"


def belong_together(words: Iterable[str]) -> bool:
    """Tell whether keys are all of one step, whose head may be what is missing."""
    return any(all(word in {key.name for key in verb.keys} for word in words) for verb in VERBS)


def about(key: Key) -> str:
    """Return the help that says what a key is for."""
    return f"`{key.name}`: {key.doc}"


def as_mapping(reading: Reading, node: Node, what: str, help: str | None = None) -> MappingNode | None:
    """Return the node where it is a mapping, else report it and return None."""
    if isinstance(node, MappingNode):
        return node
    reading.report("wrong-kind", f"{what} is a mapping; this is {shape(node)}", node, help)
    return None

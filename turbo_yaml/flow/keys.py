"""A mapping with known keys to their values: unknown, missing and misplaced keys are found here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from turbo_yaml.flow.reading import WRONG, Reading, is_empty, is_hole, shape
from turbo_yaml.flow.vocabulary import Key
from turbo_yaml.flow.words import advice, meant
from turbo_yaml.source import Span
from turbo_yaml.syntax import Entry, Node
from turbo_yaml.syntax import Mapping as MappingNode

_FREE = "keys that begin with `x-` are free for other tools"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose keys they are: `name` begins a message, `place` is what to point at when one is missing.

    `any_of`: at least one of these keys must be there. `advise` knows more about a key that is not known.
    """

    name: str
    place: Span
    any_of: tuple[str, ...] = ()
    advise: Callable[[str], str | None] | None = None


def read_keys(
    reading: Reading, entries: Mapping[str, Entry], table: Mapping[str, Key], owner: Owner
) -> tuple[dict[str, Any], bool]:
    """Return the value of each known key, without what could not be read, and whether all is well."""
    given: dict[str, Any] = {}
    good = True
    unknown: list[str] = []
    for name, (word, node) in entries.items():
        key = table.get(name)
        value: Any = WRONG
        if key is None:
            if name.startswith("x-"):
                continue
            unknown.append(name)
        elif is_empty(node) and not key.empty:
            reading.report("missing-value", f"there is nothing after `{name}`", word.span, about(key))
        else:
            value = reading.readers[key.slot](reading, node, key)
        if value is WRONG:
            good = False
        else:
            given[name] = value
    if not _check_together(reading, entries, table, owner, unknown):
        good = False
    return given, good


def _check_together(
    reading: Reading,
    entries: Mapping[str, Entry],
    table: Mapping[str, Key],
    owner: Owner,
    unknown: list[str],
) -> bool:
    """Report keys that are unknown, missing, or cannot stand together; tell whether all is well."""
    slips = {meant(name, table) for name in unknown}
    for name in unknown:
        _report_unknown(reading, entries[name], table, owner)
    good = not unknown
    for key in table.values():
        if key.name in entries:
            good = _check_neighbours(reading, entries, table, key, slips) and good
        elif key.required:
            good = False
            _report_missing(reading, entries, (key,), owner, slips)
    if owner.any_of and not any(name in entries for name in owner.any_of):
        good = False
        _report_missing(reading, entries, tuple(table[name] for name in owner.any_of), owner, slips)
    return good


def _report_missing(
    reading: Reading,
    entries: Mapping[str, Entry],
    keys: tuple[Key, ...],
    owner: Owner,
    slips: set[str | None],
) -> None:
    """Report that all of these keys are missing, unless one was misspelt or could not be read as YAML."""
    if any(key.name in slips for key in keys):
        return
    if any(is_hole(word) or is_hole(node) for word, node in entries.values()):
        return
    wanted = " or ".join(f"`{key.name}`" for key in keys)
    help = about(keys[0]) if keys[0].default is None else f"write `{keys[0].name}: {keys[0].default}`"
    reading.report("missing-key", f"{owner.name} needs {wanted}", owner.place, help)


def _check_neighbours(
    reading: Reading,
    entries: Mapping[str, Entry],
    table: Mapping[str, Key],
    key: Key,
    slips: set[str | None],
) -> bool:
    """Report what a key needs beside it and lacks, or cannot have beside it and has."""
    span = entries[key.name].key.span
    if key.needs and not any(other in entries for other in key.needs):
        if not any(other in slips for other in key.needs):
            wanted = " or ".join(f"`{other}`" for other in key.needs)
            message = f"`{key.name}` needs {wanted} beside it"
            reading.report("missing-key", message, span, about(table[key.needs[0]]))
        return False
    for other in key.excludes:
        if other in entries:
            place = reading.related(f"`{other}` is here", entries[other].key.span)
            message = f"`{key.name}` and `{other}` cannot stand together"
            reading.report("conflicting-keys", message, span, "keep one of them", place)
            return False
    return True


def _report_unknown(reading: Reading, entry: Entry, table: Mapping[str, Key], owner: Owner) -> None:
    name = entry.key.text
    help = (owner.advise(name) if owner.advise else None) or advice(name, table) or _FREE
    reading.report("unknown-key", f"{owner.name} has no key `{name}`", entry.key, help)


def about(key: Key) -> str:
    """Return the help that says what a key is for."""
    return f"`{key.name}`: {key.doc}"


def as_mapping(reading: Reading, node: Node, what: str, help: str | None = None) -> MappingNode | None:
    """Return the node where it is a mapping, else report it and return None."""
    if isinstance(node, MappingNode):
        return node
    reading.report("wrong-kind", f"{what} is a mapping; this is {shape(node)}", node, help)
    return None

"""Data with templates in it to values: what stands after `result`, `set`, `with`, `choices`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from turbo_yaml.flow.nodes import Constant, ListValue, MapValue, Named
from turbo_yaml.flow.readers.context import WRONG, Reader, Reading, is_hole, is_template, shape
from turbo_yaml.flow.readers.scalars import (
    check_tag,
    check_variable,
    read_data,
    text_of,
)
from turbo_yaml.flow.vocabulary import Key, Slot
from turbo_yaml.syntax import Entry, Node, Scalar, Sequence
from turbo_yaml.syntax import Mapping as MappingNode

_ASSIGNED = r"(\w+) *= *([^=\n\"].{0,40})"


def read_value_slot(reading: Reading, node: Node, key: Key) -> Any:
    """Read any data; a text with `{{` or `{%` in it is a template, wherever it stands."""
    return value_of(reading, node)


def value_of(reading: Reading, node: Node) -> Any:
    """Return the value that a node is: a constant where no template is in it."""
    if not check_tag(reading, node):
        return WRONG
    if isinstance(node, Scalar):
        if is_template(node.text):
            return text_of(reading, node)
        data = read_data(reading, node)
        return WRONG if data is WRONG else Constant(data, node.span)
    if isinstance(node, Sequence):
        return _list(reading, node)
    return _map(reading, node)


def _list(reading: Reading, node: Sequence) -> Any:
    items = [value_of(reading, item) for item in node.items]
    if WRONG in items:
        return WRONG
    constants = [item.data for item in items if isinstance(item, Constant)]
    if len(constants) == len(items):
        return Constant(constants, node.span)
    return ListValue(tuple(items), node.span)


def _map(reading: Reading, node: MappingNode) -> Any:
    entries = named_values(reading, node.entries)
    if entries is WRONG:
        return WRONG
    constants = {entry.name: entry.value.data for entry in entries if isinstance(entry.value, Constant)}
    return Constant(constants, node.span) if len(constants) == len(entries) else MapValue(entries, node.span)


def named_values(reading: Reading, entries: Mapping[str, Entry]) -> Any:
    """Return names with their values, `WRONG` where one of them could not be read."""
    values = {name: value_of(reading, node) for name, (_, node) in entries.items()}
    if any(value is WRONG or is_hole(entries[name].key) for name, value in values.items()):
        return WRONG
    return tuple(Named(name, entries[name].key.span, value) for name, value in values.items())


def read_constant(reading: Reading, node: Node, key: Key) -> Any:
    """Read any data, in which nothing is a template."""
    data = _plain_data(reading, node)
    return WRONG if data is WRONG else Constant(data, node.span)


def _plain_data(reading: Reading, node: Node) -> Any:
    if not check_tag(reading, node):
        return WRONG
    if isinstance(node, Scalar):
        return read_data(reading, node)
    if isinstance(node, Sequence):
        items = [_plain_data(reading, item) for item in node.items]
        return WRONG if WRONG in items else items
    entries = {name: _plain_data(reading, inner) for name, (_, inner) in node.entries.items()}
    return WRONG if any(value is WRONG for value in entries.values()) else entries


def read_values(reading: Reading, node: Node, key: Key) -> Any:
    """Read variables with their values, in the order written."""
    assigned = re.fullmatch(_ASSIGNED, node.text) if isinstance(node, Scalar) else None
    help = f"`{key.name}: {{name: value}}`"
    if assigned:
        help = f'`{key.name}: {{{assigned[1]}: "{{{{ {assigned[2]} }}}}"}}`'
    entries = _entries(reading, node, key, help)
    if entries is WRONG:
        return WRONG
    if not entries:
        return reading.report("missing-value", f"there is nothing in `{key.name}`", node)
    good = [is_hole(word) or check_variable(reading, name, word.span) for name, (word, _) in entries.items()]
    named = named_values(reading, entries)
    return named if all(good) else WRONG


def read_arguments(reading: Reading, node: Node, key: Key) -> Any:
    """Read inputs of a flow with their values."""
    entries = _entries(reading, node, key, f"`{key.name}: {{name: value}}`")
    return WRONG if entries is WRONG else named_values(reading, entries)


def _entries(reading: Reading, node: Node, key: Key, help: str) -> Any:
    if not isinstance(node, MappingNode):
        return reading.report(
            "wrong-kind", f"`{key.name}` takes names with values; this is {shape(node)}", node, help
        )
    return node.entries if check_tag(reading, node) else WRONG


VALUE_SLOTS: dict[Slot, Reader] = {
    "value": read_value_slot,
    "data": read_constant,
    "values": read_values,
    "arguments": read_arguments,
}

"""Lists of names, labels and texts, each item read by a rule of its own."""

from __future__ import annotations

from typing import Any, Final

from turbo_yaml.flow.readers.context import WRONG, Reader, Reading, brief, is_null, is_template, shape
from turbo_yaml.flow.readers.scalars import check_tag, read_flow, read_label, read_plain, read_word, text_of
from turbo_yaml.flow.vocabulary import Key, Slot
from turbo_yaml.records import Record
from turbo_yaml.syntax import Node, Scalar, Sequence


class _Kind(Record):
    """What a list holds: what its items are called, what reads one, and an example.

    `unlike`: each may be there once. `nothing`: it may be empty.
    """

    items: str
    read: Reader
    example: str = "a, b"
    unlike: bool = False
    nothing: bool = False


_WORDS: Final = _Kind("names", read_word, nothing=True)
_FLOWS: Final = _Kind("flows", read_flow, unlike=True)
_LABELS: Final = _Kind("labels", read_label, unlike=True)
_TEXTS: Final = _Kind("texts", read_plain)


def read_words(reading: Reading, node: Node, key: Key) -> Any:
    """Read a list of names."""
    return _list(reading, node, key, _WORDS)


def read_callees(reading: Reading, node: Node, key: Key) -> Any:
    """Read a list of names of flows, each there once."""
    return _list(reading, node, key, _FLOWS)


def read_plains(reading: Reading, node: Node, key: Key) -> Any:
    """Read a list of texts that are never templates."""
    return _list(reading, node, key, _TEXTS)


def read_offer(reading: Reading, node: Node, key: Key) -> Any:
    """Read the names of the tools that a model may call, each there once."""
    from turbo_yaml.flow.readers.tools import read_tool_name

    return _list(reading, node, key, _Kind("names", read_tool_name, "find_order", unlike=True))


def read_labels(reading: Reading, node: Node, key: Key) -> Any:
    """Read a list of texts, each there once, or one template that gives such a list."""
    if not isinstance(node, Scalar):
        return _list(reading, node, key, _LABELS)
    if is_template(node.text):
        return text_of(reading, node) if check_tag(reading, node) else WRONG
    message = f"`{key.name}` takes a list of labels; this is {shape(node)}"
    return reading.report(
        "wrong-kind", message, node, f"`{key.name}: [a, b]`, or a template that gives a list"
    )


def _list(reading: Reading, node: Node, key: Key, kind: _Kind) -> Any:
    if not isinstance(node, Sequence):
        written = brief(node) if isinstance(node, Scalar) and not is_null(node) else kind.example
        message = f"`{key.name}` takes a list of {kind.items}; this is {shape(node)}"
        return reading.report("wrong-kind", message, node, f"`{key.name}: [{written}]`")
    if not check_tag(reading, node):
        return WRONG
    if not node.items and not kind.nothing:
        return reading.report("missing-value", f"there is nothing in `{key.name}`", node)
    values = [kind.read(reading, item, key) for item in node.items]
    if WRONG in values or (kind.unlike and not _unlike(reading, node.items, key)):
        return WRONG
    return tuple(values)


def _unlike(reading: Reading, items: list[Node], key: Key) -> bool:
    """Tell whether no text is there twice; which one a template gives is not known."""
    seen: dict[str, Scalar] = {}
    for item in items:
        assert isinstance(item, Scalar)
        if item.text in seen and not is_template(item.text):
            first = reading.related("it is here first", seen[item.text].span)
            message = f"`{key.name}` has `{item.text}` twice"
            reading.report("duplicate-label", message, item, "remove one of them", first)
            return False
        seen[item.text] = item
    return True


LIST_SLOTS: dict[Slot, Reader] = {
    "labels": read_labels,
    "words": read_words,
    "callees": read_callees,
    "plains": read_plains,
    "offer": read_offer,
}

"""What a message step says to its content: text or parts, pairs of example, messages that are data."""

from __future__ import annotations

from typing import Any

from turbo_yaml.flow.nodes import ContentPart
from turbo_yaml.flow.readers.context import WRONG, Reader, Reading, is_template, shape
from turbo_yaml.flow.readers.keys import as_mapping, read_keys, table_of
from turbo_yaml.flow.readers.scalars import check_tag, scalar, text_of
from turbo_yaml.flow.readers.values import value_of
from turbo_yaml.flow.vocabulary import EXAMPLE_KEYS, PART_KEYS, Key, Slot
from turbo_yaml.syntax import Mapping as MappingNode
from turbo_yaml.syntax import Node, Scalar, Sequence
from turbo_yaml.syntax.scalars import read_value, slot_text
from turbo_yaml.template import Text

_PARTS = table_of("a part", PART_KEYS)
_EXAMPLE = table_of("an `example`", EXAMPLE_KEYS)


def read_content(reading: Reading, node: Node, key: Key) -> Any:
    """Read what is said: a text, or a list of parts."""
    if not check_tag(reading, node):
        return WRONG
    if isinstance(node, Scalar):
        return _said_text(reading, node)
    if isinstance(node, MappingNode):
        part = any(name in _PARTS.keys for name in node.entries)
        return reading.report(
            "wrong-kind",
            f"`{key.name}` takes a text or a list of parts; this is a mapping",
            node,
            "a part stands in a list: put `- ` before it" if part else "to have it as text, put it in quotes",
        )
    if not node.items:
        return reading.report("missing-value", f"there is nothing in `{key.name}`", node)
    parts = [_part(reading, item, key) for item in node.items]
    return WRONG if WRONG in parts else tuple(parts)


def read_said(reading: Reading, node: Node, key: Key) -> Any:
    """Read a text that is said."""
    found = scalar(reading, node, key, "a text", "to have it as text, put it in quotes")
    return WRONG if found is None else _said_text(reading, found)


def _said_text(reading: Reading, node: Scalar) -> Any:
    """Return a text that is said: as it is, where the step has `literal: true`."""
    literal = reading.step.get("literal")
    if literal is not None and isinstance(literal.value, Scalar) and read_value(literal.value)[0] is True:
        return Text(reading.source, node, slot_text(node))
    return text_of(reading, node)


def _part(reading: Reading, node: Node, key: Key) -> Any:
    help = "one of `{text: …}`, `{image: …}`, `{audio: …}`, `{file: …}`"
    found = as_mapping(reading, node, f"a part of `{key.name}`", help)
    if found is None or not check_tag(reading, found):
        return WRONG
    given, good = read_keys(reading, found.entries, _PARTS, found.span)
    if not good:
        return WRONG
    if len(given) != 1:
        rule = "conflicting-keys" if given else "missing-key"
        return reading.report(rule, "a part has one of `text`, `image`, `audio` and `file`", found, help)
    part: dict[str, Any] = dict(zip(("kind", "value"), given.popitem(), strict=True))
    return ContentPart(**part)


def read_examples(reading: Reading, node: Node, key: Key) -> Any:
    """Read a pair of what the user says and the model answers, or a list of them."""
    help = "`example: {user: …, assistant: …}`"
    if not isinstance(node, Sequence):
        pair = _pair(reading, node, help)
        return WRONG if pair is WRONG else (pair,)
    if not check_tag(reading, node):
        return WRONG
    if not node.items:
        return reading.report("missing-value", "there is nothing in `example`", node, help)
    pairs = [_pair(reading, item, help) for item in node.items]
    return WRONG if WRONG in pairs else tuple(pairs)


def _pair(reading: Reading, node: Node, help: str) -> Any:
    found = as_mapping(reading, node, "an `example`", help)
    if found is None or not check_tag(reading, found):
        return WRONG
    given, good = read_keys(reading, found.entries, _EXAMPLE, found.span)
    return (given["user"], given["assistant"]) if good else WRONG


def read_history(reading: Reading, node: Node, key: Key) -> Any:
    """Read messages that are data: a list, or a template that gives one."""
    if isinstance(node, Sequence) or (isinstance(node, Scalar) and is_template(node.text)):
        return value_of(reading, node)
    return reading.report(
        "wrong-kind",
        f"`messages` takes a list of `{{role, content}}`; this is {shape(node)}",
        node,
        '`messages: "{{ history }}"`; to say one text, `user: …`',
    )


MESSAGE_SLOTS: dict[Slot, Reader] = {
    "said": read_said,
    "content": read_content,
    "examples": read_examples,
    "history": read_history,
}

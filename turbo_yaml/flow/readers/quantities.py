"""Scalars to counts, numbers and durations."""

from __future__ import annotations

from typing import Any

from turbo_yaml.flow.nodes import Constant
from turbo_yaml.flow.patterns import LARGEST
from turbo_yaml.flow.readers.context import WRONG, Reader, Reading, brief, is_template
from turbo_yaml.flow.readers.scalars import check_tag, scalar, text_of
from turbo_yaml.flow.vocabulary import Key, Slot
from turbo_yaml.syntax import Node, Scalar
from turbo_yaml.syntax.durations import parse_duration
from turbo_yaml.syntax.scalars import read_value, slot_text


def _number_in(node: Scalar, low: float) -> int | float | None:
    """Return the number that a scalar is, or None where it is none or out of bounds."""
    value, problem = read_value(node)
    if problem is not None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if low <= value <= LARGEST else None


def _number(reading: Reading, node: Node, key: Key, wanted: str, low: float, whole: bool) -> Any:
    found = scalar(reading, node, key, wanted)
    if found is None:
        return WRONG
    value = _number_in(found, low)
    if value is not None and not whole:
        return value
    if value is not None and value == int(value):
        return int(value)
    help = "write it without quotes" if found.style and found.text.isdecimal() else None
    return reading.report(
        "wrong-value", f"`{key.name}` takes {wanted}; this is `{brief(found)}`", found, help
    )


def read_whole(reading: Reading, node: Node, key: Key) -> Any:
    """Read a whole number, 0 or more."""
    return _number(reading, node, key, "a whole number, 0 or more", 0, whole=True)


def read_number(reading: Reading, node: Node, key: Key) -> Any:
    """Read a number, 1 or more."""
    return _number(reading, node, key, "a number, 1 or more", 1, whole=False)


def read_count(reading: Reading, node: Node, key: Key) -> Any:
    """Read a whole number, 1 or more, or a template that gives one."""
    if isinstance(node, Scalar) and is_template(node.text):
        return text_of(reading, node) if check_tag(reading, node) else WRONG
    value = _number(reading, node, key, "a whole number, 1 or more, or a template", 1, whole=True)
    return WRONG if value is WRONG else Constant(value, node.span)


def read_delay(reading: Reading, node: Node, key: Key) -> Any:
    """Read a duration, 0 or more, to seconds."""
    found = scalar(reading, node, key, "a duration such as `30s`")
    if found is None:
        return WRONG
    seconds = parse_duration(slot_text(found))
    if seconds is None:
        seconds = _number_in(found, 0)
    if seconds is not None:
        return float(seconds)
    return reading.report(
        "wrong-value",
        f"`{key.name}` takes a duration; this is `{brief(found)}`",
        found,
        "a number with its unit: `500ms`, `30s`, `10m`, `2h`, `1d`",
    )


def read_duration(reading: Reading, node: Node, key: Key) -> Any:
    """Read a duration above zero, to seconds."""
    seconds = read_delay(reading, node, key)
    if seconds == 0:
        return reading.report(
            "wrong-value", f"`{key.name}` is zero here", node, "leave it out to wait without an end"
        )
    return seconds


def read_pause(reading: Reading, node: Node, key: Key) -> Any:
    """Read a duration, 0 or more, to seconds, or a template that gives one."""
    if isinstance(node, Scalar) and is_template(node.text):
        return text_of(reading, node) if check_tag(reading, node) else WRONG
    return read_delay(reading, node, key)


QUANTITY_SLOTS: dict[Slot, Reader] = {
    "whole": read_whole,
    "number": read_number,
    "count": read_count,
    "duration": read_duration,
    "delay": read_delay,
    "pause": read_pause,
}
